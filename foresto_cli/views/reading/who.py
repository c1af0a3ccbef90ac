"""Whom a command is about, by code or name."""

from foresto_cli.app import App
from foresto_cli.datasets.listed.names import STOCK, security_of


def stock(app: App, given: str) -> str:
    """Return the ticker of a stock that is or was listed, or has prices.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: nobody is called so, or several are.
    """
    with app.engine.connect() as connection:
        return security_of(connection, given, (STOCK,)).code
