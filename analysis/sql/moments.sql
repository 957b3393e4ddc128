-- Every moment at which a lead is scored: its decisions, or if it has none by $as_of
-- (it stands) the moment of its last touch, or of its creation.
-- Reads:   decided (one of decided_*.sql), prep.leads, prep.touches, prep.touched_leads
-- Returns: one row per moment in the chosen period and sources.
WITH earlier AS (
    -- Only for leads that did something after $as_of their touches must be looked through.
    SELECT
        prep.touches.lead_no AS lead_no,
        MAX(prep.touches."at") AS last_touch_at
    FROM prep.touches
    INNER JOIN prep.touched_leads ON prep.touches.lead_no = prep.touched_leads.lead_no
    WHERE prep.touched_leads.last_touch_at > $as_of AND prep.touches."at" <= $as_of
    GROUP BY prep.touches.lead_no
),

standing AS (
    SELECT
        prep.leads.lead_no AS lead_no,
        CASE
            WHEN prep.touched_leads.last_touch_at <= $as_of THEN prep.touched_leads.last_touch_at
            ELSE COALESCE(earlier.last_touch_at, prep.leads.created_at)
        END AS decided_at,
        prep.leads.created_at AS created_at,
        prep.leads.source AS source
    FROM prep.leads
    LEFT JOIN prep.touched_leads ON prep.leads.lead_no = prep.touched_leads.lead_no
    LEFT JOIN earlier ON prep.leads.lead_no = earlier.lead_no
    WHERE NOT EXISTS (SELECT 1 AS one FROM decided WHERE decided.lead_no = prep.leads.lead_no)
),

both_groups AS (
    SELECT
        decided.lead_no AS lead_no,
        decided.turn_no AS turn_no,
        decided.pass_no AS pass_no,
        decided.decided_at AS decided_at,
        decided.next_decided_at AS next_decided_at,
        decided.is_settled AS is_settled,
        decided.created_at AS created_at,
        decided.source AS source,
        0 AS is_standing
    FROM decided
    UNION ALL
    SELECT
        standing.lead_no AS lead_no,
        0 AS turn_no,
        1 AS pass_no,
        standing.decided_at AS decided_at,
        CAST(NULL AS TIMESTAMP) AS next_decided_at,
        0 AS is_settled,
        standing.created_at AS created_at,
        standing.source AS source,
        1 AS is_standing
    FROM standing
)

SELECT
    both_groups.lead_no AS lead_no,
    both_groups.turn_no AS turn_no,
    both_groups.pass_no AS pass_no,
    both_groups.decided_at AS decided_at,
    both_groups.next_decided_at AS next_decided_at,
    both_groups.is_settled AS is_settled,
    both_groups.is_standing AS is_standing
FROM both_groups
WHERE
    both_groups.created_at <= $as_of
    AND both_groups.decided_at >= $starts_at
    AND both_groups.decided_at < $ends_at
    AND (
        LEN(CAST($sources AS VARCHAR[])) = 0
        OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(both_groups.source, ''))
    )
