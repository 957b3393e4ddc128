-- What became of each decision, and nothing else.
-- Reads:   decisions
-- Returns: one row per decision.
SELECT
    decisions.moment_no AS moment_no,
    decisions.outcome_no AS outcome_no
FROM decisions
