-- The handoffs of a period and of the one before it, in numbers only: when each was handed over, contacted and answered.
-- Reads:   prep.handoffs, prep.leads, labels (as handed_labels.sql returns them)
-- Returns: one row per handoff, in the order of decision_no. The definitions of overview_activity.sql and
--          overview_contact.sql: nothing later than $as_of is seen; answer_no is 0 without an answer, 1 accepted,
--          2 rejected, and an answer without a time was given at once (answered_at is NULL then). turn_no counts the
--          handoffs of a lead; earlier_* tell of the one before, next_handed_off_at of the one after.
WITH turns AS (
    SELECT
        prep.handoffs.decision_no AS decision_no,
        ROW_NUMBER() OVER in_turn AS turn_no,
        LAG(prep.handoffs.handed_off_at) OVER in_turn AS earlier_at,
        LAG(prep.handoffs.response) OVER in_turn AS earlier_response,
        LAG(COALESCE(TRIM(prep.handoffs.reason_code), '')) OVER in_turn AS earlier_reason
    FROM prep.handoffs
    -- Few leads are handed over twice; only theirs are put in order.
    WHERE
        prep.handoffs.lead_no IN (
            SELECT again.lead_no AS lead_no
            FROM prep.handoffs AS again
            WHERE again.next_handed_off_at IS NOT NULL
        )
    WINDOW in_turn AS (PARTITION BY prep.handoffs.lead_no ORDER BY prep.handoffs.decision_no)
)

SELECT
    prep.handoffs.decision_no AS decision_no,
    prep.handoffs.lead_no AS lead_no,
    prep.handoffs.pass_no AS pass_no,
    prep.handoffs.handed_off_at AS handed_off_at,
    prep.handoffs.handed_off_at >= $starts_at AS is_current,
    CASE
        WHEN COALESCE(prep.handoffs.responded_at, prep.handoffs.handed_off_at) > $as_of THEN 0
        WHEN prep.handoffs.response = 'accepted' THEN 1
        WHEN prep.handoffs.response = 'rejected' THEN 2
        ELSE 0
    END AS answer_no,
    CASE
        WHEN prep.handoffs.response IS NOT NULL AND prep.handoffs.responded_at <= $as_of THEN prep.handoffs.responded_at
    END AS answered_at,
    CASE WHEN prep.handoffs.first_contact_at <= $as_of THEN prep.handoffs.first_contact_at END AS contacted_at,
    sources.code AS source,
    regions.code AS region,
    owners.code AS "owner",
    givers.code AS from_department,
    takers.code AS to_department,
    CASE
        WHEN prep.handoffs.response = 'rejected' AND COALESCE(prep.handoffs.responded_at, prep.handoffs.handed_off_at) <= $as_of
            THEN COALESCE(reasons.code, 0)
        ELSE 0
    END AS reason,
    COALESCE(turns.turn_no, 1) AS turn_no,
    turns.earlier_at AS earlier_at,
    CASE turns.earlier_response WHEN 'accepted' THEN 1 WHEN 'rejected' THEN 2 ELSE 0 END AS earlier_answer_no,
    CASE WHEN turns.earlier_response = 'rejected' THEN COALESCE(earlier_reasons.code, 0) ELSE 0 END AS earlier_reason,
    CASE WHEN prep.handoffs.next_handed_off_at <= $as_of THEN prep.handoffs.next_handed_off_at END AS next_handed_off_at
FROM prep.handoffs
INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
INNER JOIN labels AS sources ON sources.dimension = 'source' AND COALESCE(prep.leads.source, '') = sources.label
INNER JOIN labels AS regions ON regions.dimension = 'region' AND COALESCE(prep.leads.region, '') = regions.label
INNER JOIN labels AS owners ON owners.dimension = 'owner' AND COALESCE(prep.leads."owner", '') = owners.label
INNER JOIN labels AS givers
    ON givers.dimension = 'from_department' AND COALESCE(prep.handoffs.from_department, '') = givers.label
INNER JOIN labels AS takers
    ON takers.dimension = 'to_department' AND COALESCE(prep.handoffs.to_department, '') = takers.label
LEFT JOIN labels AS reasons
    ON reasons.dimension = 'reason' AND COALESCE(TRIM(prep.handoffs.reason_code), '') = reasons.label
LEFT JOIN turns ON prep.handoffs.decision_no = turns.decision_no
LEFT JOIN labels AS earlier_reasons
    ON earlier_reasons.dimension = 'reason' AND turns.earlier_reason = earlier_reasons.label
WHERE
    prep.handoffs.handed_off_at >= $previous_starts_at
    AND prep.handoffs.handed_off_at < $ends_at
    AND (
        LEN(CAST($sources AS VARCHAR[])) = 0
        OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
    )
ORDER BY prep.handoffs.decision_no
