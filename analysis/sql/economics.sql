-- What a period says about money: how long it is, what wins bring, how many ask to be left alone after a handoff.
-- Reads:   prep.leads, prep.deals, prep.handoffs, opt_outs
-- Returns: one row: first_at (creation of the first lead), n_amounts, amount_mean, amount_sd (yen per lead
--          won since the start of the period; NULL when unknown), n_watched (handoffs followed for $watch_days),
--          n_opted_out (of those).
WITH chosen AS (
    SELECT
        prep.leads.lead_no AS lead_no,
        prep.leads.lead_id AS lead_id,
        prep.leads.created_at AS created_at
    FROM prep.leads
    WHERE
        prep.leads.created_at <= $as_of
        AND (
            LEN(CAST($sources AS VARCHAR[])) = 0
            OR LIST_CONTAINS(CAST($sources AS VARCHAR[]), COALESCE(prep.leads.source, ''))
        )
),

amounts AS (
    SELECT SUM(CAST(prep.deals.amount AS DOUBLE)) AS amount
    FROM prep.deals
    INNER JOIN chosen ON prep.deals.lead_no = chosen.lead_no
    WHERE
        prep.deals.outcome = 'won'
        AND prep.deals.amount IS NOT NULL
        AND prep.deals.closed_at >= $starts_at
        AND prep.deals.closed_at <= $as_of
    GROUP BY prep.deals.lead_no
),

watched AS (
    SELECT
        chosen.lead_id AS lead_id,
        prep.handoffs.handed_off_at AS handed_off_at
    FROM prep.handoffs
    INNER JOIN chosen ON prep.handoffs.lead_no = chosen.lead_no
    WHERE
        prep.handoffs.handed_off_at >= $starts_at
        AND prep.handoffs.handed_off_at < $ends_at
        AND prep.handoffs.handed_off_at <= CAST($as_of AS TIMESTAMP) - INTERVAL '1' DAY * $watch_days
),

opted_out AS (
    SELECT DISTINCT
        watched.lead_id AS lead_id,
        watched.handed_off_at AS handed_off_at
    FROM watched
    INNER JOIN opt_outs ON watched.lead_id = opt_outs.lead_id
    WHERE
        opt_outs."at" > watched.handed_off_at
        AND opt_outs."at" <= watched.handed_off_at + INTERVAL '1' DAY * $watch_days
)

SELECT
    (SELECT MIN(chosen.created_at) FROM chosen) AS first_at,
    (SELECT COUNT(*) FROM amounts) AS n_amounts,
    (SELECT AVG(amounts.amount) FROM amounts) AS amount_mean,
    (SELECT STDDEV_SAMP(amounts.amount) FROM amounts) AS amount_sd,
    (SELECT COUNT(*) FROM watched) AS n_watched,
    (SELECT COUNT(*) FROM opted_out) AS n_opted_out
