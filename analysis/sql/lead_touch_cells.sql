-- Touches that some rule asks for, with the cells of their type; see touch_cells.sql.
-- Reads:   prep.touches; touch_rules (the ruleset)
-- Returns: one row per touch, whenever it was.
SELECT
    prep.touches.lead_no AS lead_no,
    prep.touches."at" AS touched_at,
    touch_rules.first_cell AS first_cell,
    touch_rules.oldest_days AS oldest_days
FROM prep.touches
INNER JOIN touch_rules ON prep.touches.type_no = touch_rules.type_no
