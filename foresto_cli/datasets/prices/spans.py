"""Which days and which stock a price command may be asked for."""

from datetime import date, timedelta

from sqlalchemy import text

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, UsageError

DEFAULT_DAYS = 1_825


def days_back(app: App, default_days: int) -> date:
    """Return the day ``default_days`` before today, or the oldest that the upstreams have.

    Raises:
        UsageError: not even one day is asked for.
    """
    if default_days < 1:
        raise UsageError("--default-days는 1 이상이어야 합니다.")
    today = clock.today()
    return today - timedelta(days=min(default_days, (today - app.history_start).days))


def check_span(app: App, start: date, end: date) -> None:
    """Let a span pass that has begun, has an end, and is not older than the upstreams.

    Raises:
        UsageError: it is impossible.
    """
    today = clock.today()
    if start > end:
        raise UsageError(f"시작일({start})이 종료일({end})보다 뒤입니다.")
    if end > today:
        raise UsageError(f"종료일({end})은 아직 오지 않았습니다(오늘은 {today}).")
    if start < app.history_start:
        raise UsageError(f"시작일({start})은 받을 수 있는 가장 오래된 날({app.history_start})보다 앞섭니다.")


def first_stored(app: App) -> date | None:
    """Return the oldest session with prices of the exchange, if there is one."""
    with app.engine.connect() as connection:
        found: date | None = connection.scalar(
            text("SELECT min(trade_date) FROM stock_price_daily WHERE quality_flag <> 'ADJUSTED'")
        )
    return found


def searched_since(app: App, since: date | None) -> date:
    """Return the day from which gaps are looked for: the given one, else the oldest stored, else all that is wanted.

    Raises:
        UsageError: the day is to come.
    """
    if since is None:
        return first_stored(app) or days_back(app, DEFAULT_DAYS)
    if since > clock.today():
        raise UsageError(f"시작일({since})은 아직 오지 않았습니다(오늘은 {clock.today()}).")
    return since


def check_listed(app: App, ticker: str) -> None:
    """Let the ticker of a stock pass that is listed now.

    Raises:
        UsageError: nobody by that ticker is listed.
        ConfigError: there is no listing to tell by.
    """
    with app.engine.connect() as connection:
        known = connection.scalar(text("SELECT count(*) FROM fdr_stock_listing WHERE is_listed"))
        row = connection.execute(
            text("SELECT is_listed, name, delisting_date FROM fdr_stock_listing WHERE ticker = :ticker"),
            {"ticker": ticker},
        ).one_or_none()
    if not known:
        raise ConfigError(
            "상장 목록이 비어 있어 종목코드를 확인할 수 없습니다. 먼저 foresto listing load를 실행하세요."
        )
    if row is None:
        raise UsageError(f"{ticker} 라는 종목은 상장 목록에 없습니다. 여섯 자리 종목코드(예: 005930)를 적으세요.")
    if not row.is_listed:
        raise UsageError(
            f"{ticker} {row.name}: {row.delisting_date or '이미'} 상장폐지되어 종목별 이력을 받을 수 없습니다."
        )
