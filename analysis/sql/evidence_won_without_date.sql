-- A deal is won but says not when: it cannot be counted in any period.
-- Reads:   deals
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'deals' AS table_name,
    deals.deal_id AS record_id,
    deals.lead_id AS lead_id,
    deals.opened_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM deals
WHERE deals.outcome IN ('won', 'lost') AND deals.closed_at IS NULL
