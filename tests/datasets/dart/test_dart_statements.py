"""Statements: numbers as they were filed, every version kept, past days as they were, and ratios by definition."""

import json
import zlib
from datetime import date

import pytest
from dart_loads import HOST, QUICK, asked, load
from support import EVENING

from foresto_cli.loading import load_listed, load_prices, load_statements
from foresto_cli.settings import SANDBOX_KEYS

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("no_waiting")]
KEY = SANDBOX_KEYS["dart_api_key"]


def test_numbers_are_what_was_filed(listed_world):
    with listed_world() as world:
        load(world, 2026, "half")
        assert (
            world.scalar("SELECT count(*) FROM financial_report WHERE total_assets <> total_liabilities + total_equity")
            == 0
        )
        assert world.scalar("SELECT count(*) FROM financial_report WHERE rcept_dt <= period_end") == 0
        body = world.scalar("SELECT body FROM dart_answer WHERE subject LIKE 'h0+%'")
        lines = json.loads(zlib.decompress(body))["list"]
        stored = {
            (row[0], row[1]): row[2:]
            for row in world.rows(
                "SELECT corp_code, fs_div, operating_income, operating_income_quarter FROM financial_report"
            )
        }
        checked = 0
        for line in lines:
            if line["account_nm"] == "영업이익":
                added, alone = (line[name].replace(",", "") for name in ("thstrm_add_amount", "thstrm_amount"))
                row = stored[line["corp_code"], line["fs_div"]]
                assert (row[0], row[1]) == (int(added) if added else None, int(alone))
                checked += 1
        assert checked > 60


def test_financial_companies_are_marked_and_have_no_revenue(listed_world):
    with listed_world(stocks=200) as world:
        load(world, 2025)
        rows = dict(world.rows("SELECT is_financial, count(revenue) FROM financial_report GROUP BY 1"))
        assert rows[True] == 0
        assert rows[False] > 150
        assert (
            world.scalar("SELECT count(*) FROM financial_report WHERE is_financial AND operating_income IS NULL") == 0
        )


def test_a_fiscal_year_is_named_by_its_end(listed_world):
    with listed_world() as world:
        march = world.scalar("SELECT ticker FROM fdr_stock_listing WHERE is_listed AND settle_month = '03월' LIMIT 1")
        load(world, since=2025, ticker=march)
        assert world.rows(
            "SELECT DISTINCT fiscal_year, fiscal_quarter, period_end FROM financial_report ORDER BY period_end"
        ) == [
            (2025, 4, date(2025, 3, 31)),
            (2026, 1, date(2025, 6, 30)),
            (2026, 2, date(2025, 9, 30)),
            (2026, 3, date(2025, 12, 31)),
            (2026, 4, date(2026, 3, 31)),
            (2027, 1, date(2026, 6, 30)),
            (2027, 2, date(2026, 9, 30)),
        ]
        # Left to itself it asks for what such a company files now, not for what December companies do.
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'dart.statements'")
        load(world, ticker=march)
        units = world.rows("SELECT unit FROM unit_ledger WHERE dataset = 'dart.statements' ORDER BY 1")
        assert {unit.rsplit("/", 1)[0] for (unit,) in units} == {"2026/11012"}


def test_a_correction_is_a_row_of_its_own_and_the_day_before_stays_as_it_was(listed_world):
    visible = (
        "SELECT DISTINCT ON (ticker, fs_div) ticker, fs_div, rcept_no, revenue, net_income FROM financial_report"
        " WHERE fiscal_year = 2025 AND rcept_dt <= :day ORDER BY ticker, fs_div, rcept_no DESC"
    )
    april, evening = date(2026, 4, 20), EVENING
    with listed_world(EVENING.replace(month=4, day=20)) as world:
        load(world, 2025)
        seen = world.rows(visible, day=april)
        assert seen
    with listed_world(evening) as world:
        load(world, 2025)
        assert world.rows(visible, day=april) == seen
        corrected = world.rows(
            "SELECT ticker, fs_div FROM financial_report WHERE fiscal_year = 2025 GROUP BY 1, 2, period_end"
            " HAVING count(*) > 1 ORDER BY 1, 2"
        )
        assert corrected, "the sandbox corrects some annual reports"
        assert world.rows(visible, day=evening.date()) != seen
        # The view shows the newest version, one row a stock and period.
        assert world.scalar("SELECT count(*) FROM financial_statement") == world.scalar(
            "SELECT count(DISTINCT (ticker, fiscal_year, fiscal_quarter, period_end)) FROM financial_statement"
        )
        shown = world.rows(
            "SELECT s.dart_rcept_no, (SELECT max(rcept_no) FROM financial_report r WHERE r.ticker = s.ticker"
            " AND r.fiscal_year = 2025 AND r.fs_div = s.fs_div) FROM financial_statement s"
            " WHERE fiscal_year = 2025 AND ticker = :ticker",
            ticker=corrected[0][0],
        )
        assert [row for row in shown if row[0] != row[1]] == []


def test_main_accounts_and_whole_statements_complete_each_other_in_any_order(listed_world):
    whole = "SELECT count(*) FROM financial_report WHERE has_details AND (operating_cash_flow IS NULL OR eps IS NULL)"
    kept = "SELECT * FROM financial_report ORDER BY ticker, fs_div"
    with listed_world() as world:
        load(world, 2025, full=True)
        assert world.scalar(whole) == 0
        assert world.scalar("SELECT count(*) FROM financial_report WHERE has_details AND fs_div = 'CFS'") > 20
        before = world.rows(kept)
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'dart.statements'")
        again = load(world, 2025)
        assert (again.tables["financial_report"].changed, world.rows(kept)) == (0, before)


def test_reparse_asks_nobody_and_puts_right_what_a_worse_mapping_stored(listed_world):
    with listed_world() as world:
        load(world, 2025, full=True)
        rows = "SELECT ticker, fs_div, rcept_no, revenue, eps, is_financial FROM financial_report ORDER BY 1, 2, 3"
        before = world.rows(rows)
        count = len(asked(world))
        world.execute("UPDATE financial_report SET revenue = 1, eps = NULL WHERE ticker = '005930'")
        world.execute("UPDATE financial_report SET current_assets = 7 WHERE is_financial")
        result = load_statements.reparse(world.app, QUICK)
        assert (result.outcome, len(asked(world))) == ("done", count)
        assert result.tables["financial_report"].changed >= 1
        assert world.rows(rows) == before
        assert world.scalar("SELECT count(*) FROM financial_report WHERE current_assets = 7") == 0
        assert load_statements.reparse(world.app, QUICK).rows.changed == 0
        assert world.scalar("SELECT count(*) FROM dart_answer WHERE sha256 = encode(sha256(body), 'hex')") == 0


def test_the_operators_queries_run_and_ratios_never_overflow(listed_world):
    with listed_world() as world:
        load(world, 2025)
        assert world.rows(
            "SELECT fiscal_year, COUNT(*) FROM financial_statement GROUP BY fiscal_year ORDER BY fiscal_year DESC"
        )
        world.execute(
            "UPDATE financial_report SET total_equity = 1, owners_equity = NULL, total_liabilities = 9e17,"
            " net_income = -9e16 WHERE ticker = '005930'"
        )
        world.execute(
            "UPDATE financial_report SET total_equity = -5, owners_equity = NULL, revenue = 0 WHERE ticker = '000660'"
        )
        found = {
            row[0]: row[1:]
            for row in world.rows(
                "SELECT ticker, roe, debt_ratio, operating_margin FROM financial_statement"
                " WHERE ticker IN ('005930', '000660') AND fiscal_year = 2025"
            )
        }
        assert found["005930"][:2] == (-9 * 10**18, 9 * 10**19)
        assert found["000660"] == (None, None, None)
        assert load(world, 2025).exit_code == 0, "such ratios stop nothing"


def test_stocks_have_ratios_by_definition(listed_world):
    with listed_world() as world:
        load_prices.load_prices_incremental(world.app, 5, 0, QUICK)
        load_listed.load_stocks(world.app, QUICK)
        load(world, 2026, "q3")
        load(world, 2025, "q3")
        # Owners' shares come with the whole statements; here they are nine tenths, and one company made a loss.
        world.execute(
            "UPDATE financial_report SET owners_net_income = 0.9 * net_income, owners_equity = 0.9 * total_equity"
            " WHERE fs_div = 'CFS'"
        )
        world.execute(
            "UPDATE financial_report SET owners_net_income = -9e15 WHERE ticker = '000660' AND fs_div = 'CFS'"
            " AND (fiscal_year, fiscal_quarter) = (2026, 3)"
        )
        load(world, 2025)
        world.execute(
            "UPDATE financial_report SET owners_net_income = 0.9 * net_income, owners_equity = 0.9 * total_equity"
            " WHERE fs_div = 'CFS' AND owners_equity IS NULL"
        )
        load(world, 2025)
        rows = world.rows(
            "SELECT s.ticker, s.pe_ratio, s.pb_ratio, s.roe, s.current_price, c.shares, n.owners, n.equity"
            " FROM stocks s JOIN (SELECT left(ticker, 5) AS root, sum(shares) AS shares FROM stocks WHERE is_active"
            " GROUP BY 1) c ON c.root = left(s.ticker, 5)"
            " JOIN (SELECT q.ticker, q.owners_net_income + a.owners_net_income - p.owners_net_income AS owners,"
            " q.owners_equity AS equity FROM financial_report q"
            " JOIN financial_report a ON a.ticker = q.ticker AND a.fs_div = 'CFS' AND a.fiscal_year = 2025"
            " AND a.fiscal_quarter = 4 AND NOT EXISTS (SELECT FROM financial_report b WHERE b.ticker = a.ticker"
            " AND b.fiscal_year = 2025 AND b.fiscal_quarter = 4 AND b.rcept_no > a.rcept_no)"
            " JOIN financial_report p ON p.ticker = q.ticker AND p.fs_div = 'CFS' AND p.fiscal_year = 2025"
            " AND p.fiscal_quarter = 3 WHERE q.fs_div = 'CFS' AND q.fiscal_year = 2026 AND q.fiscal_quarter = 3"
            " AND q.currency = 'KRW' AND num_nulls(q.net_income, p.net_income) = 0) n"
            " ON n.ticker = left(s.ticker, 5) || '0' WHERE s.is_active"
        )
        assert len(rows) > 20
        losses = 0
        for ticker, pe, pb, roe, price, shares, income, equity in rows:
            assert pb == round(price * shares / equity, 4), ticker
            assert roe == round(100 * income / equity, 4), ticker
            assert pe == (round(price * shares / income, 4) if income > 0 else None), ticker
            losses += income <= 0
        assert losses > 0
        foreign = world.rows(
            "SELECT pe_ratio, pb_ratio FROM stocks WHERE ticker IN"
            " (SELECT ticker FROM financial_report WHERE currency <> 'KRW')"
        )
        assert set(foreign) <= {(None, None)}
        assert load_listed.load_stocks(world.app, QUICK).tables["stocks"].changed == 0


def test_the_key_is_nowhere(listed_world):
    with listed_world(faults=f"500@{HOST}/fnlttSinglAcntAll*9,dart100@{HOST}/fnlttMultiAcnt*1") as world:
        said = json.dumps(load(world, 2025, full=True).as_json(), ensure_ascii=False)
        said += json.dumps(load(world, 2025, full=True).as_json(), ensure_ascii=False)
        said += str(world.rows("SELECT detail::text, error_message FROM data_collection_log"))
        said += str(world.rows("SELECT * FROM unit_ledger")) + str(world.rows("SELECT * FROM ops_alert"))
        said += "".join(zlib.decompress(body).decode() for (body,) in world.rows("SELECT body FROM dart_answer"))
        kept = world.app.folders.payloads
        said += "".join(file.read_text("utf-8") for file in kept.iterdir()) if kept.exists() else ""
        assert KEY not in said
        assert all(request.fields["crtfc_key"] == KEY for request in asked(world))
