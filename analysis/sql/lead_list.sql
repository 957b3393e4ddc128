-- The leads behind a number, latest first, and how many there are in all.
-- Reads:   members (one of members_*.sql, put in its place), prep.leads, prep.stage_entries, stages, deals
-- Returns: at most $n_rows rows: lead_id, pass_no, reached_at, company, source, campaign, industry, region, owner,
--          created_at, stage (furthest by as_of), amount (won deals; NULL when unknown), n_leads (in all).
WITH members AS (
    {members}
),

chosen AS (
    SELECT
        lead_no AS lead_no,
        pass_no AS pass_no,
        reached_at AS reached_at,
        COUNT(*) OVER () AS n_leads
    FROM members
    ORDER BY reached_at DESC NULLS LAST, lead_no DESC, pass_no DESC
    LIMIT $n_rows
),

furthest AS (
    SELECT prep.stage_entries.lead_no AS lead_no, MAX(prep.stage_entries.position) AS position
    FROM prep.stage_entries
    WHERE
        prep.stage_entries.first_entered_at <= $as_of
        AND prep.stage_entries.lead_no IN (SELECT lead_no AS lead_no FROM chosen)
    GROUP BY prep.stage_entries.lead_no
),

amounts AS (
    SELECT lead_id AS lead_id, SUM(CAST(amount AS DOUBLE)) AS amount
    FROM deals
    WHERE outcome = 'won' AND closed_at <= $as_of
    GROUP BY lead_id
)

SELECT
    prep.leads.lead_id AS lead_id,
    chosen.pass_no AS pass_no,
    chosen.reached_at AS reached_at,
    prep.leads.company AS company,
    prep.leads.source AS source,
    prep.leads.campaign AS campaign,
    prep.leads.industry AS industry,
    prep.leads.region AS region,
    prep.leads.owner AS owner,
    prep.leads.created_at AS created_at,
    stages.stage AS stage,
    amounts.amount AS amount,
    chosen.n_leads AS n_leads
FROM chosen
INNER JOIN prep.leads ON chosen.lead_no = prep.leads.lead_no
LEFT JOIN furthest ON chosen.lead_no = furthest.lead_no
LEFT JOIN stages ON furthest.position = stages.position
LEFT JOIN amounts ON prep.leads.lead_id = amounts.lead_id
ORDER BY chosen.reached_at DESC NULLS LAST, chosen.lead_no DESC, chosen.pass_no DESC
