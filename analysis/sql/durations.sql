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
WITH cohort AS (
    SELECT
        lead_no AS lead_no,
        label AS label
    FROM prep.lead_labels
    WHERE
        dimension = $dimension
        AND created_at <= $as_of
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

moments AS (
    SELECT
        lead_no AS lead_no,
        MIN(CASE WHEN position = $start_position THEN first_entered_at END) AS started_at,
        MIN(CASE WHEN position >= $end_position THEN first_entered_at END) AS reached_at
    FROM prep.stage_entries
    WHERE first_entered_at <= $as_of AND (position = $start_position OR position >= $end_position)
    GROUP BY lead_no
    HAVING
        MIN(CASE WHEN position = $start_position THEN first_entered_at END) >= $starts_at
        AND MIN(CASE WHEN position = $start_position THEN first_entered_at END) < $ends_at
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
        cohort.label AS label,
        moments.started_at AS started_at,
        CASE
            WHEN moments.reached_at < moments.started_at THEN 'before'
            WHEN moments.reached_at IS NOT NULL THEN 'reached'
            WHEN losses.lost_at >= moments.started_at THEN 'lost'
            ELSE 'open'
        END AS outcome,
        CASE
            WHEN moments.reached_at < moments.started_at THEN moments.started_at
            WHEN moments.reached_at IS NOT NULL THEN moments.reached_at
            WHEN losses.lost_at >= moments.started_at THEN losses.lost_at
            ELSE $as_of
        END AS ended_at
    FROM moments
    INNER JOIN cohort ON moments.lead_no = cohort.lead_no
    LEFT JOIN losses ON moments.lead_no = losses.lead_no
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
