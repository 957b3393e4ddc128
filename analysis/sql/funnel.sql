-- Cohort funnel by month of creation: every count the funnel needs, for months and in total.
-- Reads:   prep.leads(lead_no, created_at, source), prep.stage_entries(lead_no, position, first_entered_at)
-- Returns: one row per month, count and stage; `position` is NULL where a count is about the whole month:
--            n_cohort    leads created in the month
--            n_mature    those observed for the whole horizon
--            n_furthest  leads for which this stage is the furthest reached
--            n_recorded  leads with a recorded entry into this stage
--            n_furthest_in_horizon  leads for which this stage is the furthest reached within $horizon_days of creation
WITH cohort AS (
    SELECT
        lead_no AS lead_no,
        CAST(DATE_TRUNC('month', created_at) AS TIMESTAMP) AS month_start,
        created_at + TO_DAYS($horizon_days) AS horizon_at,
        CASE WHEN created_at <= $mature_at THEN 1 ELSE 0 END AS is_mature
    FROM prep.leads
    WHERE
        created_at >= $starts_at
        AND created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

entries AS (
    SELECT
        cohort.lead_no AS lead_no,
        cohort.month_start AS month_start,
        prep.stage_entries.position AS position,
        CASE
            WHEN prep.stage_entries.first_entered_at <= cohort.horizon_at THEN prep.stage_entries.position
        END AS position_in_horizon
    FROM prep.stage_entries
    INNER JOIN cohort ON prep.stage_entries.lead_no = cohort.lead_no
    WHERE prep.stage_entries.first_entered_at <= $as_of
),

furthest AS (
    SELECT
        lead_no AS lead_no,
        MIN(month_start) AS month_start,
        MAX(position) AS position,
        MAX(position_in_horizon) AS position_in_horizon
    FROM entries
    GROUP BY lead_no
)

SELECT
    month_start AS "month",
    NULL AS position,
    'n_cohort' AS counted,
    COUNT(*) AS n
FROM cohort
GROUP BY month_start
UNION ALL
SELECT
    month_start AS "month",
    NULL AS position,
    'n_mature' AS counted,
    CAST(SUM(is_mature) AS BIGINT) AS n
FROM cohort
GROUP BY month_start
UNION ALL
SELECT
    month_start AS "month",
    position AS position,
    'n_furthest' AS counted,
    COUNT(*) AS n
FROM furthest
GROUP BY month_start, position
UNION ALL
SELECT
    month_start AS "month",
    position AS position,
    'n_recorded' AS counted,
    COUNT(*) AS n
FROM entries
GROUP BY month_start, position
UNION ALL
SELECT
    month_start AS "month",
    position_in_horizon AS position,
    'n_furthest_in_horizon' AS counted,
    COUNT(*) AS n
FROM furthest
WHERE position_in_horizon IS NOT NULL
GROUP BY month_start, position_in_horizon
