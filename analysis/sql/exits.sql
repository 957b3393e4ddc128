-- How each lead left a stage with two exits: passed on, or closed where it was.
-- Reads:   prep.leads, prep.stage_entries, prep.deals, stage_events, stages
-- Returns: one row per lead that entered $stage in the period: lead_no, entered_at, exit. A part of other statements.
--          exit is one of
--            won_inside     has a deal won by inside sales
--            lost_inside    has a deal lost by inside sales, none open, and was not won
--            passed         none of these; a stage event of another department before the last stage
--            won_elsewhere  none of these; reached the last stage
--            waiting        none of these
WITH bounds AS (
    SELECT
        MAX(CASE WHEN stage = $stage THEN position END) AS stage_position,
        MAX(position) AS last_position
    FROM stages
),

entered AS (
    SELECT
        prep.leads.lead_no AS lead_no,
        prep.leads.lead_id AS lead_id,
        prep.stage_entries.first_entered_at AS entered_at
    FROM prep.stage_entries
    INNER JOIN prep.leads ON prep.stage_entries.lead_no = prep.leads.lead_no
    INNER JOIN bounds ON prep.stage_entries.position = bounds.stage_position
    WHERE
        prep.stage_entries.first_entered_at <= $as_of
        AND prep.stage_entries.first_entered_at >= $starts_at
        AND prep.stage_entries.first_entered_at < $ends_at
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
),

-- An opportunity that only a deal tells of may be the inside sales' own.
passed AS (
    SELECT DISTINCT entered.lead_id AS lead_id
    FROM entered
    INNER JOIN stage_events ON entered.lead_id = stage_events.lead_id
    INNER JOIN stages ON stage_events.stage = stages.stage
    INNER JOIN bounds ON stages.position > bounds.stage_position AND stages.position < bounds.last_position
    WHERE stage_events.entered_at <= $as_of AND stages.department <> 'inside_sales'
),

finished AS (
    SELECT DISTINCT prep.stage_entries.lead_no AS lead_no
    FROM prep.stage_entries
    INNER JOIN bounds ON prep.stage_entries.position = bounds.last_position
    WHERE prep.stage_entries.first_entered_at <= $as_of
),

inside AS (
    SELECT
        lead_no AS lead_no,
        MAX(CASE WHEN outcome = 'won' AND closed_at <= $as_of AND closed_by = 'inside_sales' THEN 1 ELSE 0 END) AS is_won,
        MAX(CASE WHEN outcome = 'lost' AND closed_at <= $as_of AND closed_by = 'inside_sales' THEN 1 ELSE 0 END) AS is_lost,
        MAX(CASE WHEN outcome = 'open' OR closed_at IS NULL OR closed_at > $as_of THEN 1 ELSE 0 END) AS is_open
    FROM prep.deals
    WHERE opened_at IS NULL OR opened_at <= $as_of
    GROUP BY lead_no
)

SELECT
    entered.lead_no AS lead_no,
    entered.entered_at AS entered_at,
    CASE
        WHEN inside.is_won = 1 THEN 'won_inside'
        WHEN inside.is_lost = 1 AND inside.is_open = 0 AND finished.lead_no IS NULL THEN 'lost_inside'
        WHEN passed.lead_id IS NOT NULL THEN 'passed'
        WHEN finished.lead_no IS NOT NULL THEN 'won_elsewhere'
        ELSE 'waiting'
    END AS exit
FROM entered
LEFT JOIN passed ON entered.lead_id = passed.lead_id
LEFT JOIN finished ON entered.lead_no = finished.lead_no
LEFT JOIN inside ON entered.lead_no = inside.lead_no
