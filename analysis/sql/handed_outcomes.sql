-- What became of the handoffs of a period and of the one before it.
-- Reads:   prep.leads, prep.handoffs, prep.stage_entries
-- Returns: one row per handoff: decision_no, outcome_no (of decisions.sql, and by the same definition as
--          members_decision.sql).
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
        AND decided.decided_at >= $previous_starts_at
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
    CAST(moment_no AS INTEGER) AS decision_no,
    CAST(outcome_no AS TINYINT) AS outcome_no
FROM decisions
ORDER BY moment_no
