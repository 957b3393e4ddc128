-- What chosen leads had done by chosen moments, by kind of touch.
-- Reads:   moments (what the caller chose), prep.touches, prep.touch_types
-- Returns: one row per moment and kind that occurred.
SELECT
    moments.moment_no AS moment_no,
    prep.touch_types.kind AS kind,
    COUNT(*) AS n_touches
FROM moments
INNER JOIN prep.touches ON moments.lead_no = prep.touches.lead_no AND prep.touches."at" <= moments.decided_at
INNER JOIN prep.touch_types ON prep.touches.type_no = prep.touch_types.type_no
GROUP BY moments.moment_no, prep.touch_types.kind
ORDER BY moments.moment_no, prep.touch_types.kind
