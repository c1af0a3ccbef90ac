"""Settings of the sandbox: its own keys, its own database, never the operator's."""

import os

from foresto_cli.settings.files import ENVIRONMENT, Given
from foresto_cli.settings.model import Origins, Settings
from foresto_cli.settings.sources import checked

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


def load_sandbox() -> Settings:
    """Return settings for the sandbox, read from nowhere but a few variables of the environment.

    Raises:
        ConfigError: ``FORESTO_LOG_LEVEL``, ``FORESTO_DATASETS`` or ``FORESTO_DART_DAILY_BUDGET`` does not fit.
    """
    keys = {name: value for name, value in SANDBOX_KEYS.items() if os.environ.get(name.upper()) != ""}
    values = {
        "foresto_krx_daily_budget": "100000",
        "foresto_dart_daily_budget": os.environ.get("FORESTO_DART_DAILY_BUDGET", ""),
        "foresto_datasets": os.environ.get("FORESTO_DATASETS", ""),
        "foresto_log_level": os.environ.get("FORESTO_LOG_LEVEL", ""),
        # The running sandbox says where its mail server listens.
        "smtp_host": os.environ.get("SMTP_HOST", ""),
        "smtp_port": os.environ.get("SMTP_PORT", ""),
        "smtp_from": "foresto <foresto@sandbox.example>",
        "alert_email": os.environ.get("ALERT_EMAIL", "operator@sandbox.example"),
        "foresto_market_email_to": os.environ.get("FORESTO_MARKET_EMAIL_TO", ""),
    }
    problems: dict[str, str] = {}
    given = {name: Given(value, ENVIRONMENT) for name, value in (keys | values).items() if value.strip()}
    return checked(given, problems).known_by(Origins(problems=problems))
