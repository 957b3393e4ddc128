-- More leads than usual carry the same creation time: the date of an upload, not of the lead.
-- Reads:   leads
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
WITH batches AS (
    SELECT leads.created_at AS created_at, leads.source AS source, COUNT(*) AS n_leads
    FROM leads
    GROUP BY leads.created_at, leads.source
    HAVING COUNT(*) >= 100
)

SELECT
    'leads' AS table_name,
    leads.lead_id AS record_id,
    leads.lead_id AS lead_id,
    leads.created_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM leads
INNER JOIN batches ON leads.created_at = batches.created_at AND leads.source IS NOT DISTINCT FROM batches.source
