-- Leads that reached the outcome though nobody had ever handed them over.
-- Reads:   prep.leads, prep.stage_entries, prep.handoffs
-- Returns: one row per lead: lead_id.
SELECT DISTINCT prep.leads.lead_id AS lead_id
FROM prep.stage_entries
INNER JOIN prep.leads ON prep.stage_entries.lead_no = prep.leads.lead_no
WHERE
    prep.stage_entries.position >= $outcome_position
    AND prep.stage_entries.first_entered_at <= $as_of
    AND prep.stage_entries.lead_no NOT IN (
        SELECT prep.handoffs.lead_no AS lead_no FROM prep.handoffs WHERE prep.handoffs.handed_off_at <= $as_of
    )
