-- Contradictions in the records that need all of them to be found: looked for once, not by every page.
-- Reads:  leads, touches, stage_events, handoffs, deals, stages
-- Builds: prep.unknown_leads, prep.stages_out_of_order, prep.possible_duplicates, each with one row per
--         record: table_name, record_id, lead_id, happened_at, other_at

-- Rows that speak of a lead that is not in the leads table: they are ignored everywhere.
CREATE TABLE prep.unknown_leads AS
SELECT
    'touches' AS table_name,
    touches.touch_id AS record_id,
    touches.lead_id AS lead_id,
    touches."at" AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM touches
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = touches.lead_id)
UNION ALL
SELECT
    'stage_events' AS table_name,
    stage_events.stage AS record_id,
    stage_events.lead_id AS lead_id,
    stage_events.entered_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM stage_events
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = stage_events.lead_id)
UNION ALL
SELECT
    'handoffs' AS table_name,
    handoffs.handoff_id AS record_id,
    handoffs.lead_id AS lead_id,
    handoffs.handed_off_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM handoffs
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = handoffs.lead_id)
UNION ALL
SELECT
    'deals' AS table_name,
    deals.deal_id AS record_id,
    deals.lead_id AS lead_id,
    deals.opened_at AS happened_at,
    CAST(NULL AS TIMESTAMP) AS other_at
FROM deals
WHERE NOT EXISTS (SELECT 1 AS found FROM leads WHERE leads.lead_id = deals.lead_id);

-- A lead entered a stage before one that comes earlier in the funnel, within the same pass.
-- (A recycled lead goes back to an earlier stage in its next pass: that is in order.)
CREATE TABLE prep.stages_out_of_order AS
WITH entries AS (
    SELECT
        stage_events.lead_id AS lead_id,
        stage_events.pass_no AS pass_no,
        stages.stage AS stage,
        stages.position AS position,
        MIN(stage_events.entered_at) AS first_entered_at
    FROM stage_events
    INNER JOIN stages ON stage_events.stage = stages.stage
    GROUP BY stage_events.lead_id, stage_events.pass_no, stages.stage, stages.position
),

ordered AS (
    SELECT
        entries.lead_id AS lead_id,
        entries.stage AS stage,
        entries.first_entered_at AS first_entered_at,
        MAX(entries.first_entered_at) OVER (
            PARTITION BY entries.lead_id, entries.pass_no
            ORDER BY entries.position NULLS LAST
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS latest_before
    FROM entries
)

SELECT
    'stage_events' AS table_name,
    ordered.stage AS record_id,
    ordered.lead_id AS lead_id,
    ordered.first_entered_at AS happened_at,
    ordered.latest_before AS other_at
FROM ordered
WHERE ordered.first_entered_at < ordered.latest_before;

-- Several leads of one company share department and job title within a week: one person twice?
CREATE TABLE prep.possible_duplicates AS
WITH neighbours AS (
    SELECT
        leads.lead_id AS lead_id,
        leads.created_at AS created_at,
        LAG(leads.created_at) OVER (
            PARTITION BY leads.company, leads.department, leads.job_title, leads.source
            ORDER BY leads.created_at NULLS LAST, leads.lead_id NULLS LAST
        ) AS previous_at
    FROM leads
    WHERE leads.company IS NOT NULL AND leads.department IS NOT NULL AND leads.job_title IS NOT NULL
)

SELECT
    'leads' AS table_name,
    neighbours.lead_id AS record_id,
    neighbours.lead_id AS lead_id,
    neighbours.created_at AS happened_at,
    neighbours.previous_at AS other_at
FROM neighbours
WHERE neighbours.created_at <= neighbours.previous_at + INTERVAL 7 DAY;
