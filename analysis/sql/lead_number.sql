-- The dense number of one lead, and when it was created.
-- Reads:   prep.leads
-- Returns: one row, or none when there is no such lead.
SELECT
    prep.leads.lead_no AS lead_no,
    prep.leads.created_at AS created_at
FROM prep.leads
WHERE prep.leads.lead_id = $lead_id
