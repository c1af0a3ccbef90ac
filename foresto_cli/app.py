"""What one command works with: settings, folders, database, upstream clients, real or sandboxed."""

import logging
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, Engine, text

from foresto_cli import logs, settings
from foresto_cli.calendar import Calendar
from foresto_cli.console import Console
from foresto_cli.errors import AuthFailed, NetworkDown
from foresto_cli.settings import Paths, Settings
from foresto_cli.store import engine as store_engine
from foresto_cli.store.limits import StoredLimits
from foresto_cli.upstream.worlds import World

if TYPE_CHECKING:
    from foresto_cli.sandbox import Sandbox
    from foresto_cli.upstream.alphavantage import AlphaVantage
    from foresto_cli.upstream.apprise_urls import Apprise
    from foresto_cli.upstream.dart import Dart
    from foresto_cli.upstream.fdr import Fdr
    from foresto_cli.upstream.finlife import Finlife
    from foresto_cli.upstream.fsc import Fsc
    from foresto_cli.upstream.http import UpstreamSession
    from foresto_cli.upstream.krx import Krx
    from foresto_cli.upstream.krx_openapi import KrxOpenApi
    from foresto_cli.upstream.mail import Mail
    from foresto_cli.upstream.naver import Naver
    from foresto_cli.upstream.naver_list import NaverList
    from foresto_cli.upstream.policy import Limits, Wait
    from foresto_cli.upstream.transport import Transport
    from foresto_cli.upstream.webhooks import Ping, Slack
    from foresto_cli.upstream.yahoo import Yahoo

    Client = TypeVar("Client", Krx, KrxOpenApi, Fsc, AlphaVantage, Dart, Finlife)

OLDEST_HISTORY = date(1995, 5, 2)
"""KRX's by-date pages reach back to here."""
log = logging.getLogger(__name__)

SANDBOX_HASTE = 0.01
SANDBOX_PATIENCE = 0.1


@dataclass
class App:
    """What one command works with. A client is imported when it is first asked for: most commands ask nobody.

    Attributes:
        settings: in force.
        folders: in force.
        engine: the migrated database.
        console: where to print.
        redact: takes secrets out of text.
        sandbox: the stand-in for every upstream, when there is one.
        limits: where budgets and breakers are remembered; in the database, unless that is what is missing.
        channels_reached: of the channels that were tried, whether a connection came about.
    """

    settings: Settings
    folders: Paths
    engine: Engine
    console: Console
    redact: logs.Redactor
    sandbox: "Sandbox | None" = None
    limits: "Limits | None" = None
    channels_reached: dict[str, bool] = field(init=False, default_factory=dict)
    _is_offline_told: bool = field(init=False, default=False)

    @cached_property
    def _transport(self) -> "Transport":
        """Return the one memory of budgets and breakers that all clients share."""
        from foresto_cli.upstream.transport import Transport

        limits = self.limits or StoredLimits(self.engine)
        if self.sandbox:
            return Transport(limits, SANDBOX_HASTE, SANDBOX_PATIENCE, World.SANDBOX, waits=self._waits)
        world = World.EITHER if settings.allows_sandbox() else World.REAL
        return Transport(limits, world=world, waits=self._waits)

    def _waits(self, wait: "Wait") -> None:
        """Say to whoever watches what is waited for, and once that there is no network."""
        if isinstance(wait.error, NetworkDown) and not self._is_offline_told:
            self._is_offline_told = True
            self.console.remark(f"! {wait.error} 다시 시도합니다. 멈추려면 Ctrl-C.")
        self.console.waits(f"{wait.label}: {wait.seconds:.0f}초 뒤 다시 시도({wait.attempt}/{wait.attempts})")

    @property
    def is_shared(self) -> bool:
        """Say whether other hosts may use the database: the operator's server may have several, our own never."""
        return self.settings.database_url is not None

    @property
    def is_reader(self) -> bool:
        """Say whether the database can only be read here; somebody else collects into it."""
        return store_engine.is_reader(self.engine)

    @property
    def calendar(self) -> Calendar:
        """Return the trading calendar with the corrections that this database has by now."""
        with self.engine.connect() as connection:
            return calendar_of(connection)

    @property
    def history_start(self) -> date:
        """Return the oldest day that the upstreams have."""
        if self.sandbox is None or self.sandbox.is_recorded:
            return OLDEST_HISTORY
        return self.sandbox.market.sessions[0]

    @property
    def has_krx(self) -> bool:
        """Say whether there is a login of KRX; one that is wrong counts, it is refused when it is used."""
        found = self.settings
        return bool(found.problem("krx_id", "krx_pw")) or not (found.krx_id is None or found.krx_pw is None)

    @property
    def has_krx_openapi(self) -> bool:
        """Say whether there is a key of the OPEN API."""
        return self.settings.krx_openapi_key is not None

    @property
    def has_fsc(self) -> bool:
        """Say whether there is a key of FSC's open data."""
        return self.settings.fsc_api_key is not None

    @cached_property
    def krx(self) -> "Krx | None":
        """Return KRX by login, if there is one."""
        if not self.has_krx:
            return None

        from foresto_cli.upstream.krx import Krx

        given = (self.settings.krx_id, self.settings.krx_pw)
        login_id, word = ("" if part is None else part.get_secret_value() for part in given)
        client = Krx(self._transport, login_id, word, self.settings.foresto_krx_daily_budget)
        return _refused(client, self.settings.problem("krx_id", "krx_pw"))

    @cached_property
    def krx_openapi(self) -> "KrxOpenApi | None":
        """Return the OPEN API, if there is a key."""
        key = self.settings.krx_openapi_key
        if key is None:
            return None

        from foresto_cli.upstream.krx_openapi import KrxOpenApi

        return _refused(KrxOpenApi(self._transport, key.get_secret_value()), self.settings.problem("krx_openapi_key"))

    @cached_property
    def fdr(self) -> "Fdr":
        """Return FinanceDataReader's mirror."""
        from foresto_cli.upstream.fdr import Fdr

        return Fdr(self._transport, self.settings.foresto_krx_daily_budget)

    @cached_property
    def naver(self) -> "Naver":
        """Return Naver's charts."""
        from foresto_cli.upstream.naver import Naver

        return Naver(self._transport)

    @cached_property
    def naver_list(self) -> "NaverList":
        """Return Naver's ranking of stocks."""
        from foresto_cli.upstream.naver_list import NaverList

        return NaverList(self._transport)

    @cached_property
    def yahoo(self) -> "Yahoo":
        """Return Yahoo's quote summaries and charts."""
        from foresto_cli.upstream.yahoo import Yahoo

        return Yahoo(self._transport, self.folders.state / "yfinance")

    @cached_property
    def fsc(self) -> "Fsc | None":
        """Return FSC's open data, if there is a key."""
        key = self.settings.fsc_api_key
        if key is None:
            return None

        from foresto_cli.upstream.fsc import Fsc

        client = Fsc(self._transport, key.get_secret_value(), self.settings.fsc_routes)
        return _refused(client, self.settings.problem("fsc_api_key", "foresto_fsc_routes"))

    @cached_property
    def alphavantage(self) -> "AlphaVantage | None":
        """Return Alpha Vantage, if there is a key."""
        key = self.settings.alpha_vantage_api_key
        if key is None:
            return None

        from foresto_cli.upstream.alphavantage import AlphaVantage

        client = AlphaVantage(self._transport, key.get_secret_value())
        return _refused(client, self.settings.problem("alpha_vantage_api_key"))

    @cached_property
    def dart(self) -> "Dart | None":
        """Return DART, if there is a key."""
        key = self.settings.dart_api_key
        if key is None:
            return None

        from foresto_cli.upstream.dart import Dart

        client = Dart(self._transport, key.get_secret_value(), self.settings.foresto_dart_daily_budget)
        return _refused(client, self.settings.problem("dart_api_key"))

    @cached_property
    def finlife(self) -> "Finlife | None":
        """Return the FSS's disclosure of financial products, if there is a key."""
        key = self.settings.fss_api_key
        if key is None:
            return None

        from foresto_cli.upstream.finlife import Finlife

        return _refused(Finlife(self._transport, key.get_secret_value()), self.settings.problem("fss_api_key"))

    @cached_property
    def mail(self) -> "Mail | None":
        """Return the operator's mail server, if there is one.

        Raises:
            ConfigError: its settings are wrong, or not all from one place.
        """
        found = self.settings
        found.demand(*settings.MAIL)
        if not found.smtp_host or not found.smtp_from:
            return None
        user, password = found.smtp_user, found.smtp_password

        from foresto_cli.upstream.mail import Mail, Server

        server = Server(
            host=found.smtp_host,
            port=found.smtp_port,
            sender=found.smtp_from,
            user=None if user is None else user.get_secret_value(),
            password=None if password is None else password.get_secret_value(),
        )
        return Mail(server, self._transport)

    @cached_property
    def slack(self) -> "Slack | None":
        """Return the Slack webhook, if there is one.

        Raises:
            ConfigError: it is no URL.
        """
        self.settings.demand("slack_webhook_url")
        url = self.settings.slack_webhook_url
        if url is None:
            return None

        from foresto_cli.upstream.webhooks import Slack

        return Slack(self._transport, url.get_secret_value())

    @cached_property
    def apprise(self) -> "Apprise | None":
        """Return the services of Apprise, if there are any.

        Raises:
            ConfigError: one of them is no URL.
        """
        self.settings.demand("foresto_apprise_urls")
        urls = self.settings.foresto_apprise_urls
        if urls is None:
            return None

        from foresto_cli.upstream.apprise_urls import Apprise

        return Apprise(self._transport, urls.get_secret_value())

    def ping(self, job: str) -> "Ping | None":
        """Return the dead-man switch of a job, if it has one.

        Raises:
            ConfigError: it is no URL.
        """
        self.settings.demand("foresto_ping_url")
        given = self.settings.foresto_ping_url
        if given is None:
            return None

        from foresto_cli.upstream.webhooks import Ping, ping_urls

        urls = ping_urls(given.get_secret_value())
        url = urls.get(job) or urls.get("")
        return None if url is None else Ping(self._transport, url, job)

    @property
    def daily_budgets(self) -> dict[str, int]:
        """Return how many requests a KST day each upstream is asked at most, without those that lack a key."""
        budgets: dict[str, int] = {}
        for name in (name for name, made in vars(App).items() if isinstance(made, cached_property)):
            try:
                client = getattr(self, name)
            # A boundary: a channel that cannot be made is told by the command that needs it, whatever it raises.
            except Exception:
                log.info("%s cannot be made", name, exc_info=True)
                continue
            policies = (session.policy for session in getattr(client, "sessions", ()))
            budgets |= {policy.counter: policy.daily_budget for policy in policies}
        return budgets

    @property
    def upstream_sessions(self) -> "list[UpstreamSession]":
        """Return the sessions of every client used so far."""
        made = [client for client in vars(self).values() if hasattr(client, "sessions")]
        return [session for client in made for session in client.sessions]


def calendar_of(connection: Connection) -> Calendar:
    """Return the trading calendar with the corrections that a database has."""
    rows = connection.execute(text("SELECT trade_date, is_closed FROM market_closure")).all()
    closed = frozenset(row.trade_date for row in rows if row.is_closed)
    return Calendar(closed, frozenset(row.trade_date for row in rows) - closed)


def _refused(client: "Client", problem: str) -> "Client":
    """Let ``client`` ask nothing when its key is wrong: another source may have the same data."""
    if problem:
        for session in client.sessions:
            session.refuse(AuthFailed(problem))
    return client
