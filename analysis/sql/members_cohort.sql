-- Who of the leads created in the period came to a stage: the leads behind a source, a month or a step.
-- Reads:   prep.lead_labels, prep.stage_entries
-- Returns: one row per lead: lead_no, pass_no (always 1), reached_at.
--          $is_mature keeps leads created a horizon ago, $is_in_horizon counts only what came within it. A lead with
--          $next_position did not come there in the same way; -1 asks for all that came to $stage_position.
WITH cohort AS (
    SELECT lead_no AS lead_no, created_at AS created_at
    FROM prep.lead_labels
    WHERE
        dimension = $dimension
        AND created_at >= $starts_at
        AND created_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(source, ''))
        )
        AND (NOT $is_mature OR created_at <= $mature_at)
        AND (LEN(CAST($labels AS VARCHAR[])) = 0 OR LIST_CONTAINS(CAST($labels AS VARCHAR[]), label) <> $is_rest)
),

reached AS (
    SELECT
        cohort.lead_no AS lead_no,
        MIN(entries.first_entered_at) AS reached_at,
        MAX(entries.position) AS position
    FROM cohort
    INNER JOIN prep.stage_entries AS entries ON cohort.lead_no = entries.lead_no
    WHERE
        entries.first_entered_at <= $as_of
        AND entries.position >= $stage_position
        AND (NOT $is_in_horizon OR entries.first_entered_at <= cohort.created_at + INTERVAL 1 DAY * $horizon_days)
    GROUP BY cohort.lead_no
)

SELECT
    lead_no AS lead_no,
    1 AS pass_no,
    reached_at AS reached_at
FROM reached
WHERE $next_position < 0 OR position < $next_position
