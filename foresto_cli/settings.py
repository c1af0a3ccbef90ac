"""Settings and folders: environment, then ``.env``, then ``config.toml``.

Secrets are typed as such, so that printing a settings object never shows them.
"""

import os
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

from pydantic import AliasChoices, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from foresto_cli.errors import ConfigError

PRIVATE_FOLDER = 0o700
PASSABLE_FOLDER = 0o711
PRIVATE_FILE = 0o600
FSC_ALIASES = ("fsc_data_go_kr_api_key",)
"""Another name under which the key of data.go.kr may stand."""
DATABASES = ("postgres", "postgresql")
SHORTEST_PATH = 12
SHORTEST_KEY = 16
"""A part of a path that is shorter is a word and no key."""
FSC_ROUTE = r"[a-z]+=\w+(/\w+)+"


SCHEDULER = "FORESTO_SCHEDULER"
"""Set by the files of ``foresto schedule install``."""


def started_by() -> str | None:
    """Return the scheduler that started this process, or None for a person."""
    return os.environ.get(SCHEDULER) or None


@dataclass(frozen=True)
class Paths:
    """Where foresto keeps things: ``config`` (settings), ``data`` (database), ``state`` (logs, locks, payloads)."""

    config: Path
    data: Path
    state: Path

    @property
    def logs(self) -> Path:
        """Folder of the rotating log file."""
        return self.state / "logs"

    @property
    def payloads(self) -> Path:
        """Folder of answers that were not understood (redacted, at most 1 MB each)."""
        return self.state / "payloads"

    @property
    def lock_file(self) -> Path:
        """The lock that keeps two collecting commands apart."""
        return self.state / "collect.lock"

    @property
    def chain_lock_file(self) -> Path:
        """The lock that keeps two chains apart."""
        return self.state / "chain.lock"

    @property
    def outage_file(self) -> Path:
        """What is remembered of a database that cannot be reached, while it cannot."""
        return self.state / "outage.json"

    def in_sandbox(self) -> "Paths":
        """Return the same folders for the sandbox, which shares nothing with the real ones."""
        return Paths(config=self.config, data=self.data / "sandbox", state=self.state / "sandbox")


def paths() -> Paths:
    """Return the folders of this user, or those below ``FORESTO_HOME`` when it is set."""
    home = os.environ.get("FORESTO_HOME")
    if home:
        base = Path(home).expanduser().absolute()
        return Paths(base / "config", base / "data", base / "state")
    import platformdirs

    return Paths(
        platformdirs.user_config_path("foresto"),
        platformdirs.user_data_path("foresto"),
        platformdirs.user_state_path("foresto"),
    )


def private_folder(folder: Path) -> Path:
    """Make ``folder`` readable by the operator only and return it.

    Raises:
        ConfigError: it cannot be made or written to.
    """
    try:
        # mkdir's own mode holds for the last folder only. Made by root, a parent lets the database's account pass.
        passable = PASSABLE_FOLDER if os.geteuid() == 0 else PRIVATE_FOLDER
        for missing in reversed([place for place in folder.parents if not place.exists()]):
            missing.mkdir(mode=passable, exist_ok=True)
        folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK) and folder.is_dir()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ConfigError(
            f"폴더 {folder} 를 만들 수 없습니다({reason}). 권한을 고치거나 FORESTO_HOME 을 바꾸세요."
        ) from error
    if not writable:
        raise ConfigError(f"폴더 {folder} 에 쓸 수 없습니다. 권한을 고치거나 FORESTO_HOME 을 바꾸세요.")
    return folder


class Settings(BaseSettings):
    """What the operator can set. Field names are the environment variables in lower case."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    database_url: SecretStr | None = None
    krx_id: SecretStr | None = None
    krx_pw: SecretStr | None = None
    krx_openapi_key: SecretStr | None = None
    dart_api_key: SecretStr | None = None
    fsc_api_key: SecretStr | None = Field(default=None, validation_alias=AliasChoices("fsc_api_key", *FSC_ALIASES))
    alpha_vantage_api_key: SecretStr | None = None
    fss_api_key: SecretStr | None = None
    slack_webhook_url: SecretStr | None = None
    smtp_host: str | None = None
    smtp_port: int = 587
    smtp_user: SecretStr | None = None
    smtp_password: SecretStr | None = None
    smtp_from: str | None = None
    alert_email: str | None = None
    foresto_market_email_to: str | None = None
    foresto_apprise_urls: SecretStr | None = None
    foresto_ping_url: SecretStr | None = None
    foresto_krx_daily_budget: int = 200
    foresto_dart_daily_budget: int = 20_000
    foresto_fsc_routes: str = ""
    foresto_log_level: str = "INFO"

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, given: object, field: ValidationInfo) -> object:
        return cls.model_fields[field.field_name or ""].default if given == "" else given

    @field_validator("foresto_log_level")
    @classmethod
    def _known_level(cls, level: str) -> str:
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("DEBUG, INFO, WARNING, ERROR 가운데 하나여야 합니다")
        return level.upper()

    @field_validator("foresto_fsc_routes")
    @classmethod
    def _known_form(cls, routes: str) -> str:
        if routes and not re.fullmatch(rf"{FSC_ROUTE}(,{FSC_ROUTE})*", routes):
            raise ValueError("서비스=경로 를 쉼표로 이어 적어야 합니다(예: bonds=서비스_V3/오퍼레이션_V3)")
        return routes

    @property
    def fsc_routes(self) -> dict[str, str]:
        """Return the operator's own routes of FSC's open data by service."""
        return dict(route.split("=") for route in self.foresto_fsc_routes.split(",") if route)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put ``config.toml`` behind the environment and ``.env``."""
        toml = TomlConfigSettingsSource(settings_cls, paths().config / "config.toml")
        return init_settings, env_settings, dotenv_settings, toml, file_secret_settings

    def secrets(self) -> list[str]:
        """Return every secret value in force and the secret parts of those that are addresses, for redaction only."""
        values = (getattr(self, name) for name in type(self).model_fields)
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return [*found, *(part for value in found for part in _secret_parts(value) if part)]


def _secret_parts(value: str) -> Iterator[str]:
    """Yield what is secret in the addresses of a setting, for they are also told in pieces: host here, path there."""
    for address in re.findall(r"(\w+://\S+)", value):
        scheme, _, rest = address.partition("://")
        place, _, path = rest.partition("/")
        login, _, host = place.rpartition("@")
        yield from (login.partition(":")[2], unquote(login.partition(":")[2]))
        if scheme in DATABASES:
            continue
        if not scheme.startswith("http"):
            yield host  # a service of Apprise may have its token there
        # Of a dead-man switch only the job's name differs from the setting.
        yield from (f"/{piece}".replace("//", "/") for piece in path.split("{job}") if len(piece) >= SHORTEST_PATH)
        yield from (piece for piece in path.split("/") if len(piece) >= SHORTEST_KEY and "{job}" not in piece)


def load(folders: Paths) -> Settings:
    """Read the settings in force.

    Raises:
        ConfigError: a file is broken, holds an unknown name, or a value does not fit.
    """
    _check_toml(folders.config / "config.toml")
    try:
        with _explained():
            return Settings(_env_file=(folders.config / ".env", ".env"))
    except OSError as error:
        raise ConfigError(f"설정 파일을 읽을 수 없습니다({error.strerror}). 파일 권한을 확인하세요.") from error
    except UnicodeDecodeError:
        raise ConfigError(".env 파일이 UTF-8 이 아닙니다. UTF-8 로 다시 저장하세요.") from None


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "?"
        raise ConfigError(f"설정 {name} 의 값이 맞지 않습니다: {first['msg']}") from None


def _check_toml(file: Path) -> None:
    if not file.exists():
        return
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} 을 읽을 수 없습니다: {error}. 그 줄을 고치거나 파일을 치우세요.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file} 이 UTF-8 이 아닙니다. UTF-8 로 다시 저장하세요.") from None
    except OSError as error:
        raise ConfigError(f"{file} 을 읽을 수 없습니다({error.strerror}). 파일 권한을 확인하세요.") from error
    unknown = sorted(name for name in content if name.lower() not in {*Settings.model_fields, *FSC_ALIASES})
    if unknown:
        known = ", ".join(sorted(Settings.model_fields))
        raise ConfigError(f"{file} 에 모르는 설정이 있습니다: {', '.join(unknown)}. 쓸 수 있는 이름: {known}")


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


class _SandboxSettings(Settings):
    """Settings that are given, and read from nowhere."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic's signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def load_sandbox() -> Settings:
    """Return settings for the sandbox: its own keys, its own database, never the operator's.

    Raises:
        ConfigError: ``FORESTO_LOG_LEVEL`` or ``FORESTO_DART_DAILY_BUDGET`` does not fit.
    """
    keys = {name: value for name, value in SANDBOX_KEYS.items() if os.environ.get(name.upper()) != ""}
    values = {
        "foresto_krx_daily_budget": 100_000,
        "foresto_dart_daily_budget": os.environ.get("FORESTO_DART_DAILY_BUDGET", ""),
        "foresto_log_level": os.environ.get("FORESTO_LOG_LEVEL", ""),
        # The running sandbox says where its mail server listens.
        "smtp_host": os.environ.get("SMTP_HOST", ""),
        "smtp_port": os.environ.get("SMTP_PORT", ""),
        "smtp_from": "foresto <foresto@sandbox.example>",
        "alert_email": os.environ.get("ALERT_EMAIL", "operator@sandbox.example"),
        "foresto_market_email_to": os.environ.get("FORESTO_MARKET_EMAIL_TO", ""),
    }
    with _explained():
        return _SandboxSettings.model_validate(keys | values)
