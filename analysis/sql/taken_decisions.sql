-- The decisions that were really taken, in numbers only: which, when, and what became of each.
-- Reads:   decisions, prep.leads
-- Returns: one row per decision; standing leads are left out.
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
WHERE decisions.outcome_no > 0
