-- The touches known at each moment, with their age in whole days.
-- Reads:   moments, prep.touches
-- Returns: one row per moment and touch.
SELECT
    moments.moment_no AS moment_no,
    prep.touches.type_no AS type_no,
    CAST(FLOOR(DATE_DIFF('second', prep.touches."at", moments.decided_at) / 86400) AS INTEGER) AS age_days
FROM moments
INNER JOIN prep.touches ON moments.lead_no = prep.touches.lead_no AND prep.touches."at" <= moments.decided_at
