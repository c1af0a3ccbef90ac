"""What the operator can set, where each value came from, and what is wrong with it.

Secrets are typed as such, so that printing a settings object never shows them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from pydantic import BaseModel, PrivateAttr, SecretStr, ValidationInfo, field_validator

from foresto_cli.errors import ConfigError

FSC_ALIASES = ("fsc_data_go_kr_api_key",)
"""Another name under which the key of data.go.kr may stand."""
DATABASES = ("postgres", "postgresql")
SHORTEST_PATH = 12
SHORTEST_KEY = 16
"""A part of a path that is shorter is a word and no key."""
FSC_ROUTE = r"[a-z]+=\w+(/\w+)+"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True)
class Origins:
    """What is known about a settings object beside its values.

    Attributes:
        places: field → where its value stands, for people.
        by_source: label of a source → the fields taken from it, best source first.
        problems: field → one sentence that says what is wrong with its value, where it stands, and what to do.
        notes: what was found and is not used, one sentence each.
        misspelt: names that can only be meant for us and that nobody reads; every command says them.
        working_file: the ``.env`` of the working folder, when a value came from it.
    """

    places: Mapping[str, str] = field(default_factory=dict)
    by_source: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    misspelt: tuple[str, ...] = ()
    working_file: Path | None = None


class Settings(BaseModel):
    """What the operator can set. Field names are the environment variables in lower case."""

    database_url: SecretStr | None = None
    krx_id: SecretStr | None = None
    krx_pw: SecretStr | None = None
    krx_openapi_key: SecretStr | None = None
    dart_api_key: SecretStr | None = None
    fsc_api_key: SecretStr | None = None
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
    foresto_pages_url: str | None = None
    foresto_apprise_urls: SecretStr | None = None
    foresto_ping_url: SecretStr | None = None
    foresto_krx_daily_budget: int = 200
    foresto_dart_daily_budget: int = 20_000
    foresto_fsc_routes: str = ""
    foresto_datasets: str = ""
    foresto_krx_extras: str = ""
    foresto_log_level: str = "INFO"
    _origins: Origins = PrivateAttr(default_factory=Origins)

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_none(cls, given: object, field: ValidationInfo) -> object:
        return cls.model_fields[field.field_name or ""].default if given == "" else given

    @field_validator("foresto_fsc_routes")
    @classmethod
    def _known_form(cls, routes: str) -> str:
        if routes and not re.fullmatch(rf"{FSC_ROUTE}(,{FSC_ROUTE})*", routes):
            raise ValueError("서비스=경로를 쉼표로 이어 적어야 합니다(예: bonds=서비스_V3/오퍼레이션_V3)")
        return routes

    @property
    def datasets(self) -> frozenset[str]:
        """Return the names of the data sets that the operator switched on."""
        return frozenset(_words(self.foresto_datasets))

    @property
    def krx_extras(self) -> frozenset[str]:
        """Return the words that switch on more pages of data.krx.co.kr."""
        return frozenset(_words(self.foresto_krx_extras))

    @property
    def fsc_routes(self) -> dict[str, str]:
        """Return the operator's own routes of FSC's open data by service."""
        return dict(route.split("=") for route in self.foresto_fsc_routes.split(",") if route)

    @property
    def origins(self) -> Origins:
        """Return where the values came from and what is wrong with them."""
        return self._origins

    def known_by(self, origins: Origins) -> "Settings":
        """Remember ``origins`` and return the settings themselves."""
        self._origins = origins
        return self

    def problem(self, *names: str) -> str:
        """Return what is wrong with the first wrong one of these settings, or ``""`` when all can be used."""
        return next((self._origins.problems[name] for name in names if name in self._origins.problems), "")

    def demand(self, *names: str) -> None:
        """Make sure that these settings can be used.

        Raises:
            ConfigError: the value of one of them is wrong; its name and its file are in the message.
        """
        problem = self.problem(*names)
        if problem:
            raise ConfigError(problem)

    def secrets(self) -> list[str]:
        """Return every secret value in force and the secret parts of those that are addresses, for redaction only."""
        values = (getattr(self, name) for name in type(self).model_fields)
        found = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
        return [*found, *(part for value in found for part in _secret_parts(value) if part)]


def _words(listed: str) -> list[str]:
    return [word.strip() for word in listed.split(",") if word.strip()]


def _secret_parts(value: str) -> Iterator[str]:
    """Yield what is secret in the addresses of a setting, for they are also told in pieces: host here, path there."""
    for address in re.findall(r"(\w{1,40}://\S+)", value):
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
