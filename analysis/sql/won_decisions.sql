-- The decisions that won in time, one by one, and what they brought.
-- Reads:   rule_hits, won_amounts, prep.leads
-- Returns: one row per decision that won, in a stable order: moment_no, lead_id, pass_no, decided_at, amount (yen;
--          NULL when unknown), and the words of the counts.
SELECT
    rule_hits.moment_no AS moment_no,
    prep.leads.lead_id AS lead_id,
    rule_hits.pass_no AS pass_no,
    rule_hits.decided_at AS decided_at,
    won_amounts.amount AS amount,
    rule_hits.word_0 AS word_0,
    rule_hits.word_1 AS word_1
FROM rule_hits
INNER JOIN prep.leads ON rule_hits.lead_no = prep.leads.lead_no
LEFT JOIN won_amounts ON rule_hits.moment_no = won_amounts.moment_no
WHERE rule_hits.outcome_no = 4
ORDER BY rule_hits.moment_no NULLS LAST
