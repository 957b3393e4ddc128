-- Each lead between two stages: until it came to the end, was lost, or as of now.
-- Reads:   prep.lead_labels, prep.stage_entries, prep.deals
-- Returns: one row per lead with a recorded entry into the start stage in the period: lead_no, label, started_at,
--          outcome, ended_at, days; see durations.sql. A part of other statements.
WITH started AS (
    SELECT
        lead_no AS lead_no,
        first_entered_at AS started_at
    FROM prep.stage_entries
    WHERE
        position = $start_position
        AND first_entered_at <= $as_of
        AND first_entered_at >= $starts_at
        AND first_entered_at < $ends_at
        AND created_at <= $as_of
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

-- Labels are looked up only when they are asked for.
labelled AS (
    SELECT lead_no AS lead_no, started_at AS started_at, 'all' AS label
    FROM started
    WHERE $dimension = 'all'
    UNION ALL
    SELECT started.lead_no AS lead_no, started.started_at AS started_at, labels.label AS label
    FROM started
    INNER JOIN prep.lead_labels AS labels ON started.lead_no = labels.lead_no
    WHERE $dimension <> 'all' AND labels.dimension = $dimension
),

reached AS (
    SELECT
        lead_no AS lead_no,
        MIN(first_entered_at) AS reached_at
    FROM prep.stage_entries
    WHERE position >= $end_position AND first_entered_at <= $as_of
    GROUP BY lead_no
),

losses AS (
    {losses}
),

ended AS (
    SELECT
        labelled.lead_no AS lead_no,
        labelled.label AS label,
        labelled.started_at AS started_at,
        CASE
            WHEN reached.reached_at < labelled.started_at THEN 'before'
            WHEN reached.reached_at IS NOT NULL THEN 'reached'
            WHEN losses.lost_at >= labelled.started_at THEN 'lost'
            ELSE 'open'
        END AS outcome,
        CASE
            WHEN reached.reached_at < labelled.started_at THEN labelled.started_at
            WHEN reached.reached_at IS NOT NULL THEN reached.reached_at
            WHEN losses.lost_at >= labelled.started_at THEN losses.lost_at
            ELSE $as_of
        END AS ended_at
    FROM labelled
    LEFT JOIN reached ON labelled.lead_no = reached.lead_no
    LEFT JOIN losses ON labelled.lead_no = losses.lead_no
)

-- Days of 24 hours. What happened took as many as it needed, rounded up: days <= d says it happened within d days
-- of the start, to the microsecond. What is open has been followed for as many as are complete.
SELECT
    lead_no AS lead_no,
    label AS label,
    started_at AS started_at,
    outcome AS outcome,
    ended_at AS ended_at,
    (
        DATE_DIFF('microsecond', started_at, ended_at) + CASE WHEN outcome = 'open' THEN 0 ELSE 86399999999 END
    ) // 86400000000 AS days
FROM ended
