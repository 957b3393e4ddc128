-- What the steps of one part of the leads add to; emptied for each part.
CREATE OR REPLACE TEMP TABLE nurtured (lead_no BIGINT, pass_no INTEGER, "at" BIGINT);

CREATE OR REPLACE TEMP TABLE mql (lead_no BIGINT, pass_no INTEGER, "at" BIGINT);

CREATE OR REPLACE TEMP TABLE opt_out (lead_no BIGINT, "at" BIGINT, channel VARCHAR);

CREATE OR REPLACE TEMP TABLE reviewed_all (lead_no BIGINT, "at" BIGINT, true_fit INTEGER, true_engagement INTEGER);

CREATE OR REPLACE TEMP TABLE handed (
    lead_no BIGINT,
    pass_no INTEGER,
    entity BIGINT,
    handed_off_at BIGINT,
    how VARCHAR,
    is_sales_generated BOOLEAN,
    is_white_paper_only BOOLEAN,
    handling VARCHAR,
    is_won BOOLEAN,
    is_accepted BOOLEAN,
    is_lost_to_lateness BOOLEAN,
    is_lost_to_market BOOLEAN,
    is_opportunity BOOLEAN,
    is_qualified BOOLEAN,
    route VARCHAR,
    first_contact_at BIGINT,
    begun_at BIGINT,
    responded_at BIGINT,
    qualified_at BIGINT,
    opened_at BIGINT,
    closed_at BIGINT,
    settled_at BIGINT
);

INSERT INTO nurtured
SELECT
    lead_no AS lead_no,
    1 AS pass_no,
    created_at + 3600 + CAST(floor(2 * 86400 * uniform(lead_no, 'nurturing time')) AS BIGINT) AS "at"
FROM lead
WHERE NOT is_sales_generated AND uniform(lead_no, 'nurturing') < 0.85;
