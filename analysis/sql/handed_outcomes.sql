-- What became of the handoffs of a period and of the one before it, which begins at $starts_at.
-- Reads:   prep.leads, prep.handoffs, prep.stage_entries
-- Returns: one row per handoff: decision_no, outcome_no (of decisions.sql, and by the same definition as
--          members_decision.sql).
WITH decided AS (
    {decided_handoff}
),

moments AS (
    {handed_moments}
),

decisions AS (
    {decisions}
)

SELECT
    CAST(moment_no AS INTEGER) AS decision_no,
    CAST(outcome_no AS TINYINT) AS outcome_no
FROM decisions
ORDER BY moment_no
