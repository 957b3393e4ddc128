-- Several leads of one company share department and job title within a week: one person twice?
-- Reads:   leads
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
WITH neighbours AS (
    SELECT
        leads.lead_id AS lead_id,
        leads.created_at AS created_at,
        LAG(leads.created_at) OVER (
            PARTITION BY leads.company, leads.department, leads.job_title, leads.source
            ORDER BY leads.created_at NULLS LAST, leads.lead_id NULLS LAST
        ) AS previous_at
    FROM leads
    WHERE leads.company IS NOT NULL AND leads.department IS NOT NULL AND leads.job_title IS NOT NULL
)

SELECT
    'leads' AS table_name,
    neighbours.lead_id AS record_id,
    neighbours.lead_id AS lead_id,
    neighbours.created_at AS happened_at,
    neighbours.previous_at AS other_at
FROM neighbours
WHERE neighbours.created_at <= neighbours.previous_at + INTERVAL 7 DAY
