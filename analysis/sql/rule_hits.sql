-- What was counted at each decision.
--
-- A count per rule would need a row per decision and rule. Instead the counts of
-- many rules lie side by side in one whole number, each in bits of its own that are
-- wide enough never to spill over.
--
-- Reads:   decisions; counts (the sums of touch_cells.sql and value_cells.sql by moment)
-- Returns: one row per decision with the packed counts word_0 and word_1.
SELECT
    decisions.moment_no AS moment_no,
    decisions.lead_no AS lead_no,
    decisions.pass_no AS pass_no,
    decisions.decided_at AS decided_at,
    decisions.outcome_no AS outcome_no,
    counts.word_0 AS word_0,
    counts.word_1 AS word_1
FROM decisions
INNER JOIN counts ON decisions.moment_no = counts.moment_no
