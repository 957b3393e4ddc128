-- What the won decisions brought: deals won after the decision, within the horizon and before the next decision.
-- Reads:   prep.leads, prep.handoffs, deals
-- Returns: one row per handoff with such a deal: lead_id, pass_no, amount (yen; NULL when no deal says it).
SELECT
    prep.leads.lead_id AS lead_id,
    prep.handoffs.pass_no AS pass_no,
    prep.handoffs.handed_off_at AS decided_at,
    SUM(CAST(deals.amount AS DOUBLE)) AS amount
FROM prep.handoffs
INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
INNER JOIN deals ON prep.leads.lead_id = deals.lead_id
WHERE
    deals.outcome = 'won'
    AND deals.closed_at <= $as_of
    AND deals.closed_at > prep.handoffs.handed_off_at
    AND deals.closed_at <= prep.handoffs.handed_off_at + INTERVAL '1' DAY * $horizon_days
    AND (prep.handoffs.next_handed_off_at IS NULL OR deals.closed_at <= prep.handoffs.next_handed_off_at)
    AND prep.handoffs.handed_off_at <= $mature_at
GROUP BY prep.leads.lead_id, prep.handoffs.pass_no, prep.handoffs.handed_off_at
