"""What the market mail asks others for: indices abroad and the night's filings. Who does not answer is named."""

from collections.abc import Collection, Mapping
from datetime import date

from foresto_cli.app import App
from foresto_cli.errors import UPSTREAM_ERRORS
from foresto_cli.views.market_mail.facts import Row, Section

ABROAD = {"S&P 500": "^GSPC", "NASDAQ": "^IXIC"}
MATERIAL = "B"
"""DART's kind of filing (pblntf_ty): 주요사항보고."""
LISTED = ("Y", "K")
"""DART's markets (corp_cls): KOSPI, KOSDAQ."""
FILINGS = 8
TWO_SESSIONS = 2


def abroad(app: App) -> Section:
    """Ask Yahoo for the newest closes of the American indices."""
    rows: list[Row] = []
    missing = []
    for name, symbol in ABROAD.items():
        try:
            closes = app.yahoo.closes(symbol)
        except UPSTREAM_ERRORS as error:
            missing.append(f"{name} 지수를 받지 못했습니다: {error}")
            continue
        if len(closes) < TWO_SESSIONS:
            missing.append(f"{name} 지수를 받지 못했습니다: 끝난 거래일이 둘이 되지 않습니다.")
            continue
        (_, before), (day, close) = closes[-TWO_SESSIONS:]
        change = close - before
        rows.append({"name": name, "close": close, "change": change, "rate": 100 * change / before, "day": day})
    return Section(rows, " ".join(missing))


def filings(app: App, session: date, today: date, of_interest: Collection[str]) -> Section:
    """Ask DART for material filings from ``session`` to ``today``: those ``of_interest`` first, newest before older."""
    if app.dart is None:
        return Section([], "DART_API_KEY가 없어 공시를 싣지 않습니다(opendart.fss.or.kr에서 무료 발급).")
    try:
        found = app.dart.filings(session, today, pblntf_ty=MATERIAL)
    except UPSTREAM_ERRORS as error:
        return Section([], f"공시를 받지 못했습니다: {error}")
    listed = [filing for filing in found if filing.get("corp_cls") in LISTED]
    listed.sort(key=lambda filing: f"{filing['rcept_no']}", reverse=True)
    listed.sort(key=lambda filing: filing.get("stock_code") not in of_interest)
    if not listed:
        return Section([], "상장회사의 주요사항보고가 없습니다.")
    more = len(listed) - FILINGS
    return Section([_filing(one) for one in listed[:FILINGS]], f"그 밖에 {more:,}건이 있습니다." if more > 0 else "")


def _filing(found: Mapping[str, object]) -> Row:
    return {
        "ticker": f"{found.get('stock_code', '')}".strip(),
        "name": f"{found.get('corp_name', '')}".strip(),
        "title": " ".join(f"{found.get('report_nm', '')}".split()),
        "url": f"https://dart.fss.or.kr/dsaf001/main.do?rcpNo={found['rcept_no']}",
    }
