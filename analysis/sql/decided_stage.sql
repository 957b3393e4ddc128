-- Decision moments: the first recorded entry of a lead into a stage.
-- Reads:   prep.stage_entries
-- Returns: one row per lead that entered the stage by $as_of.
SELECT
    prep.stage_entries.lead_no AS lead_no,
    0 AS turn_no,
    1 AS pass_no,
    prep.stage_entries.first_entered_at AS decided_at,
    CAST(NULL AS TIMESTAMP) AS next_decided_at,
    0 AS is_settled
FROM prep.stage_entries
WHERE prep.stage_entries.position = $stage_position AND prep.stage_entries.first_entered_at <= $as_of
