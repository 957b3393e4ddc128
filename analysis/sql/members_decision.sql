-- What became of the handoffs of the period: the leads behind the win rate of handoffs.
-- Reads:   prep.leads, prep.handoffs, prep.stage_entries
-- Returns: one row per handoff whose outcome (outcome_no of decisions.sql) is in $outcomes: lead_no, pass_no,
--          reached_at (when it was handed over).
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
    lead_no AS lead_no,
    pass_no AS pass_no,
    decided_at AS reached_at
FROM decisions
WHERE LIST_CONTAINS(CAST($outcomes AS INTEGER[]), outcome_no)
