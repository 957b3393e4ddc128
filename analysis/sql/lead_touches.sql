-- The touches of one lead.
-- Reads:   prep.touches, prep.touch_types
-- Returns: one row per touch, in the order of time.
SELECT
    prep.touches."at" AS touched_at,
    prep.touch_types.kind AS kind,
    prep.touch_types.channel AS channel,
    prep.touch_types.content AS content,
    prep.touch_types.direction AS direction
FROM prep.touches
INNER JOIN prep.touch_types ON prep.touches.type_no = prep.touch_types.type_no
WHERE prep.touches.lead_no = $lead_no
ORDER BY prep.touches."at" NULLS LAST, prep.touches.type_no NULLS LAST
