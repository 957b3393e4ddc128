-- Who was handed over in the period, and how it was answered: the leads behind the key numbers of handoffs.
-- Reads:   prep.leads, prep.handoffs
-- Returns: one row per handoff: lead_no, pass_no, reached_at (when it was handed over). The definitions of
--          overview_activity.sql and overview_contact.sql; $state is one of
--            all, accepted, rejected, answered (either), unanswered (by $as_of),
--            contacted (within $follow_hours), waiting (not contacted by $as_of, or only later)
WITH handed AS (
    SELECT
        prep.handoffs.lead_no AS lead_no,
        prep.handoffs.pass_no AS pass_no,
        prep.handoffs.handed_off_at AS handed_off_at,
        CASE
            WHEN COALESCE(prep.handoffs.responded_at, prep.handoffs.handed_off_at) <= $as_of
                THEN prep.handoffs.response
        END AS response,
        COALESCE(
            prep.handoffs.first_contact_at <= $as_of
            AND DATE_DIFF('second', prep.handoffs.handed_off_at, prep.handoffs.first_contact_at) // 3600
            < $follow_hours,
            FALSE
        ) AS is_contacted
    FROM prep.handoffs
    INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
    WHERE
        prep.handoffs.handed_off_at >= $starts_at
        AND prep.handoffs.handed_off_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
)

SELECT
    lead_no AS lead_no,
    pass_no AS pass_no,
    handed_off_at AS reached_at
FROM handed
WHERE
    CASE $state
        WHEN 'all' THEN TRUE
        WHEN 'answered' THEN response IS NOT NULL
        WHEN 'unanswered' THEN response IS NULL
        WHEN 'contacted' THEN is_contacted
        WHEN 'waiting' THEN NOT is_contacted
        ELSE COALESCE(response = $state, FALSE)
    END
