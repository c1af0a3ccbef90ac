"""What the market mail asks others for: indices abroad. Who does not answer is named."""

from foresto_cli.app import App
from foresto_cli.errors import UPSTREAM_ERRORS
from foresto_cli.views.market_mail.mail_facts import Row, Section

ABROAD = {"S&P 500": "^GSPC", "NASDAQ": "^IXIC"}
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
