-- Decision moments: every handoff, one per pass.
-- Reads:   prep.handoffs, prep.leads
-- Returns: one row per decision; `turn_no` orders the decisions of a lead.
SELECT
    prep.handoffs.lead_no AS lead_no,
    prep.handoffs.decision_no AS turn_no,
    prep.handoffs.pass_no AS pass_no,
    prep.handoffs.handed_off_at AS decided_at,
    prep.handoffs.next_handed_off_at AS next_decided_at,
    0 AS is_settled,
    prep.leads.created_at AS created_at,
    prep.leads.source AS source
FROM prep.handoffs
INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
WHERE prep.handoffs.handed_off_at <= $as_of
