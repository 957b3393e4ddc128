-- The life tables of durations.sql at several midnights at once: every lead as if none were lost, and apart from that
-- those that were lost at each of the moments. Days tell exactly what was known at a midnight.
-- Reads:   moments (as_of: the last microsecond before each midnight), prep.stage_entries, prep.deals
-- Returns: one row per group:
--            as_of       NULL for all leads; else leads that were lost then, and had not come to the end
--            started_on  day of entry into the start stage
--            known_on    day on which the lead and its entry were both known
--            reached_on  day of the first entry into the end stage or a later one, by $as_of; NULL: none
--            days        to the end, or to the last lost deal; of 24 hours, begun ones count; NULL when open
--            n           leads; those that came to the end before the start are left out
WITH spans AS (
    SELECT
        started.lead_no AS lead_no,
        started.first_entered_at AS started_at,
        GREATEST(started.first_entered_at, started.created_at) AS known_at,
        reached.reached_at AS reached_at
    FROM prep.stage_entries AS started
    LEFT JOIN (
        SELECT lead_no AS lead_no, MIN(first_entered_at) AS reached_at
        FROM prep.stage_entries
        WHERE position >= $end_position AND first_entered_at <= $as_of
        GROUP BY lead_no
    ) AS reached ON started.lead_no = reached.lead_no
    WHERE
        started.position = $start_position
        AND started.first_entered_at <= $as_of
        AND started.first_entered_at >= $starts_at
        AND started.first_entered_at < $ends_at
        AND (reached.reached_at IS NULL OR reached.reached_at >= started.first_entered_at)
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(started.source, ''))
        )
),

losses AS (
    SELECT
        moments.as_of AS as_of,
        prep.deals.lead_no AS lead_no,
        MAX(CASE WHEN prep.deals.outcome = 'lost' THEN prep.deals.closed_at END) AS lost_at
    FROM prep.deals
    INNER JOIN moments ON prep.deals.opened_at IS NULL OR prep.deals.opened_at <= moments.as_of
    GROUP BY moments.as_of, prep.deals.lead_no
    HAVING
        MAX(CASE WHEN prep.deals.outcome = 'lost' THEN prep.deals.closed_at END) IS NOT NULL
        AND SUM(
            CASE
                WHEN
                    prep.deals.outcome = 'open'
                    OR prep.deals.closed_at IS NULL
                    OR prep.deals.closed_at > moments.as_of
                    THEN 1
                ELSE 0
            END
        ) = 0
),

cells AS (
    SELECT
        CAST(NULL AS TIMESTAMP) AS as_of,
        started_at AS started_at,
        known_at AS known_at,
        reached_at AS reached_at,
        reached_at AS ended_at
    FROM spans
    UNION ALL
    SELECT
        losses.as_of AS as_of,
        spans.started_at AS started_at,
        spans.known_at AS known_at,
        spans.reached_at AS reached_at,
        losses.lost_at AS ended_at
    FROM losses
    INNER JOIN spans ON losses.lead_no = spans.lead_no
    WHERE
        spans.known_at <= losses.as_of
        AND losses.lost_at >= spans.started_at
        AND (spans.reached_at IS NULL OR spans.reached_at > losses.as_of)
)

SELECT
    as_of AS as_of,
    CAST(DATE_TRUNC('day', started_at) AS TIMESTAMP) AS started_on,
    CAST(DATE_TRUNC('day', known_at) AS TIMESTAMP) AS known_on,
    CAST(DATE_TRUNC('day', reached_at) AS TIMESTAMP) AS reached_on,
    (DATE_DIFF('microsecond', started_at, ended_at) + 86399999999) // 86400000000 AS days,
    COUNT(*) AS n
FROM cells
GROUP BY
    as_of,
    CAST(DATE_TRUNC('day', started_at) AS TIMESTAMP),
    CAST(DATE_TRUNC('day', known_at) AS TIMESTAMP),
    CAST(DATE_TRUNC('day', reached_at) AS TIMESTAMP),
    (DATE_DIFF('microsecond', started_at, ended_at) + 86399999999) // 86400000000
