-- A handoff was answered, or its lead contacted, before it was made.
-- Reads:   handoffs
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    'handoffs' AS table_name,
    handoffs.handoff_id AS record_id,
    handoffs.lead_id AS lead_id,
    LEAST(handoffs.responded_at, handoffs.first_contact_at) AS happened_at,
    handoffs.handed_off_at AS other_at
FROM handoffs
WHERE handoffs.responded_at < handoffs.handed_off_at OR handoffs.first_contact_at < handoffs.handed_off_at
