-- The distinct orders in which journeys entered the stages.
-- Reads:   prep.paths
-- Returns: one row per order: path_no, code_1..4 (packed as in journeys.sql, without marks).
SELECT
    path_no AS path_no,
    code_1 AS code_1,
    code_2 AS code_2,
    code_3 AS code_3,
    code_4 AS code_4
FROM prep.paths
