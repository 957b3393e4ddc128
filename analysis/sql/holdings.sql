-- How much there is of each kind of record, and of which time.
-- Reads:   leads, lead_facts, touches, stage_events, handoffs, deals, bant, scores, opt_outs, costs
-- Returns: one row per table: table_name, n_rows, first_at, last_at (NULL when empty). Deals count by
--          their opening, costs by their month.
SELECT 'leads' AS table_name, COUNT(*) AS n_rows, MIN(created_at) AS first_at, MAX(created_at) AS last_at FROM leads
UNION ALL
SELECT 'lead_facts' AS table_name, COUNT(*) AS n_rows, MIN(known_at) AS first_at, MAX(known_at) AS last_at FROM lead_facts
UNION ALL
SELECT 'touches' AS table_name, COUNT(*) AS n_rows, MIN("at") AS first_at, MAX("at") AS last_at FROM touches
UNION ALL
SELECT 'stage_events' AS table_name, COUNT(*) AS n_rows, MIN(entered_at) AS first_at, MAX(entered_at) AS last_at FROM stage_events
UNION ALL
SELECT 'handoffs' AS table_name, COUNT(*) AS n_rows, MIN(handed_off_at) AS first_at, MAX(handed_off_at) AS last_at FROM handoffs
UNION ALL
SELECT 'deals' AS table_name, COUNT(*) AS n_rows, MIN(opened_at) AS first_at, MAX(opened_at) AS last_at FROM deals
UNION ALL
SELECT 'bant' AS table_name, COUNT(*) AS n_rows, MIN(learned_at) AS first_at, MAX(learned_at) AS last_at FROM bant
UNION ALL
SELECT 'scores' AS table_name, COUNT(*) AS n_rows, MIN(scored_at) AS first_at, MAX(scored_at) AS last_at FROM scores
UNION ALL
SELECT 'opt_outs' AS table_name, COUNT(*) AS n_rows, MIN("at") AS first_at, MAX("at") AS last_at FROM opt_outs
UNION ALL
SELECT
    'costs' AS table_name,
    COUNT(*) AS n_rows,
    MIN(CAST(month AS TIMESTAMP)) AS first_at,
    MAX(CAST(month AS TIMESTAMP)) AS last_at
FROM costs
