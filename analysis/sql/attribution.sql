-- Which touches came before the wins: first, last, and all of them.
-- Reads:   prep.leads, prep.stage_entries, prep.touches, prep.touch_types
-- Returns: one row per value of the touch attribute named by $attribute ('' when unknown), for the
--          wins of leads created in the period; a row with label NULL counts wins without any touch:
--            label
--            n_first, n_last  wins whose first or last touch before the win it was
--            n_any            wins with at least one such touch
--            all_weight       wins shared out evenly over all their touches
WITH wins AS (
    SELECT
        prep.leads.lead_no AS lead_no,
        MIN(prep.stage_entries.first_entered_at) AS won_at
    FROM prep.stage_entries
    INNER JOIN prep.leads ON prep.stage_entries.lead_no = prep.leads.lead_no
    WHERE
        prep.stage_entries.position >= $outcome_position
        AND prep.stage_entries.first_entered_at <= $as_of
        AND prep.leads.created_at >= $starts_at
        AND prep.leads.created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
    GROUP BY prep.leads.lead_no
),

before AS (
    SELECT
        wins.lead_no AS lead_no,
        prep.touches.type_no AS type_no,
        ROW_NUMBER() OVER (PARTITION BY wins.lead_no ORDER BY prep.touches."at", prep.touches.type_no) AS place,
        COUNT(*) OVER (PARTITION BY wins.lead_no) AS n_touches
    FROM wins
    INNER JOIN prep.touches ON wins.lead_no = prep.touches.lead_no AND prep.touches."at" <= wins.won_at
),

labelled AS (
    SELECT
        before.lead_no AS lead_no,
        COALESCE(
            CASE $attribute
                WHEN 'kind' THEN prep.touch_types.kind
                WHEN 'content' THEN prep.touch_types.content
                WHEN 'channel' THEN prep.touch_types.channel
                WHEN 'direction' THEN prep.touch_types.direction
            END,
            ''
        ) AS label,
        before.place AS place,
        before.n_touches AS n_touches
    FROM before
    INNER JOIN prep.touch_types ON before.type_no = prep.touch_types.type_no
)

SELECT
    label AS label,
    CAST(SUM(CASE WHEN place = 1 THEN 1 ELSE 0 END) AS BIGINT) AS n_first,
    CAST(SUM(CASE WHEN place = n_touches THEN 1 ELSE 0 END) AS BIGINT) AS n_last,
    COUNT(DISTINCT lead_no) AS n_any,
    SUM(CAST(1 AS DOUBLE) / n_touches) AS all_weight
FROM labelled
GROUP BY label
UNION ALL
SELECT
    NULL AS label,
    COUNT(*) AS n_first,
    COUNT(*) AS n_last,
    COUNT(*) AS n_any,
    CAST(COUNT(*) AS DOUBLE) AS all_weight
FROM wins
WHERE lead_no NOT IN (SELECT lead_no FROM before)
