-- A deal was closed before it was opened.
-- Reads:   deals
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'deals' AS table_name,
    deals.deal_id AS record_id,
    deals.lead_id AS lead_id,
    deals.closed_at AS happened_at,
    deals.opened_at AS other_at
FROM deals
WHERE deals.outcome <> 'open' AND deals.closed_at < deals.opened_at
