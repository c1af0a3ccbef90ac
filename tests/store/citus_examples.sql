-- By rule: what a Citus 13.2.2 refused ("conflict", "nested": answered otherwise, without an error), and what it ran.

-- columns
SELECT EXISTS (SELECT FROM stock_price_daily WHERE trade_date = %(day)s);
SELECT EXISTS (SELECT 1 FROM stock_price_daily WHERE trade_date = %(day)s);

-- recursion
WITH RECURSIVE walk AS (
  SELECT CAST(%s AS date) AS day
  UNION ALL SELECT (SELECT max(trade_date) FROM stock_price_daily WHERE trade_date < day) FROM walk WHERE day IS NOT NULL
) SELECT day FROM walk;
SELECT trade_date FROM stock_price_daily GROUP BY trade_date ORDER BY trade_date DESC LIMIT 3;

-- correlated
SELECT l.ticker FROM fdr_stock_listing l
WHERE NOT EXISTS (SELECT 1 FROM stock_price_daily p WHERE p.ticker = l.ticker AND p.trade_date = %(day)s);
WITH priced AS MATERIALIZED (SELECT ticker FROM stock_price_daily WHERE trade_date = %(day)s)
SELECT l.ticker FROM fdr_stock_listing l WHERE NOT EXISTS (SELECT 1 FROM priced p WHERE p.ticker = l.ticker);

-- lateral
SELECT l.ticker, p.name FROM fdr_stock_listing l
CROSS JOIN LATERAL (SELECT name FROM stock_price_daily WHERE ticker = l.ticker ORDER BY trade_date LIMIT 1) p;
SELECT l.ticker, p.name FROM fdr_stock_listing l CROSS JOIN LATERAL (
  SELECT DISTINCT ON (ticker) ticker, name FROM stock_price_daily WHERE ticker = l.ticker ORDER BY ticker, trade_date
) p;

-- key
SELECT count(*) FROM stock_price_daily p JOIN stock_price_daily n ON n.trade_date = p.trade_date + 1;
SELECT count(*) FROM stock_price_daily p JOIN stock_price_daily n
  ON n.ticker = p.ticker AND n.trade_date = p.trade_date + 1;

-- conflict
INSERT INTO stock_price_daily (ticker) SELECT ticker FROM foresto_stage ON CONFLICT DO NOTHING;
INSERT INTO stock_price_daily (ticker) SELECT ticker FROM foresto_stage ON CONFLICT DO NOTHING RETURNING 1;

-- insert
INSERT INTO adjustment_pending (trade_date)
SELECT n.trade_date FROM stock_price_daily p CROSS JOIN LATERAL (
  SELECT trade_date FROM stock_price_daily a WHERE a.ticker = p.ticker AND a.trade_date > p.trade_date ORDER BY 1 LIMIT 3
) n;
SELECT n.trade_date FROM stock_price_daily p CROSS JOIN LATERAL (
  SELECT trade_date FROM stock_price_daily a WHERE a.ticker = p.ticker AND a.trade_date > p.trade_date ORDER BY 1 LIMIT 3
) n;

-- constant
SELECT p.ticker FROM stock_price_daily p LEFT JOIN fdr_stock_listing l USING (ticker)
WHERE l.ticker IS NULL AND %(day)s <= (SELECT max(as_of_date) FROM fdr_stock_listing);
SELECT p.ticker FROM stock_price_daily p LEFT JOIN fdr_stock_listing l USING (ticker)
WHERE l.ticker IS NULL AND p.trade_date <= (SELECT max(as_of_date) FROM fdr_stock_listing);

-- nested
SELECT s.ticker, v.per FROM stocks s LEFT JOIN (
  SELECT p.ticker, p.trade_date, CASE WHEN k.income > 0 THEN p.close_price / k.income END AS per
  FROM stock_price_daily p LEFT JOIN valuation_known k ON k.ticker = p.ticker AND k.known_to >= p.trade_date
) v ON v.ticker = s.ticker AND v.trade_date = %(day)s;
SELECT s.ticker, v.per FROM stocks s LEFT JOIN (
  SELECT p.ticker, p.trade_date, CASE WHEN k.income > 0 THEN p.close_price / k.income END AS per
  FROM stock_price_daily p
  LEFT JOIN (SELECT * FROM valuation_known) k ON k.ticker = p.ticker AND k.known_to >= p.trade_date
) v ON v.ticker = s.ticker AND v.trade_date = %(day)s;
