-- Leads that asked for something by themselves after a long silence, and that nobody has taken up since.
-- Reads:   prep.touches, prep.touch_types, prep.leads, prep.handoffs, prep.stage_entries
-- Returns: one row per lead, its latest return within the period: lead_no, lead_id, pass_no, came_back_at, kind,
--          silence_days, state (never or before: ever handed over), has_reached (the outcome, by $as_of).
WITH asked AS (
    SELECT DISTINCT prep.touches.lead_no AS lead_no
    FROM prep.touches
    INNER JOIN prep.touch_types ON prep.touches.type_no = prep.touch_types.type_no
    WHERE
        prep.touches."at" >= $starts_at
        AND prep.touches."at" < $ends_at
        AND LIST_CONTAINS(CAST($kinds AS VARCHAR[]), prep.touch_types.kind)
),

own AS (
    SELECT
        prep.touches.lead_no AS lead_no,
        prep.touches."at" AS touched_at,
        prep.touch_types.kind AS kind,
        LAG(prep.touches."at") OVER (PARTITION BY prep.touches.lead_no ORDER BY prep.touches."at") AS previous_at
    FROM prep.touches
    INNER JOIN asked ON prep.touches.lead_no = asked.lead_no
    INNER JOIN prep.touch_types ON prep.touches.type_no = prep.touch_types.type_no
    WHERE prep.touches."at" <= $as_of AND prep.touch_types.direction IS DISTINCT FROM 'outbound'
),

returned AS (
    SELECT
        lead_no AS lead_no,
        MAX(touched_at) AS came_back_at,
        ARG_MAX(kind, touched_at) AS kind,
        ARG_MAX(DATE_DIFF('second', previous_at, touched_at) / 86400.0, touched_at) AS silence_days
    FROM own
    WHERE
        touched_at >= $starts_at
        AND touched_at < $ends_at
        AND touched_at >= previous_at + TO_DAYS(CAST($silence_days AS INTEGER))
        AND LIST_CONTAINS(CAST($kinds AS VARCHAR[]), kind)
    GROUP BY lead_no
),

handed AS (
    SELECT lead_no AS lead_no, MAX(handed_off_at) AS handed_off_at, MAX(pass_no) AS pass_no
    FROM prep.handoffs
    WHERE handed_off_at <= $as_of
    GROUP BY lead_no
),

reached AS (
    SELECT lead_no AS lead_no, MIN(first_entered_at) AS reached_at
    FROM prep.stage_entries
    WHERE position >= $outcome_position AND first_entered_at <= $as_of
    GROUP BY lead_no
)

SELECT
    returned.lead_no AS lead_no,
    prep.leads.lead_id AS lead_id,
    COALESCE(handed.pass_no, 1) AS pass_no,
    returned.came_back_at AS came_back_at,
    returned.kind AS kind,
    returned.silence_days AS silence_days,
    CASE WHEN handed.lead_no IS NULL THEN 'never' ELSE 'before' END AS state,
    reached.reached_at IS NOT NULL AS has_reached
FROM returned
INNER JOIN prep.leads ON returned.lead_no = prep.leads.lead_no
LEFT JOIN handed ON returned.lead_no = handed.lead_no
LEFT JOIN reached ON returned.lead_no = reached.lead_no
WHERE
    (handed.handed_off_at IS NULL OR handed.handed_off_at < returned.came_back_at)
    AND (reached.reached_at IS NULL OR reached.reached_at >= returned.came_back_at)
    AND (
        LEN(CAST($sources AS VARCHAR[])) = 0
        OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
    )
ORDER BY returned.came_back_at DESC, returned.lead_no DESC
