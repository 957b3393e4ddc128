-- The decisions that were really taken, in numbers only: which, when, and what became of each.
-- Reads:   decisions, prep.leads
-- Returns: one row per decision, as in moment_outcomes.sql; standing leads are left out.
{moment_outcomes}
WHERE decisions.outcome_no > 0
