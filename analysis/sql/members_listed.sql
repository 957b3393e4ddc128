-- Leads that are already known, in the shape that lead_list.sql asks for.
-- Reads:   listed (what the caller chose)
-- Returns: one row per decision: lead_no, pass_no, reached_at (when it was decided).
SELECT
    listed.lead_no AS lead_no,
    listed.pass_no AS pass_no,
    listed.reached_at AS reached_at
FROM listed
