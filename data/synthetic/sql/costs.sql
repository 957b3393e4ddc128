-- What each campaign cost each month (of Tokyo): so much per lead, give or take a fifth.
-- Reads:  leads, campaign, source
-- Adds to: costs
INSERT INTO costs (source, campaign, "month", amount)
WITH monthly AS (
    SELECT
        source,
        campaign,
        CAST(date_trunc('month', created_at + INTERVAL 9 HOURS) AS DATE) AS "month",
        count(*) AS n_leads
    FROM leads
    GROUP BY ALL
)

SELECT
    monthly.source AS source,
    monthly.campaign AS campaign,
    monthly."month" AS "month",
    CAST(
        round(
            monthly.n_leads * source.cost
            * (0.8 + 0.4 * uniform(campaign.campaign_no * 100000 + CAST(strftime(monthly."month", '%Y%m') AS INTEGER), 'cost'))
            / 1000
        ) * 1000 AS DECIMAL(18, 2)
    ) AS amount
FROM monthly
INNER JOIN source ON monthly.source = source.code
INNER JOIN campaign ON monthly.source = campaign.subject AND monthly.campaign = campaign.name
WHERE source.cost > 0
ORDER BY monthly."month", monthly.source, monthly.campaign;
