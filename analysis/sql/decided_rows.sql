-- The decisions that were really taken, in numbers only: what was counted of each, what became of it, its segments.
-- Reads:   rule_hits, decision_segments, prep.leads
-- Returns: one row per decision; standing leads are left out.
SELECT
    rule_hits.moment_no AS moment_no,
    rule_hits.lead_no AS lead_no,
    rule_hits.pass_no AS pass_no,
    rule_hits.decided_at AS decided_at,
    prep.leads.created_at AS created_at,
    rule_hits.outcome_no AS outcome_no,
    rule_hits.word_0 AS word_0,
    rule_hits.word_1 AS word_1,
    COALESCE(decision_segments.segment_word, 0) AS segment_word
FROM rule_hits
INNER JOIN prep.leads ON rule_hits.lead_no = prep.leads.lead_no
LEFT JOIN decision_segments ON rule_hits.moment_no = decision_segments.moment_no
WHERE rule_hits.outcome_no > 0
