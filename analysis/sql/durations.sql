-- Whole days between two stages, with leads that are still open: the life table of every time question.
-- Reads:   prep.lead_labels, prep.stage_entries, prep.deals
-- Returns: one row per group, start, outcome and number of days:
--            label       value of the attribute named by $dimension; '' when unknown, 'all' when not asked
--            started_on  day or month of entry into the start stage as $unit says; NULL when $unit is 'all'
--            outcome     reached: days to the first entry into the end stage or a later one
--                        lost:    days to the last lost deal, when no deal is open and the end was not reached
--                        open:    days from the start to as_of
--                        before:  the end was reached before the start; days is 0
--            days        calendar days (UTC)
--            n           leads with a recorded entry into the start stage in the period
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
    SELECT
        lead_no AS lead_no,
        MAX(CASE WHEN outcome = 'lost' THEN closed_at END) AS lost_at
    FROM prep.deals
    WHERE opened_at IS NULL OR opened_at <= $as_of
    GROUP BY lead_no
    HAVING
        MAX(CASE WHEN outcome = 'lost' THEN closed_at END) IS NOT NULL
        AND SUM(CASE WHEN outcome = 'open' OR closed_at IS NULL OR closed_at > $as_of THEN 1 ELSE 0 END) = 0
),

lags AS (
    SELECT
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

SELECT
    label AS label,
    CASE $unit
        WHEN 'day' THEN CAST(DATE_TRUNC('day', started_at) AS TIMESTAMP)
        WHEN 'month' THEN CAST(DATE_TRUNC('month', started_at) AS TIMESTAMP)
    END AS started_on,
    outcome AS outcome,
    DATE_DIFF('day', CAST(started_at AS DATE), CAST(ended_at AS DATE)) AS days,
    COUNT(*) AS n
FROM lags
GROUP BY
    label,
    CASE $unit
        WHEN 'day' THEN CAST(DATE_TRUNC('day', started_at) AS TIMESTAMP)
        WHEN 'month' THEN CAST(DATE_TRUNC('month', started_at) AS TIMESTAMP)
    END,
    outcome,
    DATE_DIFF('day', CAST(started_at AS DATE), CAST(ended_at AS DATE))
