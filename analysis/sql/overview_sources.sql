-- Outcomes by source of the leads created in a period and in the one before it.
-- Reads:   prep.leads, prep.stage_entries, stages
-- Returns: one row per period and source (empty text: unknown): leads observed for the whole horizon (n_mature),
--          those of them that reached the outcome within it (n_won), and leads still too young (n_immature).
WITH chosen AS (
    SELECT
        lead_no AS lead_no,
        created_at AS created_at,
        COALESCE(source, '') AS source
    FROM prep.leads
    WHERE
        created_at >= $previous_starts_at
        AND created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

outcomes AS (
    -- Reaching a later stage is reaching the outcome.
    SELECT
        lead_no AS lead_no,
        MIN(first_entered_at) AS happened_at
    FROM prep.stage_entries
    WHERE position >= (SELECT MIN(position) FROM stages WHERE stage = $outcome)
    GROUP BY lead_no
)

SELECT
    chosen.created_at >= $starts_at AS is_current,
    chosen.source AS source,
    COUNT(*) FILTER (WHERE chosen.created_at <= $mature_at) AS n_mature,
    COUNT(*) FILTER (
        WHERE
        chosen.created_at <= $mature_at
        AND outcomes.happened_at <= chosen.created_at + TO_DAYS($horizon_days)
    ) AS n_won,
    COUNT(*) FILTER (WHERE chosen.created_at > $mature_at) AS n_immature
FROM chosen
LEFT JOIN outcomes ON chosen.lead_no = outcomes.lead_no
GROUP BY is_current, chosen.source
ORDER BY is_current, chosen.source
