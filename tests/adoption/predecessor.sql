-- The predecessor's tables as its own code declares them, for tests of taking it over.

CREATE TABLE data_source (
    source_id varchar(20) PRIMARY KEY, source_name varchar(100) NOT NULL, source_type varchar(20) NOT NULL,
    base_url varchar(500), api_type varchar(20), update_frequency varchar(20), license_type varchar(50),
    description text, is_active boolean, created_at timestamp
);

CREATE TABLE data_load_batch (
    batch_id serial PRIMARY KEY, batch_type varchar(30) NOT NULL,
    source_id varchar(20) NOT NULL REFERENCES data_source (source_id), as_of_date date NOT NULL,
    target_start date NOT NULL, target_end date NOT NULL, status varchar(20) NOT NULL, total_records integer,
    success_records integer, failed_records integer, skipped_records integer, quality_score numeric(5, 2),
    null_ratio numeric(5, 4), outlier_ratio numeric(5, 4), operator_id varchar(50), operator_reason text,
    error_message text, started_at timestamp, completed_at timestamp, created_at timestamp
);
CREATE INDEX idx_data_load_batch_asof ON data_load_batch (as_of_date);
CREATE INDEX idx_data_load_batch_source ON data_load_batch (source_id, batch_type);
CREATE INDEX idx_data_load_batch_status ON data_load_batch (status);

CREATE TABLE data_quality_log (
    log_id bigserial PRIMARY KEY, batch_id integer NOT NULL REFERENCES data_load_batch (batch_id),
    table_name varchar(50) NOT NULL, rule_id varchar(20) NOT NULL, rule_name varchar(100),
    severity varchar(10) NOT NULL, record_id bigint, field_name varchar(50), field_value varchar(200),
    expected_condition varchar(200), created_at timestamp
);
CREATE INDEX idx_dq_log_batch ON data_quality_log (batch_id);
CREATE INDEX idx_dq_log_rule ON data_quality_log (rule_id);
CREATE INDEX idx_dq_log_severity ON data_quality_log (severity);

CREATE TABLE fdr_stock_listing (
    listing_id bigserial PRIMARY KEY, ticker varchar(10) NOT NULL, name varchar(100) NOT NULL,
    market varchar(20) NOT NULL, sector varchar(100), industry varchar(100), listing_date date, shares bigint,
    par_value numeric(18, 2), marcap double precision, crno varchar(13), as_of_date date NOT NULL,
    source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), created_at timestamp,
    CONSTRAINT uq_fdr_stock_listing UNIQUE (ticker, as_of_date, source_id)
);
CREATE INDEX idx_fdr_stock_asof ON fdr_stock_listing (as_of_date);
CREATE INDEX idx_fdr_stock_market ON fdr_stock_listing (market);
CREATE INDEX idx_fdr_stock_ticker ON fdr_stock_listing (ticker);

CREATE TABLE stocks (
    ticker varchar(10) PRIMARY KEY, name varchar(100), company varchar(100), crno varchar(13), sector varchar(50),
    market varchar(20), current_price double precision, market_cap double precision, pe_ratio double precision,
    pb_ratio double precision, dividend_yield double precision, ytd_return double precision,
    one_year_return double precision, risk_level varchar(20), investment_type varchar(100), category varchar(50),
    description varchar(500), logo_url varchar(300), is_active boolean, compass_score double precision,
    compass_grade varchar(5), compass_summary varchar(200), compass_commentary text,
    compass_financial_score double precision, compass_valuation_score double precision,
    compass_technical_score double precision, compass_risk_score double precision, compass_updated_at timestamp,
    last_updated timestamp, created_at timestamp
);
CREATE INDEX ix_stocks_compass_score ON stocks (compass_score);
CREATE INDEX ix_stocks_name ON stocks (name);

CREATE TABLE etfs (
    ticker varchar(10) PRIMARY KEY, name varchar(100), etf_type varchar(50), current_price double precision,
    aum double precision, expense_ratio double precision, ytd_return double precision,
    one_year_return double precision, risk_level varchar(20), investment_type varchar(100), category varchar(50),
    description varchar(500), is_active boolean, last_updated timestamp, created_at timestamp
);
CREATE INDEX ix_etfs_name ON etfs (name);

CREATE TABLE stock_price_daily (
    price_id bigserial PRIMARY KEY, ticker varchar(10) NOT NULL, trade_date date NOT NULL,
    open_price numeric(18, 2) NOT NULL, high_price numeric(18, 2) NOT NULL, low_price numeric(18, 2) NOT NULL,
    close_price numeric(18, 2) NOT NULL, volume bigint NOT NULL, adj_close_price numeric(18, 2), market_cap bigint,
    trading_value bigint, shares_outstanding bigint, prev_close numeric(18, 2), price_change numeric(18, 2),
    change_rate numeric(8, 4), source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), as_of_date date NOT NULL, is_verified boolean,
    quality_flag varchar(10), created_at timestamp, updated_at timestamp,
    CONSTRAINT chk_stock_price_close_positive CHECK (close_price > 0),
    CONSTRAINT chk_stock_price_high_low CHECK (high_price >= low_price),
    CONSTRAINT chk_stock_price_volume_nonnegative CHECK (volume >= 0),
    CONSTRAINT uq_stock_price_daily UNIQUE (ticker, trade_date, source_id)
);
CREATE INDEX idx_stock_price_asof ON stock_price_daily (as_of_date);
CREATE INDEX idx_stock_price_batch ON stock_price_daily (batch_id);
CREATE INDEX idx_stock_price_date ON stock_price_daily (trade_date);
CREATE INDEX idx_stock_price_source ON stock_price_daily (source_id);
CREATE INDEX idx_stock_price_ticker_date ON stock_price_daily (ticker, trade_date);

CREATE TABLE index_price_daily (
    price_id bigserial PRIMARY KEY, index_code varchar(20) NOT NULL, trade_date date NOT NULL,
    open_price numeric(18, 4) NOT NULL, high_price numeric(18, 4) NOT NULL, low_price numeric(18, 4) NOT NULL,
    close_price numeric(18, 4) NOT NULL, volume bigint, trading_value bigint, market_cap bigint,
    prev_close numeric(18, 4), price_change numeric(18, 4), change_rate numeric(8, 4),
    source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), as_of_date date NOT NULL, is_verified boolean,
    quality_flag varchar(10), created_at timestamp,
    CONSTRAINT uq_index_price_daily UNIQUE (index_code, trade_date, source_id)
);
CREATE INDEX idx_index_price_code_date ON index_price_daily (index_code, trade_date);
CREATE INDEX idx_index_price_date ON index_price_daily (trade_date);

CREATE TABLE stock_info (
    info_id serial PRIMARY KEY, ticker varchar(10) NOT NULL, as_of_date date NOT NULL,
    stock_name varchar(100) NOT NULL, stock_name_en varchar(100), market_type varchar(20) NOT NULL,
    sector_code varchar(10), sector_name varchar(50), industry_code varchar(10), industry_name varchar(50),
    listing_date date, fiscal_month integer, ceo_name varchar(100), headquarters varchar(200), website varchar(300),
    face_value integer, shares_listed bigint, shares_outstanding bigint,
    source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), is_active boolean, created_at timestamp,
    CONSTRAINT uq_stock_info UNIQUE (ticker, as_of_date, source_id)
);
CREATE INDEX idx_stock_info_asof ON stock_info (as_of_date);
CREATE INDEX idx_stock_info_market ON stock_info (market_type);
CREATE INDEX idx_stock_info_ticker ON stock_info (ticker);

CREATE TABLE stock_financials (
    id serial PRIMARY KEY, ticker varchar(10) NOT NULL, fiscal_date date NOT NULL, report_type varchar(20) NOT NULL,
    revenue double precision, operating_income double precision, net_income double precision,
    total_assets double precision, total_liabilities double precision, total_equity double precision,
    roe double precision, roa double precision, debt_to_equity double precision, operating_margin double precision,
    net_margin double precision, created_at timestamp, last_updated timestamp
);
CREATE INDEX ix_stock_financials_ticker ON stock_financials (ticker);

CREATE TABLE financial_statement (
    statement_id bigserial PRIMARY KEY, ticker varchar(10) NOT NULL, fiscal_year integer NOT NULL,
    fiscal_quarter integer NOT NULL, report_type varchar(20) NOT NULL, revenue bigint, operating_income bigint,
    net_income bigint, total_assets bigint, total_liabilities bigint, total_equity bigint,
    operating_cash_flow bigint, investing_cash_flow bigint, financing_cash_flow bigint, roe numeric(8, 4),
    roa numeric(8, 4), debt_ratio numeric(8, 4), source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), as_of_date date NOT NULL, dart_rcept_no varchar(20),
    created_at timestamp, CONSTRAINT uq_financial_statement UNIQUE (ticker, fiscal_year, fiscal_quarter, source_id)
);
CREATE INDEX idx_fin_stmt_fiscal ON financial_statement (fiscal_year, fiscal_quarter);
CREATE INDEX idx_fin_stmt_ticker ON financial_statement (ticker);

CREATE TABLE dividend_history (
    dividend_id serial PRIMARY KEY, isin_cd varchar(12) NOT NULL, isin_cd_nm varchar(200), crno varchar(13),
    ticker varchar(10), dvdn_bas_dt date NOT NULL, cash_dvdn_pay_dt date, stck_stac_md varchar(4),
    scrs_itms_kcd varchar(4), scrs_itms_kcd_nm varchar(100), stck_dvdn_rcd varchar(2),
    stck_dvdn_rcd_nm varchar(100), stck_genr_dvdn_amt numeric(22, 3), stck_grdn_dvdn_amt numeric(22, 3),
    stck_genr_cash_dvdn_rt numeric(26, 10), stck_genr_dvdn_rt numeric(26, 10), cash_grdn_dvdn_rt numeric(26, 10),
    stck_grdn_dvdn_rt numeric(26, 10), stck_par_prc numeric(22, 3), trsnm_dpty_dcd varchar(2),
    trsnm_dpty_dcd_nm varchar(100), bas_dt varchar(8),
    source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), as_of_date date NOT NULL, created_at timestamp,
    CONSTRAINT uq_dividend_history UNIQUE (isin_cd, dvdn_bas_dt, scrs_itms_kcd, source_id)
);
CREATE INDEX idx_dividend_asof ON dividend_history (as_of_date);
CREATE INDEX idx_dividend_dvdn_bas_dt ON dividend_history (dvdn_bas_dt);
CREATE INDEX idx_dividend_isin ON dividend_history (isin_cd);
CREATE INDEX idx_dividend_ticker ON dividend_history (ticker);

CREATE TABLE corporate_action (
    action_id serial PRIMARY KEY, ticker varchar(10) NOT NULL, action_type varchar(20) NOT NULL,
    ratio numeric(12, 6), effective_date date, report_name varchar(200), reference_doc varchar(50),
    source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), as_of_date date NOT NULL, created_at timestamp,
    CONSTRAINT uq_corporate_action UNIQUE (ticker, action_type, effective_date, reference_doc, source_id)
);
CREATE INDEX idx_action_date ON corporate_action (effective_date);
CREATE INDEX idx_action_ticker ON corporate_action (ticker);
CREATE INDEX idx_action_type ON corporate_action (action_type);

CREATE TABLE institution_trade (
    trade_id bigserial PRIMARY KEY, ticker varchar(10) NOT NULL, trade_date date NOT NULL, institution_buy bigint,
    institution_sell bigint, institution_net bigint, foreign_buy bigint, foreign_sell bigint, foreign_net bigint,
    individual_buy bigint, individual_sell bigint, individual_net bigint, foreign_holding_shares bigint,
    foreign_holding_ratio numeric(8, 4), source_id varchar(20) NOT NULL REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), as_of_date date NOT NULL, created_at timestamp,
    CONSTRAINT uq_institution_trade UNIQUE (ticker, trade_date, source_id)
);
CREATE INDEX idx_inst_trade_date ON institution_trade (trade_date);
CREATE INDEX idx_inst_trade_ticker ON institution_trade (ticker, trade_date);

CREATE TABLE bonds (
    id serial PRIMARY KEY, name varchar(100), bond_type varchar(50), issuer varchar(100),
    interest_rate double precision, coupon_rate double precision, maturity_years integer, credit_rating varchar(10),
    risk_level varchar(20), investment_type varchar(100), minimum_investment integer, description varchar(500),
    is_active boolean, isin_cd varchar(12), bas_dt varchar(8), crno varchar(13), scrs_itms_kcd varchar(4),
    scrs_itms_kcd_nm varchar(100), bond_issu_dt date, bond_expr_dt date, bond_issu_amt numeric(22, 3),
    bond_bal numeric(22, 3), irt_chng_dcd varchar(1), bond_int_tcd varchar(1), int_pay_cycl_ctt varchar(100),
    nxtm_copn_dt date, rbf_copn_dt date, grn_dcd varchar(1), bond_rnkn_dcd varchar(1), kis_scrs_itms_kcd varchar(4),
    kbp_scrs_itms_kcd varchar(4), nice_scrs_itms_kcd varchar(4), fn_scrs_itms_kcd varchar(4),
    bond_offr_mcd varchar(2), lstg_dt date, prmnc_bond_yn varchar(1), strips_psbl_yn varchar(1),
    source_id varchar(20) REFERENCES data_source (source_id),
    batch_id integer REFERENCES data_load_batch (batch_id), as_of_date date, last_updated timestamp,
    created_at timestamp, CONSTRAINT uq_bond_isin UNIQUE (isin_cd)
);
CREATE INDEX idx_bond_expr_dt ON bonds (bond_expr_dt);
CREATE INDEX idx_bond_isin ON bonds (isin_cd);
CREATE UNIQUE INDEX ix_bonds_name ON bonds (name);

CREATE TABLE deposit_products (
    id serial PRIMARY KEY, name varchar(200), bank varchar(100), product_type varchar(50),
    interest_rate double precision, term_months integer, minimum_investment integer, description varchar(500),
    is_active boolean, fin_co_no varchar(20), fin_prdt_cd varchar(50), dcls_month varchar(6), join_way text,
    mtrt_int text, spcl_cnd text, join_deny varchar(1), join_member text, etc_note text, max_limit double precision,
    last_updated timestamp, created_at timestamp, CONSTRAINT uq_deposit_co_prdt UNIQUE (fin_co_no, fin_prdt_cd)
);
CREATE INDEX ix_deposit_products_name ON deposit_products (name);

CREATE TABLE deposit_rate_options (
    id serial PRIMARY KEY, deposit_product_id integer NOT NULL REFERENCES deposit_products (id) ON DELETE CASCADE,
    save_trm integer NOT NULL, intr_rate_type varchar(1), intr_rate_type_nm varchar(20), intr_rate double precision,
    intr_rate2 double precision, created_at timestamp,
    CONSTRAINT uq_deposit_rate_option UNIQUE (deposit_product_id, save_trm, intr_rate_type)
);
CREATE INDEX idx_deposit_rate_product ON deposit_rate_options (deposit_product_id);

CREATE TABLE savings_products (
    id serial PRIMARY KEY, name varchar(200), bank varchar(100), product_type varchar(50),
    interest_rate double precision, term_months integer, minimum_investment integer, description varchar(500),
    is_active boolean, fin_co_no varchar(20), fin_prdt_cd varchar(50), dcls_month varchar(6), join_way text,
    mtrt_int text, spcl_cnd text, join_deny varchar(1), join_member text, etc_note text, max_limit double precision,
    last_updated timestamp, created_at timestamp, CONSTRAINT uq_savings_co_prdt UNIQUE (fin_co_no, fin_prdt_cd)
);
CREATE INDEX ix_savings_products_name ON savings_products (name);

CREATE TABLE savings_rate_options (
    id serial PRIMARY KEY, savings_product_id integer NOT NULL REFERENCES savings_products (id) ON DELETE CASCADE,
    save_trm integer NOT NULL, intr_rate_type varchar(1), intr_rate_type_nm varchar(20), rsrv_type varchar(1),
    rsrv_type_nm varchar(20), intr_rate double precision, intr_rate2 double precision, created_at timestamp,
    CONSTRAINT uq_savings_rate_option UNIQUE (savings_product_id, save_trm, intr_rate_type, rsrv_type)
);
CREATE INDEX idx_savings_rate_product ON savings_rate_options (savings_product_id);

CREATE TABLE annuity_savings_products (
    id serial PRIMARY KEY, name varchar(300), company varchar(200), product_type varchar(50), fin_co_no varchar(20),
    fin_prdt_cd varchar(50), dcls_month varchar(6), join_way text, pnsn_kind varchar(2), pnsn_kind_nm varchar(50),
    prdt_type varchar(10), prdt_type_nm varchar(50), avg_prft_rate double precision, dcls_rate double precision,
    guar_rate double precision, btrm_prft_rate_1 double precision, btrm_prft_rate_2 double precision,
    btrm_prft_rate_3 double precision, sale_strt_day varchar(8), mntn_cnt double precision, sale_co text, etc text,
    is_active boolean, last_updated timestamp, created_at timestamp,
    CONSTRAINT uq_annuity_co_prdt UNIQUE (fin_co_no, fin_prdt_cd)
);
CREATE INDEX ix_annuity_savings_products_name ON annuity_savings_products (name);

CREATE TABLE annuity_savings_options (
    id serial PRIMARY KEY,
    annuity_product_id integer NOT NULL REFERENCES annuity_savings_products (id) ON DELETE CASCADE,
    pnsn_recp_trm varchar(2), pnsn_recp_trm_nm varchar(30), pnsn_entr_age varchar(5), pnsn_entr_age_nm varchar(20),
    mon_paym_atm varchar(10), mon_paym_atm_nm varchar(30), paym_prd varchar(5), paym_prd_nm varchar(20),
    pnsn_strt_age varchar(5), pnsn_strt_age_nm varchar(20), pnsn_recp_amt double precision, created_at timestamp
);
CREATE INDEX idx_annuity_option_product ON annuity_savings_options (annuity_product_id);

CREATE TABLE mortgage_loan_products (
    id serial PRIMARY KEY, name varchar(300), bank varchar(200), product_type varchar(50), fin_co_no varchar(20),
    fin_prdt_cd varchar(50), dcls_month varchar(6), join_way text, loan_inci_expn text, erly_rpay_fee text,
    dly_rate text, loan_lmt text, is_active boolean, last_updated timestamp, created_at timestamp,
    CONSTRAINT uq_mortgage_co_prdt UNIQUE (fin_co_no, fin_prdt_cd)
);
CREATE INDEX ix_mortgage_loan_products_name ON mortgage_loan_products (name);

CREATE TABLE mortgage_loan_options (
    id serial PRIMARY KEY,
    mortgage_product_id integer NOT NULL REFERENCES mortgage_loan_products (id) ON DELETE CASCADE,
    mrtg_type varchar(2), mrtg_type_nm varchar(30), rpay_type varchar(2), rpay_type_nm varchar(30),
    lend_rate_type varchar(2), lend_rate_type_nm varchar(30), lend_rate_min double precision,
    lend_rate_max double precision, lend_rate_avg double precision, created_at timestamp,
    CONSTRAINT uq_mortgage_loan_option UNIQUE (mortgage_product_id, mrtg_type, rpay_type, lend_rate_type)
);
CREATE INDEX idx_mortgage_option_product ON mortgage_loan_options (mortgage_product_id);

CREATE TABLE rent_house_loan_products (
    id serial PRIMARY KEY, name varchar(300), bank varchar(200), product_type varchar(50), fin_co_no varchar(20),
    fin_prdt_cd varchar(50), dcls_month varchar(6), join_way text, loan_inci_expn text, erly_rpay_fee text,
    dly_rate text, loan_lmt text, is_active boolean, last_updated timestamp, created_at timestamp,
    CONSTRAINT uq_rent_loan_co_prdt UNIQUE (fin_co_no, fin_prdt_cd)
);
CREATE INDEX ix_rent_house_loan_products_name ON rent_house_loan_products (name);

CREATE TABLE rent_house_loan_options (
    id serial PRIMARY KEY,
    rent_loan_product_id integer NOT NULL REFERENCES rent_house_loan_products (id) ON DELETE CASCADE,
    rpay_type varchar(2), rpay_type_nm varchar(30), lend_rate_type varchar(2), lend_rate_type_nm varchar(30),
    lend_rate_min double precision, lend_rate_max double precision, lend_rate_avg double precision,
    created_at timestamp, CONSTRAINT uq_rent_loan_option UNIQUE (rent_loan_product_id, rpay_type, lend_rate_type)
);
CREATE INDEX idx_rent_loan_option_product ON rent_house_loan_options (rent_loan_product_id);

CREATE TABLE credit_loan_products (
    id serial PRIMARY KEY, name varchar(300), bank varchar(200), product_type varchar(50), fin_co_no varchar(20),
    fin_prdt_cd varchar(50), dcls_month varchar(6), join_way text, crdt_prdt_type varchar(2),
    crdt_prdt_type_nm varchar(50), cb_name varchar(100), is_active boolean, last_updated timestamp,
    created_at timestamp, CONSTRAINT uq_credit_loan_co_prdt UNIQUE (fin_co_no, fin_prdt_cd)
);
CREATE INDEX ix_credit_loan_products_name ON credit_loan_products (name);

CREATE TABLE credit_loan_options (
    id serial PRIMARY KEY,
    credit_loan_product_id integer NOT NULL REFERENCES credit_loan_products (id) ON DELETE CASCADE,
    crdt_lend_rate_type varchar(2), crdt_lend_rate_type_nm varchar(30), crdt_grad_1 double precision,
    crdt_grad_4 double precision, crdt_grad_5 double precision, crdt_grad_6 double precision,
    crdt_grad_10 double precision, crdt_grad_11 double precision, crdt_grad_12 double precision,
    crdt_grad_13 double precision, crdt_grad_avg double precision, created_at timestamp,
    CONSTRAINT uq_credit_loan_option UNIQUE (credit_loan_product_id, crdt_lend_rate_type)
);
CREATE INDEX idx_credit_loan_option_product ON credit_loan_options (credit_loan_product_id);

CREATE TABLE data_collection_log (
    id serial PRIMARY KEY, job_name varchar(50) NOT NULL, job_label varchar(100) NOT NULL,
    status varchar(20) NOT NULL, started_at timestamp NOT NULL, completed_at timestamp,
    duration_seconds double precision, success_count integer, failed_count integer, total_count integer,
    detail json, error_message text, validation_status varchar(20), validation_detail json, created_at timestamp
);
CREATE INDEX idx_dcl_created_at ON data_collection_log (created_at);
CREATE INDEX idx_dcl_job_status ON data_collection_log (job_name, status);
CREATE INDEX ix_data_collection_log_job_name ON data_collection_log (job_name);
CREATE INDEX ix_data_collection_log_status ON data_collection_log (status);

CREATE TABLE batch_job (
    job_id varchar(50) PRIMARY KEY, job_name varchar(100) NOT NULL, job_description text,
    job_type varchar(20) NOT NULL, is_active boolean, created_at timestamp, updated_at timestamp
);

CREATE TABLE batch_execution (
    execution_id varchar(36) PRIMARY KEY, job_id varchar(50) NOT NULL REFERENCES batch_job (job_id),
    run_type varchar(20) NOT NULL, status varchar(20) NOT NULL, scheduled_at timestamp, started_at timestamp,
    ended_at timestamp, target_date timestamp, target_start_date timestamp, target_end_date timestamp,
    processed_count integer, success_count integer, failed_count integer, error_code varchar(20),
    error_message text, error_detail json, operator_id varchar(50), operator_note text,
    parent_execution_id varchar(36) REFERENCES batch_execution (execution_id), replay_reason text,
    created_at timestamp, updated_at timestamp
);
CREATE INDEX idx_batch_execution_job_id ON batch_execution (job_id);
CREATE INDEX idx_batch_execution_started_at ON batch_execution (started_at);
CREATE INDEX idx_batch_execution_status ON batch_execution (status);
CREATE INDEX idx_batch_execution_target_date ON batch_execution (target_date);

CREATE TABLE ops_alert (
    alert_id serial PRIMARY KEY, alert_type varchar(30) NOT NULL, alert_level varchar(10) NOT NULL,
    execution_id varchar(36) REFERENCES batch_execution (execution_id), related_error_code varchar(20),
    alert_title varchar(200) NOT NULL, alert_message text NOT NULL, alert_detail json, channels_sent json,
    sent_at timestamp, acknowledged_by varchar(50), acknowledged_at timestamp, created_at timestamp
);
CREATE INDEX idx_ops_alert_created_at ON ops_alert (created_at);
CREATE INDEX idx_ops_alert_level ON ops_alert (alert_level);
CREATE INDEX idx_ops_alert_type ON ops_alert (alert_type);

CREATE TABLE batch_execution_log (
    log_id serial PRIMARY KEY, execution_id varchar(36) NOT NULL REFERENCES batch_execution (execution_id),
    log_level varchar(10) NOT NULL, log_category varchar(20), log_code varchar(20), log_message text NOT NULL,
    log_detail json, logged_at timestamp
);
CREATE INDEX idx_batch_execution_log_execution_id ON batch_execution_log (execution_id);
CREATE INDEX idx_batch_execution_log_level ON batch_execution_log (log_level);
CREATE INDEX idx_batch_execution_log_logged_at ON batch_execution_log (logged_at);

CREATE TABLE error_code_master (
    error_code varchar(20) PRIMARY KEY, category varchar(10) NOT NULL, severity varchar(10) NOT NULL,
    user_message varchar(200) NOT NULL, ops_message varchar(500) NOT NULL, action_guide text, auto_alert boolean,
    alert_level varchar(10), is_active boolean, created_at timestamp, updated_at timestamp
);

CREATE TABLE result_version (
    version_id serial PRIMARY KEY, result_type varchar(30) NOT NULL, result_id varchar(100) NOT NULL,
    execution_id varchar(36) REFERENCES batch_execution (execution_id), version_no integer NOT NULL,
    is_active boolean NOT NULL, deactivated_at timestamp, deactivated_by varchar(50), deactivate_reason text,
    superseded_by integer REFERENCES result_version (version_id), created_at timestamp
);
CREATE INDEX idx_result_version_active ON result_version (result_type, result_id, is_active);
CREATE INDEX idx_result_version_execution ON result_version (execution_id);

CREATE TABLE ops_audit_log (
    audit_id serial PRIMARY KEY, audit_type varchar(30) NOT NULL, target_type varchar(30) NOT NULL,
    target_id varchar(100) NOT NULL, action varchar(30) NOT NULL, before_state json, after_state json,
    operator_id varchar(50) NOT NULL, operator_ip varchar(45), operator_reason text NOT NULL,
    approved_by varchar(50), approved_at timestamp, created_at timestamp
);
CREATE INDEX idx_ops_audit_log_audit_type ON ops_audit_log (audit_type);
CREATE INDEX idx_ops_audit_log_created_at ON ops_audit_log (created_at);
CREATE INDEX idx_ops_audit_log_operator ON ops_audit_log (operator_id);
CREATE INDEX idx_ops_audit_log_target ON ops_audit_log (target_type, target_id);

CREATE TABLE users (
    id varchar(36) PRIMARY KEY, email varchar(255) NOT NULL, hashed_password varchar(255) NOT NULL,
    name varchar(50), phone varchar(20), birth_date date, age_group varchar(10), occupation varchar(100),
    company varchar(100), annual_income integer, total_assets integer, city varchar(50), district varchar(50),
    investment_experience varchar(20), investment_goal varchar(100), risk_tolerance varchar(20), is_admin boolean,
    role varchar(20), is_email_verified boolean, email_verification_token varchar(100),
    email_verification_sent_at timestamp, vip_tier varchar(20), activity_points integer,
    membership_plan varchar(20), membership_start_date timestamp, membership_end_date timestamp,
    monthly_ai_requests integer, monthly_reports_generated integer, last_usage_reset timestamp,
    created_at timestamp, updated_at timestamp
);
CREATE UNIQUE INDEX ix_users_email ON users (email);

CREATE TABLE user_notification_setting (
    setting_id varchar(36) PRIMARY KEY, user_id varchar(36) NOT NULL REFERENCES users (id) ON DELETE CASCADE UNIQUE,
    enable_alerts boolean NOT NULL, exposure_frequency varchar(20) NOT NULL, daily_market_email boolean NOT NULL,
    daily_market_email_subscribed_at timestamp, daily_market_email_unsubscribed_at timestamp,
    watchlist_score_alerts boolean NOT NULL, created_at timestamp NOT NULL, updated_at timestamp NOT NULL
);
CREATE INDEX idx_user_notification_user ON user_notification_setting (user_id);

CREATE TABLE watchlist (
    watchlist_id varchar(36) PRIMARY KEY, user_id varchar(36) NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    ticker varchar(10) NOT NULL REFERENCES stocks (ticker) ON DELETE CASCADE, last_notified_score double precision,
    last_notified_grade varchar(5), created_at timestamp NOT NULL,
    CONSTRAINT uq_watchlist_user_ticker UNIQUE (user_id, ticker)
);
CREATE INDEX idx_watchlist_ticker ON watchlist (ticker);
CREATE INDEX idx_watchlist_user ON watchlist (user_id);

CREATE TABLE market_email_log (
    id serial PRIMARY KEY, sent_date date NOT NULL, total_subscribers integer NOT NULL,
    success_count integer NOT NULL, fail_count integer NOT NULL, status varchar(20) NOT NULL, started_at timestamp,
    completed_at timestamp, error_message text, triggered_by varchar(50) NOT NULL, created_at timestamp NOT NULL
);
CREATE INDEX idx_market_email_log_date ON market_email_log (sent_date);

CREATE TABLE alpha_vantage_stocks (
    id serial PRIMARY KEY, symbol varchar(20) NOT NULL, name varchar(200) NOT NULL, exchange varchar(50),
    sector varchar(100), industry varchar(100), current_price double precision, open_price double precision,
    high_price double precision, low_price double precision, volume integer, previous_close double precision,
    change double precision, change_percent double precision, market_cap double precision,
    pe_ratio double precision, peg_ratio double precision, pb_ratio double precision,
    dividend_yield double precision, eps double precision, beta double precision, week_52_high double precision,
    week_52_low double precision, day_50_ma double precision, day_200_ma double precision,
    ytd_return double precision, one_year_return double precision, risk_level varchar(20),
    investment_type varchar(100), category varchar(50), description text, logo_url varchar(300), is_active boolean,
    last_updated timestamp, created_at timestamp
);
CREATE UNIQUE INDEX ix_alpha_vantage_stocks_symbol ON alpha_vantage_stocks (symbol);

CREATE TABLE alpha_vantage_financials (
    id serial PRIMARY KEY, symbol varchar(20) NOT NULL, fiscal_date date NOT NULL, report_type varchar(20) NOT NULL,
    revenue double precision, cost_of_revenue double precision, gross_profit double precision,
    operating_income double precision, net_income double precision, ebitda double precision, eps double precision,
    total_assets double precision, total_liabilities double precision, total_equity double precision,
    cash_and_equivalents double precision, short_term_debt double precision, long_term_debt double precision,
    operating_cash_flow double precision, investing_cash_flow double precision,
    financing_cash_flow double precision, free_cash_flow double precision, roe double precision,
    roa double precision, debt_to_equity double precision, current_ratio double precision,
    profit_margin double precision, created_at timestamp, last_updated timestamp
);
CREATE INDEX ix_alpha_vantage_financials_symbol ON alpha_vantage_financials (symbol);

CREATE TABLE alpha_vantage_etfs (
    id serial PRIMARY KEY, symbol varchar(20) NOT NULL, name varchar(200) NOT NULL, etf_type varchar(50),
    current_price double precision, volume integer, change_percent double precision, aum double precision,
    expense_ratio double precision, inception_date date, ytd_return double precision,
    one_year_return double precision, three_year_return double precision, five_year_return double precision,
    risk_level varchar(20), investment_type varchar(100), category varchar(50), description text, is_active boolean,
    last_updated timestamp, created_at timestamp
);
CREATE UNIQUE INDEX ix_alpha_vantage_etfs_symbol ON alpha_vantage_etfs (symbol);

CREATE TABLE alpha_vantage_timeseries (
    id serial PRIMARY KEY, symbol varchar(20) NOT NULL, date date NOT NULL, open double precision NOT NULL,
    high double precision NOT NULL, low double precision NOT NULL, close double precision NOT NULL,
    volume integer NOT NULL, adjusted_close double precision, created_at timestamp
);
CREATE INDEX ix_alpha_vantage_timeseries_date ON alpha_vantage_timeseries (date);
CREATE INDEX ix_alpha_vantage_timeseries_symbol ON alpha_vantage_timeseries (symbol);
