-- Reads:  handed, mql
-- Adds to: tally
INSERT INTO tally
SELECT 'handoffs_by_' || how AS name, count(*) AS n FROM handed GROUP BY how
UNION ALL
SELECT 'handoffs_' || handling AS name, count(*) AS n FROM handed GROUP BY handling
UNION ALL
-- Would have been won, had the call come in time: on a handoff that is mature, and not.
SELECT 'won_but_for_lateness' AS name, count(*) AS n FROM handed WHERE is_lost_to_lateness
UNION ALL
SELECT 'won_but_for_lateness_mature' AS name, count(*) AS n
FROM handed
WHERE is_lost_to_lateness AND handed_off_at + 86400 * $win_horizon_days <= $as_of_second
UNION ALL
SELECT 'won_but_for_market' AS name, count(*) AS n FROM handed WHERE is_lost_to_market
UNION ALL
SELECT 'will_be_won' AS name, count(*) AS n FROM handed WHERE is_won AND closed_at > $as_of_second;
