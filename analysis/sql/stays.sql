-- Each lead in each stage: until it moved on, was lost, or as of now.
-- Reads:   prep.stage_entries, prep.deals, stages
-- Returns: one row per lead and stage, without the last stage: lead_no, position, entered_at, outcome, days; see
--          stage_lags.sql. A part of other statements.
WITH stays AS (
    SELECT
        lead_no AS lead_no,
        position AS position,
        first_entered_at AS entered_at,
        CASE WHEN moved_at <= $as_of THEN moved_at END AS moved_at
    FROM prep.stage_entries
    WHERE
        first_entered_at <= $as_of
        AND created_at >= $starts_at
        AND created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
        AND position < (SELECT MAX(position) AS position FROM stages)
        -- Who entered a later stage before this one did not stay here in between.
        AND (moved_at IS NULL OR moved_at >= first_entered_at)
),

losses AS (
    {losses}
),

ended AS (
    SELECT
        stays.lead_no AS lead_no,
        stays.position AS position,
        stays.entered_at AS entered_at,
        CASE
            WHEN stays.moved_at IS NOT NULL THEN 'reached'
            WHEN losses.lost_at >= stays.entered_at THEN 'lost'
            ELSE 'open'
        END AS outcome,
        CASE
            WHEN stays.moved_at IS NOT NULL THEN stays.moved_at
            WHEN losses.lost_at >= stays.entered_at THEN losses.lost_at
            ELSE $as_of
        END AS ended_at
    FROM stays
    LEFT JOIN losses ON stays.lead_no = losses.lead_no
)

-- Days of 24 hours, counted as in spans.sql: begun ones for what happened, complete ones for what is open.
SELECT
    lead_no AS lead_no,
    position AS position,
    entered_at AS entered_at,
    outcome AS outcome,
    (
        DATE_DIFF('microsecond', entered_at, ended_at) + CASE WHEN outcome = 'open' THEN 0 ELSE 86399999999 END
    ) // 86400000000 AS days
FROM ended
