"""Saved conditions as the operator sees them: saved, listed, watched, deleted."""

from collections.abc import Sequence

from foresto_cli.app import App
from foresto_cli.errors import UsageError
from foresto_cli.output.rows import Column, Kind, Rows
from foresto_cli.screens import saved_screens
from foresto_cli.screens.saved_screens import Row

WATCHES = ("--watch", "--no-watch")
SHOWN_AS_ROWS = ("--list", "--fields")
FILES = ("--csv", "--xlsx", "--parquet")


def check_asked(condition: str, save: str | None, options: Sequence[str], others: Sequence[str]) -> None:
    """Let pass what can be done at once, before anything is read or written.

    Args:
        condition: as typed, or a name.
        save: the name to keep it as.
        options: those that choose what is done.
        others: those that say how stocks are searched and given out; they would be forgotten where none are.

    Raises:
        UsageError: two things at once, a name that cannot be one, or nothing to do it with.
    """
    if len([one for one in options if save is None or one not in WATCHES]) > 1:
        raise UsageError(f"{' '.join(options)}: 한 번에 하나만 쓸 수 있습니다.")
    for option in options:
        left = [one for one in others if one not in FILES or option not in SHOWN_AS_ROWS]
        if left and option != "--save" and save is None:
            raise UsageError(f"{option}: {' '.join(left)}와 함께 쓸 수 없습니다. 따로 실행하세요.")
        if option in SHOWN_AS_ROWS and condition:
            raise UsageError(f"{option}: 조건이나 이름 없이 쓰세요.")
        if option in {"--delete", *WATCHES} and not condition.strip():
            raise UsageError(f"{option}: 저장한 이름을 적으세요. foresto screen --list로 이름을 보세요.")
    if save is not None:
        saved_screens.check_name(save)


def save(app: App, name: str, condition: str) -> dict[str, object]:
    """Keep ``condition`` as ``name`` and say so.

    Raises:
        UsageError: the name cannot be one, or the condition cannot be understood.
    """
    with app.engine.begin() as connection:
        row = saved_screens.save(connection, name, saved_screens.condition_of(connection, condition))
    before, now = row["before"], row["condition"]
    changed = f" 전의 조건: {before}." if before not in {None, now} else ""
    watched = " 구성 종목을 새로 기억합니다." if changed and row["is_watched"] else ""
    app.console.line(f"✓ {row['name']}: 조건을 저장했습니다.{changed}{watched}")
    return {"saved": _plain(row) | {"condition_before": before}}


def watch(app: App, name: str, *, is_watched: bool) -> dict[str, object]:
    """Tell which stocks enter and leave from now on, or no longer, and say so.

    Raises:
        UsageError: nothing is saved as ``name``.
    """
    with app.engine.begin() as connection:
        row = saved_screens.watch(connection, name, is_watched=is_watched)
    if not is_watched:
        said = "지켜보기를 그만두었습니다." if row["is_new"] else "지켜보는 조건이 아닙니다."
    elif row["is_new"]:
        said = "알림을 켰습니다. 다음 08:00 알림 때 구성 종목을 기억하고, 그 뒤로 들어오거나 나간 종목을 알립니다."
    else:
        said = "이미 지켜보는 조건입니다."
    app.console.line(f"{'✓' if row['is_new'] else '·'} {row['name']}: {said}")
    return {"watched": _plain(row)}


def delete(app: App, name: str) -> dict[str, object]:
    """Keep it no longer, and say what it was.

    Raises:
        UsageError: nothing is saved as ``name``.
    """
    with app.engine.begin() as connection:
        row = saved_screens.delete(connection, name)
    app.console.line(f"✓ {row['name']}: 저장한 조건을 지웠습니다. 조건: {row['condition']}")
    return {"deleted": _plain(row)}


def listed(app: App) -> Rows:
    """Return the saved conditions."""
    with app.engine.connect() as connection:
        rows = saved_screens.every(connection)
    columns = (
        Column("name", "이름"),
        Column("condition", "조건"),
        Column("is_watched", "지켜봄", Kind.TRUTH),
        Column("told_date", "기억한 거래일", Kind.DAY),
        Column("members", "구성 종목", Kind.NUMBER),
        Column("updated_at", "바꾼 시각", Kind.MOMENT),
    )
    return Rows(columns, [tuple(row[one.name] for one in columns) for row in rows])


def _plain(row: Row) -> dict[str, object]:
    told = row["told_date"]
    return {
        "name": row["name"],
        "condition": row["condition"],
        "is_watched": row["is_watched"],
        "told_date": None if told is None else f"{told}",
        "members": row["members"],
    }
