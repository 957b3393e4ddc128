-- What the decisions brought: deals won after the decision, within the horizon and before the next decision.
-- Reads:   moments, decisions, prep.deals
-- Returns: one row per decision that won and has such a deal: moment_no, amount (yen; NULL when no deal says it).
SELECT
    moments.moment_no AS moment_no,
    SUM(CAST(prep.deals.amount AS DOUBLE)) AS amount
FROM moments
INNER JOIN decisions ON moments.moment_no = decisions.moment_no
INNER JOIN prep.deals ON moments.lead_no = prep.deals.lead_no
WHERE
    decisions.outcome_no = 4
    AND prep.deals.outcome = 'won'
    AND prep.deals.closed_at <= $as_of
    AND prep.deals.closed_at > moments.decided_at
    AND prep.deals.closed_at <= moments.decided_at + INTERVAL '1' DAY * $horizon_days
    AND (moments.next_decided_at IS NULL OR prep.deals.closed_at <= moments.next_decided_at)
GROUP BY moments.moment_no
