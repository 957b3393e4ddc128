-- What came in and what became of the handoffs, month by month.
-- Reads:   prep.leads, prep.handoffs
-- Returns: one row per month (UTC) in which there was anything:
--            month        first day
--            n_leads      leads created
--            n_handoffs   handoffs made
--            n_answered   of these, accepted or rejected by as_of
--            n_accepted   of these, accepted
--            n_contacted  handoffs contacted within $contact_hours
WITH chosen AS NOT MATERIALIZED ( -- asked twice, each time for other columns of it
    SELECT
        lead_no AS lead_no,
        created_at AS created_at
    FROM prep.leads
    WHERE
        created_at <= $as_of
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

passed AS (
    SELECT
        prep.handoffs.handed_off_at AS handed_off_at,
        -- An answer without a time is taken as given at once.
        CASE
            WHEN COALESCE(prep.handoffs.responded_at, prep.handoffs.handed_off_at) <= $as_of
                THEN prep.handoffs.response
        END AS response,
        (
            prep.handoffs.first_contact_at <= $as_of
            AND prep.handoffs.first_contact_at <= prep.handoffs.handed_off_at + TO_HOURS(CAST($contact_hours AS BIGINT))
        ) AS is_contacted
    FROM prep.handoffs
    INNER JOIN chosen ON prep.handoffs.lead_no = chosen.lead_no
    WHERE prep.handoffs.handed_off_at <= $as_of
),

counted AS (
    SELECT
        DATE_TRUNC('month', MIN(created_at)) AS month,
        COUNT(*) AS n_leads,
        0 AS n_handoffs,
        0 AS n_answered,
        0 AS n_accepted,
        0 AS n_contacted
    FROM chosen
    -- By two small numbers: half the time of grouping by the first of the month.
    GROUP BY YEAR(created_at), MONTH(created_at)
    UNION ALL
    SELECT
        DATE_TRUNC('month', MIN(handed_off_at)) AS month,
        0 AS n_leads,
        COUNT(*) AS n_handoffs,
        COUNT(*) FILTER (WHERE response IN ('accepted', 'rejected')) AS n_answered,
        COUNT(*) FILTER (WHERE response = 'accepted') AS n_accepted,
        COUNT(*) FILTER (WHERE is_contacted) AS n_contacted
    FROM passed
    GROUP BY YEAR(handed_off_at), MONTH(handed_off_at)
)

SELECT
    CAST(month AS TIMESTAMP) AS month,
    CAST(SUM(n_leads) AS BIGINT) AS n_leads,
    CAST(SUM(n_handoffs) AS BIGINT) AS n_handoffs,
    CAST(SUM(n_answered) AS BIGINT) AS n_answered,
    CAST(SUM(n_accepted) AS BIGINT) AS n_accepted,
    CAST(SUM(n_contacted) AS BIGINT) AS n_contacted
FROM counted
GROUP BY month
ORDER BY month
