-- The attributes believed at each moment, prepared at import.
-- Reads:   prep.moment_values
-- Returns: one row per moment and attribute.
SELECT
    prep.moment_values.moment_no AS moment_no,
    prep.moment_values.value_no AS value_no
FROM prep.moment_values
