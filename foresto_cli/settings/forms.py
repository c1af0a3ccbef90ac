"""What may stand for each setting, and where: the facts of docs/settings.md, and of what reads the environment.

The words about a field follow from its check; the numbers of the sandbox are read here by the sandbox itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from foresto_cli import data_sets
from foresto_cli.settings import setting_checks
from foresto_cli.settings.model import FSC_ALIASES, LEVELS, Settings


@dataclass(frozen=True)
class Form:
    """What one setting may be.

    Attributes:
        name: as it is written; several alike, separated by commas.
        form: what its value looks like, in Korean.
        default: what counts without it.
    """

    name: str
    form: str
    default: str = ""


@dataclass(frozen=True)
class Whole:
    """A whole number of the environment: its name, what counts without it, and its bounds."""

    name: str
    default: int
    least: int
    most: int

    @property
    def form(self) -> Form:
        """Return it as a line of the page."""
        return Form(self.name, f"{self.least:,}~{self.most:,}의 정수", f"{self.default:,}")


STOCKS = Whole("FORESTO_SANDBOX_STOCKS", 300, 60, 3_000)
SESSIONS = Whole("FORESTO_SANDBOX_SESSIONS", 300, 2, 1_300)
SEED = Whole("FORESTO_SANDBOX_SEED", 1, 0, 2**31)

OF_CHECKS: Mapping[setting_checks.Check, str] = {
    setting_checks.key: "영문, 숫자, 기호. 빈칸 없이",
    setting_checks.password: "영문, 숫자, 기호, 빈칸",
    setting_checks.host: "서버 이름이나 IP 주소. 포트와 https:// 없이",
    setting_checks.port: f"1~{setting_checks.LARGEST_PORT:,}의 정수",
    setting_checks.count: f"1~{setting_checks.MOST_REQUESTS:,}의 정수",
    setting_checks.level: f"{', '.join(f'`{level}`' for level in LEVELS)}(대소문자 무관)",
    setting_checks.routes: "`서비스=경로`, 여럿이면 쉼표로",
    setting_checks.described: f"쉼표로 이은 이름: {', '.join(f'`{name}`' for name in data_sets.switchable())}",
    setting_checks.extras: "쉼표로 이은 이름: "
    f"{', '.join(f'`{word}`' for word in data_sets.extras())}, 또는 `{data_sets.ALL}`",
    setting_checks.webhook: "https:// 주소 하나. 이 컴퓨터만 http://",
    setting_checks.folder: "https://, http://나 file:/// 주소 하나",
    setting_checks.pings: "https:// 주소 하나(`{job}` 자리에 작업 이름)나 빈칸으로 이은 `작업=주소`",
    setting_checks.services: "빈칸으로 이은 `서비스://…`",
    setting_checks.database: "`postgresql://사용자:비밀번호@호스트:5432/이름`",
    setting_checks.sender: "메일 주소 하나. `이름 <주소>`도 됩니다",
    setting_checks.recipients: "메일 주소. 여럿이면 쉼표, 쌍반점, 빈칸으로",
}
"""What each check lets pass."""
MOMENT = "날짜(`2026-11-20`)나 시각(`2026-11-20T16:30`, 시간대가 없으면 KST)"

OURS = (
    Form("FORESTO_HOME", "폴더. `~`와 상대 경로도 됩니다", "운영체제의 사용자 폴더"),
    Form(
        "FORESTO_SCHEDULER",
        "`launchd`, `systemd`, `cron`. `schedule install`이 적습니다. 손으로 쓰면 예약된 작업으로 여깁니다",
    ),
    Form("FORESTO_ALLOW_SANDBOX", "`1`"),
    STOCKS.form,
    SESSIONS.form,
    SEED.form,
    Form("FORESTO_SANDBOX_TODAY", f"{MOMENT}. 날짜만이면 그날 20:30", "오늘 20:30"),
    Form("FORESTO_SANDBOX_AFTER_MARKET", "0~1의 수", "0.6"),
    Form("FORESTO_SANDBOX_MIRROR_STOPPED", f"{MOMENT}, 빈 값이면 멈추지 않음", "2026-09-17 23:59"),
    Form("FORESTO_SANDBOX_DATABASE_URL", "PostgreSQL 주소. `--sandbox`가 쓸 서버", "내장 서버"),
    Form("FORESTO_SANDBOX_RECORDED", "폴더"),
    Form("FORESTO_SANDBOX_FAULTS", "[faults.md](faults.md)의 장애를 쉼표로"),
)
"""What is read from the environment alone."""
OF_OTHERS = (
    Form(
        "XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_STATE_HOME",
        "FORESTO_HOME이 없는 리눅스에서 설정, 데이터, 상태 폴더의 자리. 앞의 것은 systemd 작업의 자리",
        "`~/.config`, `~/.local/share`, `~/.local/state`",
    ),
    Form(
        "PGHOST, PGPORT, PGDATABASE",
        "DATABASE_URL에 없는 호스트, 포트, 이름(PostgreSQL의 규칙)",
        "`localhost`, `5432`, 사용자 이름",
    ),
    Form(
        "HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE",
        "프록시와 인증서(requests와 curl의 규칙). SSL_CERT_FILE은 메일용",
    ),
    Form(
        "COLUMNS, NO_COLOR, FORCE_COLOR", "화면의 폭(칸). NO_COLOR가 있으면 색 없이, FORCE_COLOR가 있으면 파이프에도 색"
    ),
    Form("TZ", "`schedule install`이 시각을 적을 시간대. 계산은 늘 KST", "시스템의 시간대"),
)
"""Variables of other programs' making that count here too."""
KNOWN = frozenset(form.name for form in OURS)


def of_field(name: str) -> Form:
    """Return what may stand for a field, whichever of its names it is written by."""
    default = Settings.model_fields[name].default
    shown = f"{default:,}" if isinstance(default, int) and name != "smtp_port" else f"{default or ''}"
    written = (name, *(FSC_ALIASES if name == "fsc_api_key" else ()))
    return Form(", ".join(written).upper(), OF_CHECKS[setting_checks.OF[name]], shown)
