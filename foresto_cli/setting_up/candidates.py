"""The application as it would be with settings that are not written yet."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from foresto_cli.app import App
from foresto_cli.settings import Settings

Values = dict[str, str]
"""Values of settings, by the setting's name in lower case."""


def with_values(app: App, values: Mapping[str, str]) -> App:
    """Return ``app`` with these settings, and clients made from them; the new secrets are redacted from now on."""
    typed = {name: _typed(name, value) for name, value in values.items()}
    app.redact.learn(value for name, value in values.items() if isinstance(typed[name], SecretStr))
    return replace(app, settings=app.settings.model_copy(update=typed))


def _typed(name: str, value: str) -> object:
    kind = str(Settings.model_fields[name].annotation)
    if "SecretStr" in kind:
        return SecretStr(value)
    return int(value) if "int" in kind else value


def place_of(app: App, name: str) -> str:
    """Return the file or environment from which a setting was read, in the operator's words."""
    return app.settings.origins.places.get(name, "모의 환경" if app.sandbox else "")
