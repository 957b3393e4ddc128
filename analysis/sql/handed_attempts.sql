-- How often sales called or wrote again after the first contact.
-- Reads:   prep.handoffs, prep.leads, prep.touches, prep.touch_types
-- Returns: one row per handoff with at least one more attempt: decision_no, n_attempts. An attempt is a call or a
--          mail to the lead after the first contact, within $attempt_days of the handoff and before the next pass.
WITH outgoing AS (
    SELECT
        prep.touches.lead_no AS lead_no,
        prep.touches."at" AS tried_at
    FROM prep.touches
    WHERE
        prep.touches."at" <= $as_of
        AND prep.touches."at" >= $previous_starts_at
        AND prep.touches.type_no IN (
            SELECT prep.touch_types.type_no AS type_no
            FROM prep.touch_types
            WHERE prep.touch_types.direction = 'outbound' AND prep.touch_types.kind IN ('call', 'email')
        )
)

SELECT
    prep.handoffs.decision_no AS decision_no,
    COUNT(*) AS n_attempts
FROM prep.handoffs
INNER JOIN outgoing ON prep.handoffs.lead_no = outgoing.lead_no
WHERE
    prep.handoffs.handed_off_at >= $previous_starts_at
    AND prep.handoffs.handed_off_at < $ends_at
    AND outgoing.tried_at > prep.handoffs.first_contact_at
    AND outgoing.tried_at > prep.handoffs.handed_off_at
    AND outgoing.tried_at <= prep.handoffs.handed_off_at + INTERVAL '1' DAY * $attempt_days
    AND (prep.handoffs.next_handed_off_at IS NULL OR outgoing.tried_at < prep.handoffs.next_handed_off_at)
GROUP BY prep.handoffs.decision_no
ORDER BY prep.handoffs.decision_no
