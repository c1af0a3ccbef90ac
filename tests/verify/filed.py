"""Faults in what companies file and pay, planted where none of it was loaded; each hint mends its own."""

import hashlib
import json
import zlib
from datetime import date

from statement_lines import CORP, TICKER, report

BODY = json.dumps({
    "status": "000",
    "list": report(date(2025, 1, 1), date(2025, 12, 31), {"revenue": 5, "assets": 9, "equity": 4, "income": 1}),
}).encode()  # fmt: skip
DIVIDEND = (
    "INSERT INTO dividend_history (security_id, dvdn_bas_dt, scrs_itms_kcd, source_id, stck_genr_dvdn_amt, batch_id,"
    " created_at, updated_at) VALUES ('KR7005930003', '2030-12-31', '0101', 'FSC', 1, 1, now(), now())"
)
PLANTED = {
    "statements.reread": "INSERT INTO dart_company (corp_code, ticker, name, batch_id, created_at, updated_at)"
    f" VALUES ('{CORP}', '{TICKER}', 'x', 1, now(), now()); INSERT INTO dart_answer VALUES ('fnlttMultiAcnt', 'h0+1',"
    f" 2025, '11011', '*', '{hashlib.sha256(BODY).hexdigest()}', NULL, now(),"
    f" decode('{zlib.compress(BODY).hex()}', 'hex'))",
    "dividends.lost": "INSERT INTO unit_ledger (dataset, unit, status, attempts, row_count, run_id, asked_at)"
    " VALUES ('dividends.fsc', '2026-11-18', 'done', 1, 9, 1, '2026-11-20')",
    "dividends.values": DIVIDEND,
}
