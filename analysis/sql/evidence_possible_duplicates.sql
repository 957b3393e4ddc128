-- Several leads of one company share department and job title within a week: one person twice?
-- Reads:   prep.possible_duplicates
-- Returns: table_name, record_id, lead_id, happened_at, other_at: one row per record.
SELECT
    found.table_name AS table_name,
    found.record_id AS record_id,
    found.lead_id AS lead_id,
    found.happened_at AS happened_at,
    found.other_at AS other_at
FROM prep.possible_duplicates AS found
