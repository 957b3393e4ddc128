-- How often sales tried to reach a lead after a handoff: touches going out, until the deal was won or lost.
-- Reads:   prep.handoffs, prep.deals, prep.touches, prep.touch_types
-- Returns: one row per handoff made by $as_of with at least one attempt within $days: handoff_id, n_attempts.
WITH outbound AS (
    SELECT type_no AS type_no
    FROM prep.touch_types
    WHERE direction = 'outbound' AND LIST_CONTAINS($kinds, kind)
),

ended AS (
    SELECT prep.handoffs.decision_no AS decision_no, MIN(prep.deals.closed_at) AS closed_at
    FROM prep.handoffs
    INNER JOIN prep.deals
        ON prep.handoffs.lead_no = prep.deals.lead_no AND prep.deals.closed_at >= prep.handoffs.handed_off_at
    WHERE prep.deals.outcome IN ('won', 'lost')
    GROUP BY prep.handoffs.decision_no
)

SELECT
    prep.handoffs.handoff_id AS handoff_id,
    COUNT(*) AS n_attempts
FROM prep.handoffs
LEFT JOIN ended ON prep.handoffs.decision_no = ended.decision_no
INNER JOIN prep.touches
    ON prep.handoffs.lead_no = prep.touches.lead_no
    AND prep.touches."at" > prep.handoffs.handed_off_at
    AND prep.touches."at" <= LEAST(
        $as_of,
        prep.handoffs.handed_off_at + TO_DAYS(CAST($days AS INTEGER)),
        COALESCE(prep.handoffs.next_handed_off_at, $as_of),
        COALESCE(ended.closed_at, $as_of)
    )
    AND prep.touches.type_no IN (SELECT outbound.type_no AS type_no FROM outbound)
WHERE prep.handoffs.handed_off_at <= $as_of
GROUP BY prep.handoffs.handoff_id
