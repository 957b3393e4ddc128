-- Whole days between two stages, with leads that are still open: the life table of every time question.
-- Reads:   prep.lead_labels, prep.stage_entries, prep.deals
-- Returns: one row per group, start, outcome and number of days:
--            label       value of the attribute named by $dimension; '' when unknown, 'all' when not asked
--            started_on  day or month of entry into the start stage as $unit says; NULL when $unit is 'all'
--            outcome     reached: days to the first entry into the end stage or a later one
--                        lost:    days to the last lost deal, when no deal is open and the end was not reached
--                        open:    complete days from the start to as_of
--                        before:  the end was reached before the start; days is 0
--            days        of 24 hours; begun ones count, except for open
--            n           leads with a recorded entry into the start stage in the period
WITH spans AS (
    {spans}
)

SELECT
    label AS label,
    CASE $unit
        WHEN 'day' THEN CAST(DATE_TRUNC('day', started_at) AS TIMESTAMP)
        WHEN 'month' THEN CAST(DATE_TRUNC('month', started_at) AS TIMESTAMP)
    END AS started_on,
    outcome AS outcome,
    days AS days,
    COUNT(*) AS n
FROM spans
GROUP BY
    label,
    CASE $unit
        WHEN 'day' THEN CAST(DATE_TRUNC('day', started_at) AS TIMESTAMP)
        WHEN 'month' THEN CAST(DATE_TRUNC('month', started_at) AS TIMESTAMP)
    END,
    outcome,
    days
