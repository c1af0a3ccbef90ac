"""Any service that Apprise knows (Telegram, Discord, KakaoTalk bridges …), when ``foresto[apprise]`` is installed."""

from foresto_cli import extras, harmless
from foresto_cli.errors import BadPayload, ConfigError
from foresto_cli.upstream._guard import guarded
from foresto_cli.upstream.transport import Transport

NAME = "apprise"
LABEL = "Apprise"
DAILY_BUDGET = 300
PACE_SECONDS = 1.0


class Apprise:
    """The services behind a list of Apprise URLs; Apprise itself gives each 4 s to connect and 4 s to answer."""

    def __init__(self, transport: Transport, urls: str) -> None:
        """Remember the URLs, separated by blanks; nothing is sent yet."""
        self._transport = transport
        self._urls = urls.split()

    def send(self, title: str, text: str) -> None:
        """Tell every service.

        Raises:
            ConfigError: Apprise is not installed, or does not know one of the URLs.
            QuotaSpent: enough for today.
            BadPayload: a service did not take it, or Apprise stumbled.
            ForestoError: why it could not be sent: no network, a certificate, the proxy, the other world.
        """
        try:
            import apprise
        except ImportError:
            raise ConfigError(f"FORESTO_APPRISE_URLS를 쓰려면 먼저 설치하세요: {extras.command('apprise')}") from None
        services = apprise.Apprise()
        for position, url in enumerate(self._urls, start=1):
            if not services.add(url):
                raise ConfigError(f"FORESTO_APPRISE_URLS의 {position}번째 주소를 Apprise가 알지 못합니다.")
        for _ in self._urls:
            self._transport.limits.spend(NAME, DAILY_BUDGET)
        self._transport.wait_for_turn(NAME, PACE_SECONDS)
        with guarded(self._transport.world, LABEL) as guard:
            try:
                taken = services.notify(body=harmless.lines(text), title=harmless.line(title))
            # A channel that fails, in whatever way, is a failed channel.
            except Exception as error:  # noqa: BLE001  # as above
                raise BadPayload(f"{LABEL}: 알림을 보내다 오류가 났습니다({type(error).__name__}).") from None
        if guard.error is not None:
            raise guard.error
        if not taken:
            raise BadPayload("Apprise로 보낸 알림 가운데 받지 않은 곳이 있습니다.")
