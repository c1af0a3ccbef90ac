"""The application as it would be with settings that are not written yet."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from foresto_cli.app import App
from foresto_cli.settings import Settings

Values = dict[str, str]
"""Settings by their names in small letters."""


def with_values(app: App, values: Mapping[str, str]) -> App:
    """Return ``app`` with other settings and clients of its own; its logs know the new secrets from now on."""
    typed = {name: _typed(name, value) for name, value in values.items()}
    app.redact.learn(value for name, value in values.items() if isinstance(typed[name], SecretStr))
    return replace(app, settings=app.settings.model_copy(update=typed))


def _typed(name: str, value: str) -> object:
    kind = str(Settings.model_fields[name].annotation)
    if "SecretStr" in kind:
        return SecretStr(value)
    return int(value) if "int" in kind else value


def place_of(app: App, name: str) -> str:
    """Return what the operator calls the place from which a setting comes."""
    return app.settings.origins.places.get(name, "모의 환경" if app.sandbox else "")
