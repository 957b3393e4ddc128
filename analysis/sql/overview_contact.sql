-- Life table of the wait from handoff to first contact, by region, for a period and the one before it.
-- Reads:   prep.leads, prep.handoffs
-- Returns: one row per period, region (empty text: unknown) and whole hour waited: contacts made in that hour
--          (n_events), and handoffs last seen waiting then (n_censored).
-- A rejected handoff stops waiting when it is rejected. Nobody is followed for more than $follow_hours, which
-- bounds the number of rows and changes no median below it.
WITH waits AS (
    SELECT
        prep.handoffs.handed_off_at >= $starts_at AS is_current,
        COALESCE(prep.leads.region, '') AS region,
        prep.handoffs.handed_off_at AS handed_off_at,
        CASE WHEN prep.handoffs.first_contact_at <= $as_of THEN prep.handoffs.first_contact_at END AS contacted_at,
        CASE
            WHEN prep.handoffs.response = 'rejected' AND prep.handoffs.responded_at <= $as_of
                THEN prep.handoffs.responded_at
            ELSE $as_of
        END AS last_seen_at
    FROM prep.handoffs
    INNER JOIN prep.leads ON prep.handoffs.lead_no = prep.leads.lead_no
    WHERE
        prep.handoffs.handed_off_at >= $previous_starts_at
        AND prep.handoffs.handed_off_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
),

hours AS (
    -- A contact before the handoff is a wait of 0.
    SELECT
        is_current AS is_current,
        region AS region,
        contacted_at IS NOT NULL AS is_contacted,
        GREATEST(
            DATE_DIFF('second', handed_off_at, COALESCE(contacted_at, last_seen_at)) // 3600, 0
        ) AS n_hours
    FROM waits
)

SELECT
    is_current AS is_current,
    region AS region,
    CAST(LEAST(n_hours, $follow_hours) AS BIGINT) AS n_hours,
    COUNT(*) FILTER (WHERE is_contacted AND n_hours < $follow_hours) AS n_events,
    COUNT(*) FILTER (WHERE NOT is_contacted OR n_hours >= $follow_hours) AS n_censored
FROM hours
GROUP BY is_current, region, LEAST(n_hours, $follow_hours)
ORDER BY is_current, region, n_hours
