-- Who of the leads created in the period came to a stage: the leads behind a source or a month.
-- Reads:   prep.leads, prep.stage_entries
-- Returns: one row per lead: lead_no, pass_no (always 1), reached_at.
--          $is_mature keeps leads created a horizon ago, $is_in_horizon those that came there within it.
WITH cohort AS (
    SELECT
        lead_no AS lead_no,
        created_at AS created_at,
        COALESCE(
            CASE $dimension
                WHEN 'source' THEN source
                WHEN 'campaign' THEN campaign
                WHEN 'industry' THEN industry
                WHEN 'region' THEN region
                WHEN 'seniority' THEN seniority
                WHEN 'owner' THEN owner
                WHEN 'is_inbound' THEN CAST(is_inbound AS VARCHAR)
                WHEN 'is_online' THEN CAST(is_online AS VARCHAR)
                WHEN 'all' THEN 'all'
            END,
            ''
        ) AS label
    FROM prep.leads
    WHERE
        created_at >= $starts_at
        AND created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
        AND (NOT $is_mature OR created_at <= $mature_at)
),

reached AS (
    SELECT lead_no AS lead_no, MIN(first_entered_at) AS reached_at
    FROM prep.stage_entries
    WHERE first_entered_at <= $as_of AND position >= $stage_position
    GROUP BY lead_no
)

SELECT
    cohort.lead_no AS lead_no,
    1 AS pass_no,
    reached.reached_at AS reached_at
FROM cohort
INNER JOIN reached ON cohort.lead_no = reached.lead_no
WHERE
    (NOT $is_in_horizon OR reached.reached_at <= cohort.created_at + INTERVAL 1 DAY * $horizon_days)
    AND (LEN(CAST($labels AS VARCHAR[])) = 0 OR LIST_CONTAINS(CAST($labels AS VARCHAR[]), cohort.label) <> $is_rest)
