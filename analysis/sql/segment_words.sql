-- What each attribute value adds to the packed segments of a moment. The sums are made outside the engine,
-- as those of touch_cells.sql are, because the rows come nearly in the order of the moments.
-- Reads:   moment_values; segment_values (what one value adds)
-- Returns: one row per moment and attribute.
SELECT
    moment_values.moment_no AS moment_no,
    segment_values.word AS word
FROM moment_values
INNER JOIN segment_values ON moment_values.value_no = segment_values.value_no
