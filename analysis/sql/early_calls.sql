-- What each lead had done before it was handed over, and whether it opted out after the first call.
-- Reads:   prep.handoffs, prep.moments, prep.moment_touches, prep.leads, opt_outs; touch_deeds (deed of each type of touch)
-- Returns: one row per handoff that was called by $as_of; deed_no 0 is none of the known deeds.
WITH done AS (
    SELECT
        prep.moments.lead_no AS lead_no,
        prep.moments.decided_at AS decided_at,
        MAX(touch_deeds.deed_no) AS deed_no
    FROM prep.moment_touches
    INNER JOIN touch_deeds ON prep.moment_touches.type_no = touch_deeds.type_no
    INNER JOIN prep.moments ON prep.moment_touches.moment_no = prep.moments.moment_no
    WHERE NOT prep.moments.is_standing
    GROUP BY prep.moments.lead_no, prep.moments.decided_at
),

opted_out AS (
    SELECT
        prep.handoffs.decision_no AS decision_no,
        MIN(opt_outs."at") FILTER (WHERE opt_outs."at" > prep.handoffs.first_contact_at) AS next_at,
        BOOL_OR(opt_outs."at" <= prep.handoffs.first_contact_at) AS was_out
    FROM prep.handoffs
    INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
    INNER JOIN opt_outs ON prep.leads.lead_id = opt_outs.lead_id
    WHERE opt_outs."at" <= $as_of
    GROUP BY prep.handoffs.decision_no
)

SELECT
    prep.handoffs.handoff_id AS handoff_id,
    CAST(COALESCE(done.deed_no, 0) AS INTEGER) AS deed_no,
    COALESCE(opted_out.was_out, FALSE) AS was_out,
    DATE_DIFF('second', prep.handoffs.first_contact_at, opted_out.next_at) / 86400.0 AS opted_out_days,
    DATE_DIFF('second', prep.handoffs.first_contact_at, $as_of) / 86400.0 AS followed_days
FROM prep.handoffs
LEFT JOIN done ON prep.handoffs.lead_no = done.lead_no AND prep.handoffs.handed_off_at = done.decided_at
LEFT JOIN opted_out ON prep.handoffs.decision_no = opted_out.decision_no
WHERE prep.handoffs.first_contact_at <= $as_of
ORDER BY prep.handoffs.decision_no
