-- The touches known at each moment, prepared at import.
-- Reads:   prep.moment_touches
-- Returns: one row per moment and touch.
SELECT
    prep.moment_touches.moment_no AS moment_no,
    prep.moment_touches.type_no AS type_no,
    prep.moment_touches.age_days AS age_days
FROM prep.moment_touches
