-- Whole days in each stage: until the lead moved on, was lost, or as of now.
-- Reads:   prep.stage_entries, prep.deals, stages
-- Returns: one row per stage, outcome and number of days, without the last stage:
--            position  stage that was entered
--            outcome   reached (moved on to a later stage), lost, or open (this is where the lead stands)
--            days      calendar days (UTC) since the first entry into the stage
--            n         leads created in the period
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

SELECT
    position AS position,
    outcome AS outcome,
    DATE_DIFF('day', CAST(entered_at AS DATE), CAST(ended_at AS DATE)) AS days,
    COUNT(*) AS n
FROM lags
GROUP BY position, outcome, DATE_DIFF('day', CAST(entered_at AS DATE), CAST(ended_at AS DATE))
