-- The handoffs made from $starts_at to before $ends_at, as the moments that decisions.sql asks about; to be put
-- into other statements, after decided (of decided_handoff.sql).
-- Reads:   prep.leads, decided
-- Returns: one row per handoff: moment_no, lead_no, pass_no, decided_at, next_decided_at, is_settled, is_standing.
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
