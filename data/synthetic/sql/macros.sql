-- Chance without a random number generator: a draw is a hash of who is drawn for and
-- what for. It does not depend on the order of rows, the number of threads or the size
-- of the company, and a new draw elsewhere changes no other draw.
-- `SEED` is replaced by the program.

-- A number in [0, 1). The hash of the entity is mixed with the hash of the purpose and
-- hashed again: two purposes of one entity are independent.
CREATE OR REPLACE TEMP MACRO uniform(entity, purpose) AS
    CAST(hash(xor(hash(CAST(entity AS BIGINT)), hash(purpose || ' SEED'))) >> 11 AS DOUBLE) / 9007199254740992.0;

-- A whole number from 0 to n - 1.
CREATE OR REPLACE TEMP MACRO pick(entity, purpose, n) AS
    CAST(floor(uniform(entity, purpose) * n) AS INTEGER);

-- A standard normal number (Box and Muller 1958).
CREATE OR REPLACE TEMP MACRO normal(entity, purpose) AS
    sqrt(-2 * ln(1 - uniform(entity, purpose || ' radius'))) * cos(2 * pi() * uniform(entity, purpose || ' angle'));

CREATE OR REPLACE TEMP MACRO logistic(log_odds) AS 1 / (1 + exp(-(log_odds)));

-- Log-logistic duration, cut off at `maximum` by its inverse distribution: no draw is thrown away.
CREATE OR REPLACE TEMP MACRO duration(share, median, shape, maximum) AS
    median * pow(1 / (1 / (share / (1 + pow(maximum / median, -shape))) - 1), 1 / shape);

-- Tokyo's days and hours from seconds of UTC; day 0, 1 January 1970, was a Thursday.
CREATE OR REPLACE TEMP MACRO tokyo_day(second) AS (second + 32400) // 86400;
CREATE OR REPLACE TEMP MACRO tokyo_hour(day, hour) AS day * 86400 - 32400 + hour * 3600;
CREATE OR REPLACE TEMP MACRO working_day(day) AS
    day + CASE (day + 3) % 7 WHEN 5 THEN 2 WHEN 6 THEN 1 ELSE 0 END;

-- The first moment at or after `second` at which an office in Tokyo (9 to 18 o'clock,
-- Monday to Friday) does something; work left over is done in the first two hours of the day.
CREATE OR REPLACE TEMP MACRO office_time(second, share) AS
    CASE
        WHEN working_day(tokyo_day(second)) = tokyo_day(second)
            AND second BETWEEN tokyo_hour(tokyo_day(second), 9) AND tokyo_hour(tokyo_day(second), 18)
            THEN second
        ELSE
            tokyo_hour(
                working_day(tokyo_day(second) + CASE WHEN second > tokyo_hour(tokyo_day(second), 18) THEN 1 ELSE 0 END),
                9
            ) + CAST(floor(share * 7200) AS BIGINT)
    END;

CREATE OR REPLACE TEMP MACRO moment(second) AS make_timestamp(CAST(second AS BIGINT) * 1000000);
