"""``foresto db export``: tables and views as analysts expect them, in folders that DuckDB, pandas and Spark read.

Numbers are float64, days date32, moments timestamps; prices lie in a folder a year (``year=2026``). No database can be
made of it again: for that there is :mod:`.export`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from foresto_cli.archive import export_folders, parquet, strict
from foresto_cli.archive import manifest as manifests
from foresto_cli.console import Advance
from foresto_cli.errors import UsageError, VerificationFailed
from foresto_cli.settings import private_folder
from foresto_cli.store import copying
from foresto_cli.store.fragments import Fragment, fragment, joined, sql
from foresto_cli.store.tables.more_view_columns import VIEWS

LIST = manifests.ANALYSIS
"""What an export of this kind wrote: the next one into the folder may write over that and nothing else."""
TICKER = re.compile(r"[0-9A-Z]{6}")
DAY, CODE = "trade_date", "ticker"
PRICES = "stock_price_daily"
"""Whose years those of the views are."""
FORMATS = ("parquet", "csv")
_COLUMNS = text(
    "SELECT attname, format_type(atttypid, NULL) AS kind FROM pg_attribute"
    " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)


@dataclass(frozen=True)
class Wanted:
    """What is to be written.

    Attributes:
        names: of tables and views; all without any, of which a bound cuts off those that it cannot be applied to.
        first, last: of the sessions.
        tickers: of the stocks; all without any.
        since: years before this day's are left as an earlier export wrote them.
    """

    names: Sequence[str] = ()
    first: date | None = None
    last: date | None = None
    tickers: Sequence[str] = ()
    since: date | None = None

    @property
    def is_part(self) -> bool:
        """Say whether rows are left out."""
        return bool(self.first or self.last or self.tickers)


@dataclass(frozen=True)
class Part:
    """A file of an export: below its folder, of which table or view, with how many rows."""

    path: str
    name: str
    rows: int


def export(engine: Engine, folder: Path, wanted: Wanted, file_format: str, advance: Advance) -> list[Part]:
    """Write what is wanted below ``folder``, of one moment of the database; return the files.

    Raises:
        UsageError: an unknown name, a ticker that is none, a bound that a table has no column for, or a folder that
            holds something else.
        ConfigError: pyarrow is missing, or the folder cannot be written.
        Busy: another foresto exports into the folder.
    """
    if file_format == "parquet":
        parquet.require()
    _check(wanted)
    private_folder(folder)
    with export_folders.entered(folder, alone=True) as root:
        before = _before(root, folder)
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            connection.execute(text("SET TRANSACTION READ ONLY"))
            pieces = [
                (name, kinds, year)
                for name, kinds in _relations(connection, wanted).items()
                for year in _years(connection, name, kinds, wanted)
            ]
            made = []
            for number, (name, kinds, year) in enumerate(pieces):
                advance(number, len(pieces), name)
                made.append(_part(connection, root, (name, kinds, year), wanted, file_format))
            advance(len(pieces), len(pieces), "")
        kept = [path for path in before if _is_kept(path, wanted)]
        _note(root, [*kept, *(part.path for part in made)])
        for path in set(before) - {*kept, *(part.path for part in made)}:
            export_folders.remove(root, path)
    return made


def names() -> list[str]:
    """Return the tables and views that can be exported."""
    return sorted([*strict.tables(), *VIEWS.tables])


def _check(wanted: Wanted) -> None:
    unknown = sorted(set(wanted.names) - set(names()))
    if unknown:
        raise UsageError(f"내보낼 수 없는 표입니다: {', '.join(unknown)}. foresto sql --tables가 이름을 보여 줍니다.")
    wrong = [one for one in wanted.tickers if not TICKER.fullmatch(one)]
    if wrong:
        raise UsageError(f"--ticker {wrong[0]}: 종목코드 여섯 자리를 적으세요(005930).")
    if wanted.first and wanted.last and wanted.first > wanted.last:
        raise UsageError(f"--from {wanted.first}이 --to {wanted.last}보다 뒤입니다.")


def _before(root: int, folder: Path) -> list[str]:
    there = export_folders.names(root)
    if not there:
        return []
    if manifests.NAME in there:
        raise UsageError(f"{folder}에는 백업이 있습니다. 다른 폴더를 적거나 foresto db backup {folder}를 실행하세요.")
    if LIST not in there:
        raise UsageError(f"{folder}에 다른 파일이 있습니다. 빈 폴더나 전에 내보낸 폴더를 적으세요.")
    try:
        with export_folders.opened(root, LIST) as stream:
            found = json.loads(stream.read(strict.LARGEST_MANIFEST))["files"]
    except (ValueError, KeyError, TypeError):
        raise VerificationFailed(f"{folder}/{LIST}을 읽을 수 없습니다. 빈 폴더에 내보내세요.") from None
    return [path for path in found if isinstance(path, str) and _is_ours(path)]


def _is_ours(path: str) -> bool:
    return re.fullmatch(r"[a-z_][a-z0-9_]*/(year=\d{4}/)?part-0\.(parquet|csv)", path) is not None


def _is_kept(path: str, wanted: Wanted) -> bool:
    """Say whether a file of the export before stays although it was not written now."""
    name, year = path.partition("/")[0], re.search(r"year=(\d{4})", path)
    if wanted.names and name not in wanted.names:
        return True
    return wanted.since is not None and year is not None and int(year[1]) < wanted.since.year


def _note(root: int, paths: Sequence[str]) -> None:
    with export_folders.made(root, LIST) as stream:
        stream.write(json.dumps({"files": sorted(set(paths))}, indent=1).encode())


def _relations(connection: Connection, wanted: Wanted) -> dict[str, dict[str, str]]:
    """Return the columns with their types of each table and view that is wanted."""
    found = {}
    for name in wanted.names or names():
        kinds = {row.attname: row.kind for row in connection.execute(_COLUMNS, {"name": name})}
        missing = [
            (option, column)
            for option, column, is_set in (
                ("--from·--to", DAY, wanted.first or wanted.last),
                ("--ticker", CODE, wanted.tickers),
            )
            if is_set and column not in kinds
        ]
        if missing and wanted.names:
            option, column = missing[0]
            raise UsageError(f"{name}에는 {column} 열이 없어 {option}를 쓸 수 없습니다.")
        if not missing:
            found[name] = {column: kind for column, kind in kinds.items() if parquet.knows(kind)}
    return found


def _years(connection: Connection, name: str, kinds: dict[str, str], wanted: Wanted) -> Iterator[int | None]:
    if DAY not in kinds:
        yield None
        return
    of = PRICES if name in VIEWS.tables else name
    query = sql("SELECT DISTINCT extract(year FROM {day})::int FROM {table} ORDER BY 1", day=DAY, table=of)
    first = max((day.year for day in (wanted.first, wanted.since) if day), default=0)
    last = wanted.last.year if wanted.last else 9999
    years = connection.scalars(query).all()
    if not years:
        # A table without rows is a file too: its columns are known.
        yield None
    yield from (year for year in years if first <= year <= last)


def _part(
    connection: Connection, root: int, piece: tuple[str, dict[str, str], int | None], wanted: Wanted, file_format: str
) -> Part:
    name, kinds, year = piece
    path = strict.path_of(name, year, 0, file_format)
    where = _where(kinds, year, wanted)
    order = [column for column in (DAY, CODE) if column in kinds] or list(kinds)[:1]
    rows = connection.execute(sql("SELECT count(*) FROM {table} WHERE {where}", table=name, where=where)).scalar_one()
    types = {column: "double precision" if kind == "numeric" else kind for column, kind in kinds.items()}
    with (
        export_folders.made(root, path) as stream,
        copying.rows_out(connection, name, kinds, where, order) as blocks,
    ):
        if file_format == "parquet":
            parquet.write(blocks, stream, types, {})
        else:
            stream.writelines(blocks)
    return Part(path, name, rows)


def _where(kinds: dict[str, str], year: int | None, wanted: Wanted) -> Fragment:
    """Return SQL for the rows; days are dates and tickers were checked, so nothing of it is somebody's own SQL."""
    found = [Fragment("TRUE")]
    if year is not None:
        found.append(fragment("{day} BETWEEN '{year}-01-01' AND '{year}-12-31'", day=DAY, year=year))
    if DAY in kinds and wanted.first:
        found.append(fragment("{day} >= '{first}'", day=DAY, first=Fragment(wanted.first.isoformat())))
    if DAY in kinds and wanted.last:
        found.append(fragment("{day} <= '{last}'", day=DAY, last=Fragment(wanted.last.isoformat())))
    if CODE in kinds and wanted.tickers:
        codes = joined(", ", [Fragment(f"'{one}'") for one in wanted.tickers if TICKER.fullmatch(one)])
        found.append(fragment("{code} IN ({codes})", code=CODE, codes=codes))
    return joined(" AND ", found)
