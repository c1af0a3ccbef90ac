"""Yahoo's names and sectors: who is asked about, what is kept, and that no way of failing costs anything."""

import json
from datetime import timedelta

import pytest
from support import EVENING, a_third

from foresto_cli.datasets.listed import enrichment
from foresto_cli.errors import BadPayload, Transient
from foresto_cli.loading import load_listed
from foresto_cli.running import job
from foresto_cli.upstream import yahoo_profile
from foresto_cli.views import stock_card

pytestmark = pytest.mark.usefixtures("no_waiting")

QUICK = job.Options()
HOSTS = ("fc.yahoo.com", "query1.finance.yahoo.com", "query2.finance.yahoo.com")
SUMMARY = "query2.finance.yahoo.com/quoteSummary"
NAMED = "SELECT count(*) FROM stocks WHERE english_name IS NOT NULL"
EVERYTHING = "SELECT md5(string_agg(s::text, '|' ORDER BY ticker)) FROM stocks s"


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(enrichment, "MOST", 8)


def asked(world):
    return [request for request in world.sandbox.requests if request.host in HOSTS]


def enriched(world):
    return load_listed.load_stocks(world.app, QUICK, enrich=True)


def wanted(world):
    with world.app.engine.connect() as connection:
        return enrichment.wanted(connection)


# --- what is stored -------------------------------------------------------------------------------------------------


def test_nobody_asks_yahoo_unless_told_to(open_world):
    with open_world() as world:
        load_listed.load_stocks(world.app, QUICK)
        assert asked(world) == []
        assert world.scalar(NAMED) == 0


def test_the_largest_are_asked_about_first_one_request_each(open_world):
    with open_world() as world:
        result = enriched(world)
        assert (result.outcome, result.exit_code) == ("done", 0), result.reasons
        assert result.requests["yahoo"] == 8 + 2
        assert world.rows(
            "SELECT english_name, yahoo_sector, enriched_at::date FROM stocks WHERE ticker = '005930'"
        ) == [("Imaginary Electronics 0 Co., Ltd.", "Technology", EVENING.date())]
        assert world.scalar(NAMED) == 8
        assert world.scalar("SELECT min(market_cap) FROM stocks WHERE english_name IS NOT NULL") >= world.scalar(
            "SELECT max(market_cap) FROM stocks WHERE is_active AND english_name IS NULL AND market <> 'KONEX'"
        )
        assert "Yahoo에 아직" in result.notes[-1]
        card = stock_card.card(world.app, "005930")["stock"]
        assert (card["english_name"], card["yahoo_sector"]) == ("Imaginary Electronics 0 Co., Ltd.", "Technology")


@pytest.mark.long
def test_the_next_run_goes_on_and_only_the_stale_are_asked_about_again(open_world, monkeypatch):
    monkeypatch.setattr(enrichment, "MOST", 40)
    with open_world() as world:
        first = enriched(world)
        second = enriched(world)
        everyone = world.scalar("SELECT count(*) FROM stocks WHERE is_active AND market <> 'KONEX'")
        assert first.requests["yahoo"] + second.requests["yahoo"] == everyone + 2, "the crumb still holds"
        # A few are unknown to Yahoo: an answer, too.
        settled = world.rows("SELECT status, count(*) FROM unit_ledger WHERE dataset = 'stocks.yahoo' GROUP BY 1")
        assert dict(settled)["done"] + dict(settled)["no_data"] == everyone
        assert dict(settled)["no_data"] >= 1
        assert "yahoo" not in enriched(world).requests
    with open_world(EVENING + timedelta(days=89)) as world:
        assert wanted(world) == []
    with open_world(EVENING + timedelta(days=91)) as world:
        assert len(wanted(world)) == everyone


def test_what_yahoo_does_not_give_keeps_its_value(open_world):
    with open_world() as world:
        enriched(world)
        world.execute("DELETE FROM unit_ledger WHERE dataset = 'stocks.yahoo'")
        world.sandbox.faults.add(f"429@{HOSTS[2]}")
        before = world.rows("SELECT ticker, english_name, yahoo_sector, enriched_at FROM stocks ORDER BY 1")
        enriched(world)
        world.sandbox.faults.clear()
        assert world.rows("SELECT ticker, english_name, yahoo_sector, enriched_at FROM stocks ORDER BY 1") == before
        unknown = world.scalar("SELECT ticker FROM stocks WHERE is_active ORDER BY market_cap DESC LIMIT 1")
        world.execute("UPDATE stocks SET yahoo_sector = 'Kept' WHERE ticker = :ticker", ticker=unknown)
        world.app.yahoo.profile = lambda *_: yahoo_profile.Profile("Another Name Inc.", None)
        enriched(world)
        found = world.rows("SELECT english_name, yahoo_sector FROM stocks WHERE ticker = :ticker", ticker=unknown)
        assert found == [("Another Name Inc.", "Kept")]


def test_a_plan_asks_nobody(open_world):
    with open_world() as world:
        load_listed.load_stocks(world.app, QUICK)
        plan = load_listed.load_stocks(world.app, job.Options(dry_run=True), enrich=True).plan
        assert plan.requests == 8
        assert asked(world) == []


# --- what goes wrong ------------------------------------------------------------------------------------------------

COULD_NOT_ASK = (
    "timeout", "drip", "reset", "half", "500", "503", "429", "403", "404", "html", "redirect", "empty", "empty_list",
    "truncated", "missing_field", "renamed_field", "text_number", "duplicate", "unauthorized", "block",
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("kind", a_third(COULD_NOT_ASK, 2))
def test_a_failing_yahoo_fails_nothing_overwrites_nothing_and_is_said(open_world, kind):
    patience = 0.006 if kind in {"timeout", "drip"} else 0.02
    with open_world(patience=patience) as world:
        load_listed.load_stocks(world.app, QUICK)
        world.execute("UPDATE stocks SET english_name = 'Known', yahoo_sector = 'Known'")
        before = world.scalar(EVERYTHING)
        world.sandbox.faults.add(f"{kind}@{SUMMARY}")
        result = enriched(world)
        assert (result.outcome, result.exit_code, result.reasons) == ("done", 0, [])
        assert (result.units.failed, result.units.pending, result.alerts) == (0, 8, [])
        assert [note for note in result.notes if "없다는 뜻이 아닙니다" in note]
        assert world.scalar(EVERYTHING) == before
        assert world.rows("SELECT status FROM unit_ledger WHERE dataset = 'stocks.yahoo'") == []
        assert world.scalar("SELECT count(*) FROM ops_alert") == 0
        assert len(asked(world)) <= 2 * 2 + 4, "a Yahoo that does not answer is left alone"
        json.dumps(result.as_json())
        world.sandbox.faults.clear()
    if kind in {"403", "block", "429"}:
        return
    with open_world() as world:
        assert enriched(world).units.pending == 0, "the next run asks again"
        assert world.scalar("SELECT count(*) FROM stocks WHERE english_name LIKE 'Imaginary%'") == 8


@pytest.mark.parametrize("kind", a_third(["429", "500", "html", "empty", "403", "unauthorized", "truncated"], 0))
@pytest.mark.parametrize("place", ["fc.yahoo.com", "query1.finance.yahoo.com/getcrumb"])
def test_without_a_crumb_nobody_is_asked_about(open_world, kind, place):
    with open_world(faults=f"{kind}@{place}") as world:
        result = enriched(world)
        assert result.exit_code == 0
        if (kind, place) == ("truncated", "fc.yahoo.com"):
            # The cookie is in the head of the answer.
            assert world.scalar(NAMED) == 8
            return
        assert world.scalar(NAMED) == 0
        assert [note for note in result.notes if "없다는 뜻이 아닙니다" in note]


def test_a_block_is_remembered_and_not_asked_again(open_world):
    with open_world(faults=f"403@{SUMMARY}") as world:
        enriched(world)
        assert world.rows("SELECT upstream FROM upstream_block") == [("yahoo",)]
        sent = len(asked(world))
        world.sandbox.faults.clear()
        result = enriched(world)
        assert (result.exit_code, len(asked(world))) == (0, sent)


def test_a_crumb_that_ran_out_is_renewed_once(open_world):
    with open_world(faults=f"unauthorized@{SUMMARY}*1+3") as world:
        result = enriched(world)
        assert result.requests["yahoo"] == 8 + 1 + 2 * 2
        assert world.scalar(NAMED) == 8


def test_one_answer_that_is_not_understood_does_not_stop_the_others(open_world):
    with open_world(faults=f"duplicate@{SUMMARY}*2+3") as world:
        result = enriched(world)
        assert (result.exit_code, result.units.pending) == (0, 2)
        assert world.scalar(NAMED) == 6
        assert list(world.app.folders.payloads.iterdir())


# --- answers --------------------------------------------------------------------------------------------------------


def summary(kind, profile=None):
    return {"quoteSummary": {"result": [{"quoteType": kind, "assetProfile": profile}], "error": None}}


def stock(**more):
    return {"symbol": "005930.KS", "quoteType": "EQUITY", **more}


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (summary(stock(longName="Samsung  Electronics Co., Ltd."), {"sector": "Technology"}),
         ("Samsung Electronics Co., Ltd.", "Technology")),
        (summary(stock(longName=None, shortName="SamsungElec"), {}), ("SamsungElec", None)),
        (summary(stock(longName="삼성전자", shortName="005930"), {"sector": ""}), (None, None)),
        (summary(stock(longName="삼성전자", shortName="SamsungElec")), ("SamsungElec", None)),
        (summary(stock(longName="Crédit – Korea’s Co., Ltd.")), ("Crédit – Korea’s Co., Ltd.", None)),
        (summary(stock(longName=None, shortName="005930.KS,0P0000,1")), (None, None)),
    ],
)  # fmt: skip
def test_only_an_english_name_is_one(answer, found):
    assert yahoo_profile.profile_of(answer, "005930.KS", b"") == yahoo_profile.Profile(*found)


def test_an_answer_about_another_stock_and_an_empty_one_are_no_answers():
    with pytest.raises(BadPayload, match=r"000660\.KS"):
        yahoo_profile.profile_of(summary(stock()), "000660.KS", b"")
    with pytest.raises(Transient):
        yahoo_profile.profile_of({"quoteSummary": {"result": [], "error": None}}, "005930.KS", b"")
    with pytest.raises(yahoo_profile.UnknownSymbol):
        yahoo_profile.profile_of(summary({**stock(), "quoteType": "MUTUALFUND"}), "005930.KS", b"")
    for damaged in (stock(longName=None), {**stock(longName="A"), "quoteType": "EQUITx"}, {"quoteType": "EQUITY"}, []):
        with pytest.raises(BadPayload):
            yahoo_profile.profile_of(summary(damaged), "005930.KS", b"")
