-- Whose win had which touch before it: the leads behind a share of the touches. The definitions of attribution.sql.
-- Reads:   prep.leads, prep.stage_entries, prep.touches, prep.touch_types
-- Returns: one row per lead: lead_no, pass_no (always 1), reached_at (when it was won). $place is one of
--            first, last  the first or last touch before the win was such
--            any          at least one was
--            none         there is no touch before the win
WITH touched AS (
    {touched_wins}
)

SELECT
    lead_no AS lead_no,
    1 AS pass_no,
    MIN(won_at) AS reached_at
FROM touched
WHERE
    CASE $place
        WHEN 'none' THEN label IS NULL
        WHEN 'first' THEN COALESCE(label = $label AND place = 1, FALSE)
        WHEN 'last' THEN COALESCE(label = $label AND place = n_touches, FALSE)
        ELSE COALESCE(label = $label, FALSE)
    END
GROUP BY lead_no
