-- Decision moments: the first recorded entry of a lead into a stage.
-- Reads:   prep.stage_entries, prep.leads
-- Returns: one row per lead that entered the stage by $as_of.
SELECT
    prep.stage_entries.lead_no AS lead_no,
    0 AS turn_no,
    1 AS pass_no,
    prep.stage_entries.first_entered_at AS decided_at,
    CAST(NULL AS TIMESTAMP) AS next_decided_at,
    0 AS is_settled,
    prep.leads.created_at AS created_at,
    prep.leads.source AS source
FROM prep.stage_entries
INNER JOIN prep.leads ON prep.stage_entries.lead_no = prep.leads.lead_no
WHERE prep.stage_entries.position = $stage_position AND prep.stage_entries.first_entered_at <= $as_of
