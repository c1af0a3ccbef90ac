"""One cause is one incident: what an error comes from, and what follows from it is listed inside.

The day without prices is in :mod:`.priceless`, the dead network in :mod:`.offline`.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from foresto_cli.app import App
from foresto_cli.errors import AuthFailed, Blocked, ForestoError, GivenUp, NetworkDown, RateLimited, Untrusted
from foresto_cli.store import limits
from foresto_cli.store.fragments import Fragment, sql

BLOCKED, QUOTA, AUTH, UNTRUSTED, NETWORK, OTHER = "blocked", "quota", "auth", "untrusted", "network", "other"
FOLLOWS_PRICES = frozenset(
    {
        "prices.coverage",
        "prices.large_caps",
        "prices.sessions",
        "index.last",
        "score.fresh",
        "score.coverage",
        "data.late",
        "ledger.unsettled",
    }
)
"""Findings that are no news while the newest sessions have no price."""
FOLLOWS_ROOT = frozenset({"ledger.unsettled", "data.late"})
"""Findings that are no news while the incident of a cause is open."""
ROOTS = ("blocked", "auth", "untrusted", "network")
TOGETHER = " 이 때문에 함께 멈춘 것: "


_OPEN_ROOT = Fragment(
    "SELECT alert_id FROM ops_alert WHERE resolved_at IS NULL AND alert_type = ANY(:roots)"
    " ORDER BY array_position(CAST(:roots AS text[]), alert_type::text), alert_id LIMIT 1"
)


def kind_of(error: ForestoError) -> str:
    """Return what an error of an upstream comes from."""
    kinds: tuple[tuple[type[ForestoError], str], ...] = (
        (Blocked, BLOCKED),
        (RateLimited, QUOTA),
        (AuthFailed, AUTH),
        (Untrusted, UNTRUSTED),
        (NetworkDown, NETWORK),
    )
    seen = (error.after or error) if isinstance(error, GivenUp) else error
    return next((kind for found, kind in kinds if isinstance(seen, found)), OTHER)


def blocked_until(connection: Connection, upstream: str) -> str:
    """Return in a few words who blocks us, and until when."""
    until = next((until for name, until, _ in limits.open_blocks(connection) if name == upstream), None)
    return f"{limits.label(upstream)} 차단" + (f", {until[5:]}까지" if until else "이 끝남")


def follows(check: str, days: Sequence[str], missing: Sequence[date], *, has_root: bool) -> bool:
    """Say whether a finding follows from what is told already.

    Args:
        check: id of the check.
        days: the trade dates that it found something about.
        missing: sessions without prices (:func:`foresto_cli.telling.priceless.days`).
        has_root: the incident of a cause is open (:func:`has_root`).
    """
    if has_root and check in FOLLOWS_ROOT:
        return True
    known = {f"{day}" for day in missing}
    return bool(known) and check in FOLLOWS_PRICES and (check != "prices.sessions" or known.issuperset(days))


def has_root(connection: Connection) -> bool:
    """Say whether the incident of a block, a refused key or a dead network is open."""
    return bool(connection.scalar(sql("SELECT EXISTS ({root})", root=_OPEN_ROOT), {"roots": list(ROOTS)}))


def attach(app: App, followers: Sequence[str]) -> None:
    """List what follows from an open cause in its incident."""
    if not followers:
        return
    with app.engine.begin() as connection:
        connection.execute(
            sql(
                "UPDATE ops_alert SET alert_message = split_part(alert_message, :together, 1) || :together || :names"
                " WHERE alert_id = ({root})",
                root=_OPEN_ROOT,
            ),
            {"roots": list(ROOTS), "together": TOGETHER, "names": f"{', '.join(dict.fromkeys(followers))}."},
        )
