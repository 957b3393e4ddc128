-- The segments of each moment, packed: a code per attribute in bits of its own, like the counts of rules.
-- Reads:   moment_values; segment_values (what one value adds)
-- Returns: one row per moment with any of these attributes.
SELECT
    moment_values.moment_no AS moment_no,
    CAST(SUM(segment_values.word) AS BIGINT) AS segment_word
FROM moment_values
INNER JOIN segment_values ON moment_values.value_no = segment_values.value_no
GROUP BY moment_values.moment_no
