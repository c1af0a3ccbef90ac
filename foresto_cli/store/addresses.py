"""``DATABASE_URL`` in the spellings of libpq and SQLAlchemy, and without its passwords for people."""

import re

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from foresto_cli.errors import ConfigError

CONNECT_TIMEOUT_SECONDS = 10


def psycopg_url(url: str) -> str:
    """Return ``url`` in SQLAlchemy's spelling for psycopg 3 (``postgres://`` and ``postgresql://`` are understood).

    Raises:
        ConfigError: not a PostgreSQL URL. The URL itself is not shown, it may hold a password.
    """
    try:
        parsed = _of_libpq(url) or make_url(url.replace("postgres://", "postgresql://", 1))
    except (ArgumentError, ValueError, psycopg.ProgrammingError):
        raise ConfigError(
            "DATABASE_URL을 알아볼 수 없습니다. postgresql://사용자:비밀번호@호스트:5432/이름 꼴로 적으세요."
        ) from None
    if parsed.get_backend_name() != "postgresql":
        raise ConfigError(
            "DATABASE_URL은 PostgreSQL 주소여야 합니다(postgresql://…). 다른 데이터베이스는 쓸 수 없습니다."
        )
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _of_libpq(url: str) -> URL | None:
    """Parse a URL that libpq understands and SQLAlchemy does not: several hosts, or a socket's folder as the host.

    Returns None for every other URL.
    """
    scheme, _, rest = url.partition("://")
    places = re.split(r"[/?]", rest, maxsplit=1)[0].rpartition("@")[2]
    if scheme not in {"postgres", "postgresql"} or not ("," in places or "%" in places):
        return None
    given = {name: f"{value}" for name, value in conninfo_to_dict(url).items()}
    user, password, database = (given.pop(name, None) for name in ("user", "password", "dbname"))
    return URL.create("postgresql", user, password, database=database, query=given)


def connect_timeout(url: URL) -> int | str:
    """Return how long libpq may try to reach each host, in seconds: what ``url`` says, unless that were for ever."""
    given = f"{url.query.get('connect_timeout', CONNECT_TIMEOUT_SECONDS)}"
    is_for_ever = given.lstrip("-").isdecimal() and int(given) <= 0
    return CONNECT_TIMEOUT_SECONDS if is_for_ever else given


def shown_url(url: str) -> str:
    """Return ``url`` with its passwords hidden, also those among the parameters."""
    parsed = make_url(psycopg_url(url)).set(drivername="postgresql")
    hidden = {name: "***" for name in parsed.query if "password" in name.lower()}
    return parsed.update_query_dict(hidden).render_as_string(hide_password=True)
