-- The decisions one by one, for lists of the leads behind a number.
-- Reads:   rule_hits, decisions, prep.leads
-- Returns: one row per decision, in a stable order.
SELECT
    decisions.lead_no AS lead_no,
    prep.leads.lead_id AS lead_id,
    decisions.pass_no AS pass_no,
    decisions.decided_at AS decided_at,
    decisions.outcome_no AS outcome_no,
    rule_hits.word_0 AS word_0,
    rule_hits.word_1 AS word_1
FROM rule_hits
INNER JOIN decisions ON rule_hits.moment_no = decisions.moment_no
INNER JOIN prep.leads ON decisions.lead_no = prep.leads.lead_no
ORDER BY decisions.moment_no NULLS LAST
