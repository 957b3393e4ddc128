-- The touches known at each moment, prepared at import; rank 0 is the latest of its type or kind.
-- Reads:   prep.moment_touches
-- Returns: one row per moment and touch.
SELECT
    prep.moment_touches.moment_no AS moment_no,
    prep.moment_touches.type_no AS type_no,
    prep.moment_touches.age_days AS age_days,
    prep.moment_touches.nth_of_type AS nth_of_type,
    prep.moment_touches.nth_of_kind AS nth_of_kind
FROM prep.moment_touches
