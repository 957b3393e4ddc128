-- Rows that speak of a lead that is not in the leads table: they are ignored everywhere.
-- Reads:   prep.unknown_leads
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    found.table_name AS table_name,
    found.record_id AS record_id,
    found.lead_id AS lead_id,
    found.happened_at AS happened_at,
    found.other_at AS other_at
FROM prep.unknown_leads AS found
