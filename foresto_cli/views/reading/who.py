"""Whom a command is about, by code or name."""

import re

from foresto_cli.app import App
from foresto_cli.datasets.listed.names import STOCK, security_of, stock_or_fund

_CODE = re.compile(r"[0-9A-Za-z]{6}")


def stock(app: App, given: str) -> str:
    """Return the ticker of a stock that is or was listed, or has prices.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: nobody is called so, or several are.
    """
    with app.engine.connect() as connection:
        return security_of(connection, given, (STOCK,)).code


def code(app: App, given: str) -> str:
    """Return the ticker of a stock or ETF by its name; a text that looks like a ticker is returned unchecked.

    Raises:
        ConfigError: there is no listing to look in.
        UsageError: nobody is called so, or several are.
    """
    if _CODE.fullmatch(given.strip()):
        return given.strip().upper()
    with app.engine.connect() as connection:
        return stock_or_fund(connection, given).code
