-- What only the maker of the company can count; summed over the parts.
CREATE OR REPLACE TEMP TABLE tally (name VARCHAR, n BIGINT);
