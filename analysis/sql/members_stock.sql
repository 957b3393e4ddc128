-- Who stands in a stage, and for how long: the leads behind the stock. The definitions of stage_lags.sql.
-- Reads:   prep.leads, prep.stage_entries, deals
-- Returns: one row per lead: lead_no, pass_no (always 1), reached_at (since when it stands there).
WITH cohort AS (
    SELECT lead_no AS lead_no, lead_id AS lead_id
    FROM prep.leads
    WHERE
        created_at >= $starts_at
        AND created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
),

stays AS (
    SELECT
        lead_no AS lead_no,
        MAX(CASE WHEN position = $stage_position THEN first_entered_at END) AS entered_at
    FROM prep.stage_entries
    WHERE first_entered_at <= $as_of
    GROUP BY lead_no
    HAVING MAX(position) = $stage_position
),

known_deals AS (
    SELECT
        lead_id AS lead_id,
        CASE WHEN outcome = 'lost' AND closed_at <= $as_of THEN closed_at END AS lost_at,
        CASE WHEN outcome = 'open' OR closed_at IS NULL OR closed_at > $as_of THEN 1 ELSE 0 END AS is_open
    FROM deals
    WHERE opened_at IS NULL OR opened_at <= $as_of
),

losses AS (
    SELECT lead_id AS lead_id, MAX(lost_at) AS lost_at
    FROM known_deals
    GROUP BY lead_id
    HAVING SUM(is_open) = 0 AND MAX(lost_at) IS NOT NULL
)

SELECT
    stays.lead_no AS lead_no,
    1 AS pass_no,
    stays.entered_at AS reached_at
FROM stays
INNER JOIN cohort ON stays.lead_no = cohort.lead_no
LEFT JOIN losses ON cohort.lead_id = losses.lead_id
WHERE
    (losses.lost_at IS NULL OR losses.lost_at < stays.entered_at)
    AND DATE_DIFF('day', CAST(stays.entered_at AS DATE), CAST($as_of AS DATE)) > $over_days
