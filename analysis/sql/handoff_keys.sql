-- Where some handoffs stand in a replay.
-- Reads:   prep.handoffs; wanted (handoff_id)
-- Returns: one row per handoff found.
SELECT
    prep.handoffs.lead_no AS lead_no,
    prep.handoffs.pass_no AS pass_no,
    prep.handoffs.handed_off_at AS decided_at
FROM prep.handoffs
INNER JOIN wanted ON prep.handoffs.handoff_id = wanted.handoff_id
