-- Nobody who asked not to be contacted is contacted again.
-- Reads:  touch, lead, touch_type, opt_out
-- Adds to: touches
INSERT INTO touches (touch_id, lead_id, "at", kind, channel, content, direction)
SELECT
    lead.lead_id || '-' || CAST(touch.phase AS VARCHAR) || '-' || CAST(touch.touch_no AS VARCHAR) AS touch_id,
    lead.lead_id AS lead_id,
    moment(touch."at") AS "at",
    touch_type.kind AS kind,
    touch_type.channel AS channel,
    touch_type.content AS content,
    touch_type.direction AS direction
FROM touch
INNER JOIN lead ON touch.lead_no = lead.lead_no
INNER JOIN touch_type ON touch.type_no = touch_type.type_no
LEFT JOIN opt_out ON touch.lead_no = opt_out.lead_no
WHERE
    touch."at" <= $as_of_second
    AND (touch_type.direction = 'inbound' OR opt_out."at" IS NULL OR touch."at" <= opt_out."at")
ORDER BY touch.lead_no, touch."at", touch.phase, touch.touch_no;
