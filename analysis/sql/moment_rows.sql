-- Every moment at which a lead is scored, worked out once for all questions of a replay.
-- They are numbered outside the engine: they come sorted but for two halves.
-- Reads:   moments
-- Returns: one row per moment, as in moments.sql.
SELECT
    moments.lead_no AS lead_no,
    moments.turn_no AS turn_no,
    moments.pass_no AS pass_no,
    moments.decided_at AS decided_at,
    moments.next_decided_at AS next_decided_at,
    moments.is_settled AS is_settled,
    moments.is_standing AS is_standing
FROM moments
