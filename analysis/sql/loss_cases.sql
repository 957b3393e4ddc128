-- What happened around each handoff: how it was handled, what was said, who had it.
-- Reads:   prep.handoffs, prep.deals, prep.leads
-- Returns: one row per handoff made by $mature_at; nothing later than $as_of is seen.
WITH lost AS (
    SELECT
        prep.handoffs.decision_no AS decision_no,
        ARG_MAX(prep.deals.lost_reason, prep.deals.closed_at) AS lost_reason
    FROM prep.handoffs
    INNER JOIN prep.deals
        ON prep.handoffs.lead_no = prep.deals.lead_no
        AND prep.deals.closed_at >= prep.handoffs.handed_off_at
        AND (prep.handoffs.next_handed_off_at IS NULL OR prep.deals.closed_at <= prep.handoffs.next_handed_off_at)
    WHERE prep.deals.outcome = 'lost' AND prep.deals.closed_at <= $as_of AND prep.deals.lost_reason IS NOT NULL
    GROUP BY prep.handoffs.decision_no
)

SELECT
    prep.handoffs.lead_no AS lead_no,
    prep.handoffs.pass_no AS pass_no,
    prep.handoffs.handed_off_at AS decided_at,
    prep.handoffs.handoff_id AS handoff_id,
    COALESCE(prep.handoffs.from_department, '') AS from_department,
    COALESCE(prep.handoffs.to_department, '') AS to_department,
    CASE WHEN prep.handoffs.responded_at <= $as_of THEN prep.handoffs.response END AS response,
    CASE
        WHEN prep.handoffs.first_contact_at <= $as_of
            THEN DATE_DIFF('second', prep.handoffs.handed_off_at, prep.handoffs.first_contact_at) / 3600.0
    END AS wait_hours,
    COALESCE(
        lost.lost_reason,
        CASE WHEN prep.handoffs.responded_at <= $as_of THEN prep.handoffs.reason_code END,
        ''
    ) AS reason,
    COALESCE(prep.leads.source, '') AS source,
    COALESCE(prep.leads.region, '') AS region,
    COALESCE(prep.leads."owner", '') AS "owner"
FROM prep.handoffs
INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
LEFT JOIN lost ON prep.handoffs.decision_no = lost.decision_no
WHERE prep.handoffs.handed_off_at <= $mature_at
ORDER BY prep.handoffs.decision_no
