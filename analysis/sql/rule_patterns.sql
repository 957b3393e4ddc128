-- The distinct patterns of rule counts, and how many decisions with each outcome show them.
-- Reads:   rule_hits
-- Returns: one row per pattern and outcome.
SELECT
    rule_hits.word_0 AS word_0,
    rule_hits.word_1 AS word_1,
    rule_hits.outcome_no AS outcome_no,
    COUNT(*) AS n_decisions
FROM rule_hits
GROUP BY rule_hits.word_0, rule_hits.word_1, rule_hits.outcome_no
