-- The decisions one by one, for lists of the leads behind a number.
-- Reads:   rule_hits, prep.leads
-- Returns: one row per decision, in a stable order.
SELECT
    rule_hits.lead_no AS lead_no,
    prep.leads.lead_id AS lead_id,
    rule_hits.pass_no AS pass_no,
    rule_hits.decided_at AS decided_at,
    rule_hits.outcome_no AS outcome_no,
    rule_hits.word_0 AS word_0,
    rule_hits.word_1 AS word_1
FROM rule_hits
INNER JOIN prep.leads ON rule_hits.lead_no = prep.leads.lead_no
ORDER BY rule_hits.moment_no NULLS LAST
