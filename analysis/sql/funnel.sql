-- Cohort funnel by month of creation: every count the funnel needs, for months and in total.
-- Reads:   prep.leads(created_at, source),
--          prep.stage_entries(position, first_entered_at, moved_at, created_at, source)
-- Returns: one row per month, count and stage; `position` is NULL where a count is about the whole month:
--            n_cohort    leads created in the month
--            n_mature    those observed for the whole horizon
--            n_furthest  leads for which this stage is the furthest reached
--            n_recorded  leads with a recorded entry into this stage
--            n_furthest_in_horizon  leads for which this stage is the furthest reached within $horizon_days of creation
WITH cohort AS (
    SELECT
        CAST(DATE_TRUNC('month', created_at) AS TIMESTAMP) AS month_start,
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

-- An entry is the furthest until the lead moves on to a later stage.
entries AS (
    SELECT
        CAST(DATE_TRUNC('month', created_at) AS TIMESTAMP) AS month_start,
        position AS position,
        CASE WHEN moved_at IS NULL OR moved_at > $as_of THEN 1 ELSE 0 END AS is_furthest,
        CASE
            WHEN first_entered_at > created_at + TO_DAYS($horizon_days) THEN 0
            WHEN moved_at IS NULL OR moved_at > LEAST($as_of, created_at + TO_DAYS($horizon_days)) THEN 1
            ELSE 0
        END AS is_furthest_in_horizon
    FROM prep.stage_entries
    WHERE
        first_entered_at <= $as_of
        AND created_at >= $starts_at
        AND created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

counts AS (
    SELECT
        month_start AS month_start,
        position AS position,
        COUNT(*) AS n_recorded,
        CAST(SUM(is_furthest) AS BIGINT) AS n_furthest,
        CAST(SUM(is_furthest_in_horizon) AS BIGINT) AS n_furthest_in_horizon
    FROM entries
    GROUP BY month_start, position
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
    n_furthest AS n
FROM counts
WHERE n_furthest > 0
UNION ALL
SELECT
    month_start AS "month",
    position AS position,
    'n_recorded' AS counted,
    n_recorded AS n
FROM counts
WHERE n_recorded > 0
UNION ALL
SELECT
    month_start AS "month",
    position AS position,
    'n_furthest_in_horizon' AS counted,
    n_furthest_in_horizon AS n
FROM counts
WHERE n_furthest_in_horizon > 0
