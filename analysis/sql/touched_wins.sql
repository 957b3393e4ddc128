-- The wins of leads created in the period, with every touch before them.
-- Reads:   prep.leads, prep.stage_entries, prep.touches, prep.touch_types
-- Returns: one row per win and touch up to the win: lead_no, won_at, label (the touch attribute named by $attribute, ''
--          when unknown), place (1 = first), n_touches; a win without any touch has one row whose label is NULL.
--          A part of other statements.
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
)

SELECT
    wins.lead_no AS lead_no,
    wins.won_at AS won_at,
    CASE
        WHEN before.lead_no IS NULL THEN NULL
        ELSE
            COALESCE(
                CASE $attribute
                    WHEN 'kind' THEN prep.touch_types.kind
                    WHEN 'content' THEN prep.touch_types.content
                    WHEN 'channel' THEN prep.touch_types.channel
                    WHEN 'direction' THEN prep.touch_types.direction
                END,
                ''
            )
    END AS label,
    COALESCE(before.place, 1) AS place,
    COALESCE(before.n_touches, 1) AS n_touches
FROM wins
LEFT JOIN before ON wins.lead_no = before.lead_no
LEFT JOIN prep.touch_types ON before.type_no = prep.touch_types.type_no
