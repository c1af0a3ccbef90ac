-- Rows of every oddity that the predecessor is known for.

INSERT INTO data_source (source_id, source_name, source_type, is_active) VALUES
    ('PYKRX', 'pykrx', 'VENDOR', true), ('KRX_TS', 'old time series', 'MIGRATION', false), ('FDR', 'FDR', 'VENDOR', true),
    ('DART', 'DART', 'REGULATOR', true), ('FSC_DATA_GO_KR', 'FSC', 'GOV', true), ('FSC_BOND_INFO', 'FSC', 'GOV', true);

-- A batch that stays PENDING for ever, one that died RUNNING, one that failed although its rows are stored.
INSERT INTO data_load_batch (batch_type, source_id, as_of_date, target_start, target_end, status, started_at) VALUES
    ('PRICE', 'PYKRX', '2026-02-13', '2026-02-13', '2026-02-13', 'PENDING', NULL),
    ('BOND_INFO', 'FSC_BOND_INFO', '2026-02-01', '2026-02-01', '2026-02-01', 'RUNNING', '2026-02-01 04:00'),
    ('PRICE', 'PYKRX', '2026-02-10', '2026-02-10', '2026-02-10', 'FAILED', '2026-02-10 07:30');
INSERT INTO data_quality_log (batch_id, table_name, rule_id, severity) VALUES (3, 'stock_price_daily', 'DQ-004', 'WARNING');

-- Two snapshots; the older one has a stock that the newer has not.
INSERT INTO fdr_stock_listing (ticker, name, market, shares, marcap, as_of_date, source_id) VALUES
    ('005930', '삼성전자', 'KOSPI', 5969782550, 420000000000000, '2026-02-07', 'FDR'),
    ('900140', '떠난회사', 'KOSDAQ', 1000000, 1000000000, '2026-02-07', 'FDR'),
    ('005930', '삼성전자', 'KOSPI', 5969782550, 430000000000000, '2026-02-14', 'FDR'),
    ('000660', 'SK하이닉스', 'KOSPI', 728002365, 150000000000000, '2026-02-14', 'FDR'),
    ('0001A0', '새회사', 'KOSDAQ GLOBAL', 1000, NULL, '2026-02-14', 'FDR');

-- Not a number for a price; market value in won and in hundreds of millions; one company number on two companies; nine grades; no name, no market.
INSERT INTO stocks (ticker, name, market, sector, crno, current_price, market_cap, pe_ratio, is_active, compass_score,
    compass_grade, compass_updated_at, created_at) VALUES
    ('005930', '삼성전자', 'KOSPI', NULL, '1301110006246', 72000, 429900000000000, 12.5, true, 81.5, 'A+',
     '2026-02-13 08:01', '2025-12-01 09:00'),
    ('005935', '삼성전자우', 'KOSPI', NULL, '1301110006246', 60000, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    ('000660', 'SK하이닉스', 'KOSPI', '반도체', '9999999999999', 205000, 1500000, NULL, true, 100, 'S', NULL, NULL),
    ('035720', '카카오', 'KOSPI', NULL, '9999999999999', 50000, NULL, NULL, true, NULL, NULL, NULL, NULL),
    ('111111', NULL, 'KOSPI', NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL, NULL),
    ('222222', '시장모름', 'UNKNOWN', NULL, NULL, NULL, NULL, NULL, true, NULL, NULL, NULL, NULL);
INSERT INTO etfs (ticker, name, category, current_price, aum, is_active) VALUES
    ('069500', 'KODEX 200', 'KODEX 200', 'NaN', 'NaN', true), ('0000000001', '이상한 코드', NULL, NULL, NULL, NULL);

-- One day from two sources; a halt; a split fetched piecewise; a code that is none; a day to come.
INSERT INTO stock_price_daily (ticker, trade_date, open_price, high_price, low_price, close_price, volume, change_rate,
    source_id, as_of_date, quality_flag, created_at) VALUES
    ('005930', '2026-02-12', 70000, 71000, 69000, 70500, 12000000, 0.7, 'PYKRX', '2026-02-12', 'NORMAL', '2026-02-12 07:31'),
    ('005930', '2026-02-12', 70000, 71000, 69000, 70499, 12000001, 0.7, 'KRX_TS', '2026-02-12', 'MIGRATED', NULL),
    ('005930', '2026-02-11', 70000, 71000, 69000, 70000, 3000000000, 0, 'KRX_TS', '2026-02-11', 'MIGRATED', NULL),
    ('000660', '2026-02-12', 0, 0, 0, 205000, 0, 0, 'PYKRX', '2026-02-12', 'NORMAL', NULL),
    ('035720', '2026-02-11', 500000, 510000, 490000, 500000, 1000, 0, 'PYKRX', '2026-02-11', 'NORMAL', NULL),
    ('035720', '2026-02-12', 100000, 101000, 99000, 100000, 5000, 0, 'PYKRX', '2026-02-12', 'WARNING', NULL),
    ('A005930', '2026-02-12', 1, 1, 1, 1, 1, 0, 'PYKRX', '2026-02-12', 'NORMAL', NULL),
    ('005930', '2099-01-01', 1, 1, 1, 1, 1, 0, 'PYKRX', '2099-01-01', 'NORMAL', NULL);
INSERT INTO index_price_daily (index_code, trade_date, open_price, high_price, low_price, close_price, volume, source_id,
    as_of_date) VALUES ('KOSPI', '2026-02-12', 2600, 2620, 2590, 2610.5, 500000000, 'PYKRX', '2026-02-12');

INSERT INTO stock_info (ticker, as_of_date, stock_name, market_type, source_id) VALUES
    ('005930', '2026-02-13', '삼성전자', 'KOSPI', 'PYKRX');
INSERT INTO stock_financials (ticker, fiscal_date, report_type, roe, debt_to_equity) VALUES
    ('005930', '2025-12-31', 'recent', 8.1, 1.0);

-- Annual and interim, a debt ratio that never fitted, a quarter that contradicts its report, words of an older writer.
INSERT INTO financial_statement (ticker, fiscal_year, fiscal_quarter, report_type, revenue, net_income, total_assets,
    total_liabilities, total_equity, roe, source_id, as_of_date, dart_rcept_no) VALUES
    ('005930', 2024, 4, 'ANNUAL', 300000, 30000, 500000, 100000, 400000, 7.5, 'DART', '2025-04-05', '20250311001085'),
    ('005930', 2025, 3, 'Q3', 80000, 8000, 510000, 100000, 410000, 1.9, 'DART', '2025-11-20', '20251114001234'),
    ('035720', 2024, 4, 'ANNUAL', 10, 1, 100000, 99900, 100, NULL, 'DART', '2025-04-05', NULL),
    ('000660', 2024, 2, 'QUARTERLY', 10, 1, 100, 50, 50, NULL, 'DART', '2025-04-05', NULL),
    ('000660', 2024, 4, 'Q1', 10, 1, 100, 50, 50, NULL, 'DART', '2025-04-05', NULL),
    ('000660', 2024, 0, 'recent', 10, 1, 100, 50, 50, NULL, 'DART', '2025-04-05', NULL);

-- Asked for one ticker, answered with another share; a null in the key; no date; a rate beside an amount of nothing.
INSERT INTO dividend_history (isin_cd, ticker, dvdn_bas_dt, scrs_itms_kcd, stck_genr_dvdn_amt, stck_genr_cash_dvdn_rt,
    source_id, as_of_date) VALUES
    ('KR7005930003', '005930', '2025-12-31', '0101', 361, 361, 'FSC_DATA_GO_KR', '2026-02-13'),
    ('KR7005931001', '005930', '2025-12-31', '0201', 362, 362, 'FSC_DATA_GO_KR', '2026-02-13'),
    ('KR7000660001', '000660', '2025-12-31', NULL, 0, 12, 'FSC_DATA_GO_KR', '2026-02-13'),
    ('KR7000660001', '000660', '2025-12-31', NULL, 375, 7.5, 'FSC_DATA_GO_KR', '2026-02-14'),
    ('KR7000660001', '000660', '9999-12-31', '0101', 1, 1, 'FSC_DATA_GO_KR', '2026-02-13');
INSERT INTO corporate_action (ticker, action_type, ratio, effective_date, report_name, reference_doc, source_id, as_of_date)
    VALUES ('035720', 'SPLIT', NULL, '2026-02-12', '주식분할결정', '20260212000001', 'DART', '2026-02-12');
INSERT INTO institution_trade (ticker, trade_date, foreign_net, source_id, as_of_date) VALUES
    ('005930', '2026-02-12', 1, 'PYKRX', '2026-02-12');

-- Two ISINs of one name told apart by hand; an invented 0.0; a code that is no grade; no ISIN.
INSERT INTO bonds (name, issuer, isin_cd, bas_dt, interest_rate, maturity_years, credit_rating, kis_scrs_itms_kcd,
    scrs_itms_kcd_nm, bond_issu_dt, bond_expr_dt, bond_issu_amt, is_active) VALUES
    ('국고02500-2806', '대한민국', 'KR103501GD65', '20260212', 2.5, 3, 'AAA', '110', '국채', '2026-06-10', '2028-06-10', 1e12, true),
    ('국고02500-2806 (KR103502GD64)', '대한민국', 'KR103502GD64', '20260212', 0.0, 3, 'AA', '120', '국채', NULL, NULL, NULL, true),
    ('이름뿐인 채권', NULL, NULL, NULL, 3.1, 0, NULL, NULL, NULL, NULL, NULL, NULL, true);

-- Products by numbers of rows; a null among the codes of an option, twice; a loan without its kind.
INSERT INTO deposit_products (name, bank, product_type, fin_co_no, fin_prdt_cd, dcls_month, max_limit, is_active) VALUES
    ('첫 예금', '우리은행', 'deposit', '0010001', 'WR0001', '202602', 1e7, true),
    ('번호 없는 예금', '어느은행', 'deposit', NULL, 'X', '202602', NULL, true);
INSERT INTO deposit_rate_options (deposit_product_id, save_trm, intr_rate_type, intr_rate, intr_rate2) VALUES
    (1, 12, 'S', 2.5, 3.1), (1, 24, NULL, 2.6, NULL), (1, 24, NULL, 2.7, NULL), (2, 12, 'S', 9.9, 9.9);
INSERT INTO savings_products (name, bank, fin_co_no, fin_prdt_cd, dcls_month, is_active) VALUES
    ('첫 적금', '우리은행', '0010001', 'WR0002', '202602', true);
INSERT INTO savings_rate_options (savings_product_id, save_trm, intr_rate_type, rsrv_type, intr_rate) VALUES (1, 12, 'S', 'F', 3);
INSERT INTO annuity_savings_products (name, company, fin_co_no, fin_prdt_cd, dcls_month, sale_strt_day, guar_rate) VALUES
    ('연금', '어느생명', '0010593', 'AN01', '202602', '20200102', 1.5), ('연금2', '어느생명', '0010593', 'AN02', '202602', 'soon', 0);
INSERT INTO annuity_savings_options (annuity_product_id, pnsn_recp_trm, pnsn_entr_age, pnsn_recp_amt) VALUES
    (1, 'A', '30', 350000), (1, 'A', '30', 360000);
INSERT INTO mortgage_loan_products (name, bank, fin_co_no, fin_prdt_cd, dcls_month) VALUES ('담보', '우리은행', '0010001', 'M1', '202602');
INSERT INTO mortgage_loan_options (mortgage_product_id, mrtg_type, rpay_type, lend_rate_type, lend_rate_min) VALUES (1, 'A', 'D', 'F', 4);
INSERT INTO rent_house_loan_products (name, bank, fin_co_no, fin_prdt_cd, dcls_month) VALUES ('전세', '우리은행', '0010001', 'R1', '202602');
INSERT INTO rent_house_loan_options (rent_loan_product_id, rpay_type, lend_rate_type, lend_rate_min) VALUES (1, 'S', 'C', 4.2);
INSERT INTO credit_loan_products (name, bank, fin_co_no, fin_prdt_cd, dcls_month, crdt_prdt_type) VALUES
    ('신용', '우리은행', '0010001', 'C1', '202602', '1'), ('신용2', '우리은행', '0010001', 'C2', '202602', NULL);
INSERT INTO credit_loan_options (credit_loan_product_id, crdt_lend_rate_type, crdt_grad_1, crdt_grad_avg) VALUES
    (1, 'A', 5.1, 6), (2, 'A', 7, 8);

-- Runs that never close, whatever became of them; the same evening by two clocks.
INSERT INTO data_collection_log (job_name, job_label, status, started_at, completed_at, success_count, detail) VALUES
    ('incremental_prices', '일별 시세', 'running', '2026-02-12 16:30', NULL, NULL, NULL),
    ('compass_batch', '점수', 'running', '2026-02-12 08:00', NULL, 0, NULL),
    ('monthly_products', '금융상품', 'completed', '2025-12-01 13:00', '2025-12-01 13:20', 7, '{"steps": 7}'),
    ('dart_financials', '재무제표', 'failed', '2025-12-06 11:00', '2025-12-06 11:05', 0, NULL);
INSERT INTO ops_alert (alert_type, alert_level, alert_title, alert_message) VALUES
    ('BATCH_FAILED', 'CRITICAL', '[데이터 수집] 일별 시세', '실패');
INSERT INTO batch_job (job_id, job_name, job_type) VALUES ('DAILY_PRICE_LOAD', '일별 시세', 'DAILY');

INSERT INTO users (id, email, hashed_password, name) VALUES ('u1', 'one@example.com', 'x', '하나'), ('u2', 'two@example.com', 'x', '둘');
INSERT INTO user_notification_setting (setting_id, user_id, enable_alerts, exposure_frequency, daily_market_email,
    watchlist_score_alerts, created_at, updated_at) VALUES ('s1', 'u1', true, 'STANDARD', true, true, now(), now());
INSERT INTO watchlist (watchlist_id, user_id, ticker, last_notified_score, last_notified_grade, created_at) VALUES
    ('w1', 'u1', '005930', 80, 'A+', '2026-01-02'), ('w2', 'u2', '005930', 70, 'B+', '2026-01-01'),
    ('w3', 'u2', '000660', NULL, NULL, '2026-01-03');
-- "sending" for ever, and a mail on a Sunday.
INSERT INTO market_email_log (sent_date, total_subscribers, success_count, fail_count, status, triggered_by, created_at) VALUES
    ('2026-02-12', 2, 0, 0, 'sending', 'scheduler', now()), ('2026-02-12', 2, 2, 0, 'completed', 'manual', now()),
    ('2026-02-08', 2, 2, 0, 'completed', 'scheduler', now());

-- Zeros for what was not known, a yield as a fraction, a day twice.
INSERT INTO alpha_vantage_stocks (symbol, name, current_price, market_cap, pe_ratio, dividend_yield, volume, is_active) VALUES
    ('AAPL', 'Apple Inc', 230.5, 3.5e12, 0.0, 0.0045, 50000000, true);
INSERT INTO alpha_vantage_financials (symbol, fiscal_date, report_type, revenue) VALUES
    ('AAPL', '2025-09-30', 'annual', 4e11), ('AAPL', '2025-09-30', 'recent', 1);
INSERT INTO alpha_vantage_etfs (symbol, name, current_price) VALUES ('SPY', 'SPDR S&P 500', 600);
INSERT INTO alpha_vantage_timeseries (symbol, date, open, high, low, close, volume) VALUES
    ('AAPL', '2026-02-12', 1, 2, 1, 2, 100), ('AAPL', '2026-02-12', 1, 2, 1, 2.5, 100), ('AAPL', '2026-02-11', 0, 0, 0, 0, 0);

-- What an operator adds in years: a view, a table under our coming name, an index under one of our names.
CREATE VIEW my_movers AS SELECT ticker, trade_date, close_price FROM stock_price_daily WHERE volume > 1000000;
CREATE TABLE legacy_stocks (note text);
INSERT INTO legacy_stocks VALUES ('from the year before');
CREATE TABLE unit_ledger (what text);
CREATE INDEX idx_stock_price_event ON batch_job (job_type);
