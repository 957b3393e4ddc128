-- A lead entered a stage before one that comes earlier in the funnel, within the same pass.
-- (A recycled lead goes back to an earlier stage in its next pass: that is in order.)
-- Reads:   prep.stages_out_of_order
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    found.table_name AS table_name,
    found.record_id AS record_id,
    found.lead_id AS lead_id,
    found.happened_at AS happened_at,
    found.other_at AS other_at
FROM prep.stages_out_of_order AS found
