-- Leads that were chosen by their score: the list is given.
-- Reads:   prep.leads, scored
-- Returns: one row per chosen decision: lead_no, pass_no, reached_at (the decision).
SELECT
    prep.leads.lead_no AS lead_no,
    scored.pass_no AS pass_no,
    scored.decided_at AS reached_at
FROM scored
INNER JOIN prep.leads ON scored.lead_id = prep.leads.lead_id
