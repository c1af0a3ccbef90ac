"""Settings of the sandbox: its own keys, its own database, never the operator's."""

import os
import re
from pathlib import Path

from foresto_cli.folders import paths
from foresto_cli.settings.model import Origins, Settings
from foresto_cli.settings.setting_files import ENVIRONMENT, Given
from foresto_cli.settings.setting_sources import checked, misspelt_in_environment, working_file

SANDBOX_KEYS = {
    "krx_id": "sandbox",
    "krx_pw": "sandbox-password",
    "krx_openapi_key": "sandbox-openapi-key",
    "fsc_api_key": "sandbox/fsc+key==",
    "alpha_vantage_api_key": "sandbox-alpha-vantage-key",
    "dart_api_key": "5andb0xdar7" * 3 + "5andb0x",
    "fss_api_key": "sandbox-fss-key",
    "slack_webhook_url": "https://hooks.slack.com/services/T000/B000/sandbox-webhook",
    "smtp_user": "sandbox-mail",
    "smtp_password": "sandbox-mail-password",
    "foresto_ping_url": "https://hc-ping.com/sandbox-ping-key/foresto-{job}",
}
"""Keys of the sandbox. An environment variable set to the empty string takes its key away: a missing key rehearsed."""


TAKEN = (
    "foresto_dart_daily_budget",
    "foresto_fsc_routes",
    "foresto_datasets",
    "foresto_krx_extras",
    "foresto_log_level",
    "foresto_market_email_to",
    "foresto_pages_url",
    # The running sandbox says where its mail server listens.
    "smtp_host",
    "smtp_port",
)
"""Settings that the sandbox takes from the environment as they are."""
UNLESS_GIVEN = {"foresto_krx_daily_budget": "100000", "alert_email": "operator@sandbox.example"}
"""Settings that the environment may replace."""
WEB = ("json://", "jsons://")
"""Services of Apprise that are told over the web, where everything ends in the sandbox; mail would leave it."""


def load_sandbox() -> Settings:
    """Return settings for the sandbox, read from nowhere but a few variables of the environment.

    Raises:
        ConfigError: ``FORESTO_LOG_LEVEL`` or a budget does not fit.
    """
    keys = {name: value for name, value in SANDBOX_KEYS.items() if os.environ.get(name.upper()) != ""}
    services = os.environ.get("FORESTO_APPRISE_URLS", "").split()
    values = {
        **{name: os.environ.get(name.upper(), "") for name in TAKEN},
        **{name: os.environ.get(name.upper(), usual) for name, usual in UNLESS_GIVEN.items()},
        # A server that the operator chose for the sandbox; opening it checks first that it has no real data.
        "database_url": os.environ.get("FORESTO_SANDBOX_DATABASE_URL", ""),
        "smtp_from": "foresto <foresto@sandbox.example>",
        "foresto_apprise_urls": " ".join(service for service in services if service.startswith(WEB)),
    }
    left_out = sum(not service.startswith(WEB) for service in services)
    notes = (
        (f"FORESTO_APPRISE_URLS의 주소 {left_out}개: 모의 환경은 {', '.join(WEB)} 주소만 씁니다.",) if left_out else ()
    )
    problems: dict[str, str] = {}
    given = {name: Given(value, ENVIRONMENT) for name, value in (keys | values).items() if value.strip()}
    looked_at = dict.fromkeys(filter(None, (paths().config / ".env", working_file())))
    misspelt = (*misspelt_in_environment(), *(said for file in looked_at for said in _misplaced(file)))
    origins = Origins(problems=problems, notes=notes, misspelt=misspelt)
    return checked(given, problems).known_by(origins)


def _misplaced(file: Path) -> list[str]:
    """Say which lines of a file mean the sandbox, which reads no file; of anything else in it nothing is kept."""
    try:
        text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    except OSError:
        # A file that cannot be read has no say in the sandbox anyway.
        return []
    names = re.findall(r"(?m)^[ \t]*(?:export[ \t]+)?(FORESTO_SANDBOX_[A-Z_]{1,30})[ \t]*=", text)
    return [f"{name}: {file}에 있어 쓰지 않습니다. 환경 변수로 주세요." for name in names]


def taken(name: str) -> str:
    """Return in Korean what the sandbox takes of a field: its value, only that it is empty, or nothing."""
    if name in UNLESS_GIVEN:
        return f"환경 변수의 값. 없으면 {UNLESS_GIVEN[name]}"
    if name == "foresto_apprise_urls":
        return f"환경 변수의 값 가운데 {', '.join(f'`{scheme}`' for scheme in WEB)}"
    if name in SANDBOX_KEYS:
        return "모의 키. 환경 변수가 빈 값이면 없음"
    return "환경 변수의 값" if name in TAKEN and not name.startswith("smtp_") else "–"
