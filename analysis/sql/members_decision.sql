-- What became of the handoffs of the period: the leads behind the win rate of handoffs.
-- Reads:   prep.leads, prep.handoffs, prep.stage_entries
-- Returns: one row per handoff whose outcome (outcome_no of decisions.sql) is in $outcomes: lead_no, pass_no,
--          reached_at (when it was handed over).
WITH decided AS (
    {decided_handoff}
),

moments AS (
    SELECT
        decided.turn_no AS moment_no,
        decided.lead_no AS lead_no,
        decided.pass_no AS pass_no,
        decided.decided_at AS decided_at,
        decided.next_decided_at AS next_decided_at,
        decided.is_settled AS is_settled,
        0 AS is_standing
    FROM decided
    INNER JOIN prep.leads ON decided.lead_no = prep.leads.lead_no
    WHERE
        prep.leads.created_at <= $as_of
        AND decided.decided_at >= $starts_at
        AND decided.decided_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
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
