-- The distinct patterns of rule counts, and what became of the decisions that show each.
-- Reads:   rule_hits
-- Returns: one row per pattern.
SELECT
    rule_hits.word_0 AS word_0,
    rule_hits.word_1 AS word_1,
    rule_hits.word_2 AS word_2,
    rule_hits.word_3 AS word_3,
    SUM(CASE WHEN rule_hits.outcome_no >= 3 THEN 1 ELSE 0 END) AS n_mature,
    SUM(CASE WHEN rule_hits.outcome_no = 4 THEN 1 ELSE 0 END) AS n_won,
    SUM(CASE WHEN rule_hits.outcome_no = 2 THEN 1 ELSE 0 END) AS n_immature,
    SUM(CASE WHEN rule_hits.outcome_no = 1 THEN 1 ELSE 0 END) AS n_already_decided,
    SUM(CASE WHEN rule_hits.outcome_no = 0 THEN 1 ELSE 0 END) AS n_standing
FROM rule_hits
GROUP BY rule_hits.word_0, rule_hits.word_1, rule_hits.word_2, rule_hits.word_3
