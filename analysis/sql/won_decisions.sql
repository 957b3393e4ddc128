-- The decisions that won in time, one by one, and what they brought.
-- Reads:   rule_hits, prep.leads, prep.deals
-- Returns: one row per decision that won, in a stable order: lead_id, pass_no, decided_at, amount (yen of the lead's
--          won deals by $as_of; NULL when unknown), and the words of the counts.
SELECT
    prep.leads.lead_id AS lead_id,
    rule_hits.pass_no AS pass_no,
    rule_hits.decided_at AS decided_at,
    amounts.amount AS amount,
    rule_hits.word_0 AS word_0,
    rule_hits.word_1 AS word_1
FROM rule_hits
INNER JOIN prep.leads ON rule_hits.lead_no = prep.leads.lead_no
LEFT JOIN (
    SELECT
        prep.deals.lead_no AS lead_no,
        SUM(CAST(prep.deals.amount AS DOUBLE)) AS amount
    FROM prep.deals
    WHERE prep.deals.outcome = 'won' AND prep.deals.closed_at <= $as_of
    GROUP BY prep.deals.lead_no
) AS amounts ON rule_hits.lead_no = amounts.lead_no
WHERE rule_hits.outcome_no = 4
ORDER BY rule_hits.moment_no NULLS LAST
