-- Every moment, in numbers only: which, when, and what became of it.
-- Reads:   decisions, prep.leads
-- Returns: one row per moment; those of standing leads have outcome_no 0.
SELECT
    decisions.moment_no AS moment_no,
    decisions.lead_no AS lead_no,
    decisions.pass_no AS pass_no,
    decisions.decided_at AS decided_at,
    prep.leads.created_at AS created_at,
    decisions.outcome_no AS outcome_no,
    decisions.won_days AS won_days
FROM decisions
INNER JOIN prep.leads ON decisions.lead_no = prep.leads.lead_no
