-- A deal was opened, or closed, before its lead was known.
-- Reads:   deals, leads
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'deals' AS table_name,
    deals.deal_id AS record_id,
    deals.lead_id AS lead_id,
    LEAST(deals.opened_at, deals.closed_at) AS happened_at,
    leads.created_at AS other_at
FROM deals
INNER JOIN leads ON deals.lead_id = leads.lead_id
WHERE deals.opened_at < leads.created_at OR (deals.outcome <> 'open' AND deals.closed_at < leads.created_at)
