-- A lead was handed over before it was known.
-- Reads:   handoffs, leads
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'handoffs' AS table_name,
    handoffs.handoff_id AS record_id,
    handoffs.lead_id AS lead_id,
    handoffs.handed_off_at AS happened_at,
    leads.created_at AS other_at
FROM handoffs
INNER JOIN leads ON handoffs.lead_id = leads.lead_id
WHERE handoffs.handed_off_at < leads.created_at
