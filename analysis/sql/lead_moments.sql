-- The moments at which one lead is scored.
-- Reads:   moments
-- Returns: one row per decision, in the order of time; is_standing is 1 for a lead that was never decided.
SELECT
    moments.pass_no AS pass_no,
    moments.decided_at AS decided_at,
    moments.is_standing AS is_standing
FROM moments
WHERE moments.lead_no = $lead_no
ORDER BY moments.turn_no NULLS LAST
