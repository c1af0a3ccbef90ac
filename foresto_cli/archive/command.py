"""What ``foresto db export`` and ``foresto db backup`` do: which of the two kinds of export is written, and where."""

import tempfile
from pathlib import Path

from foresto_cli.app import App
from foresto_cli.archive import analysis, duckdb_file, manifest
from foresto_cli.archive.analysis import Wanted
from foresto_cli.archive.export import export as exactly
from foresto_cli.errors import UsageError

FOR_SPREADSHEETS = "spreadsheet"


def backup(app: App, folder: Path, file_format: str) -> dict[str, object]:
    """Write everything exactly, so that a database can be made of it again.

    Raises:
        ForestoError: as :func:`foresto_cli.archive.export.export`.
    """
    return _exactly(app, folder, file_format, Wanted(), "백업")


def export(  # noqa: PLR0913  # what, where, how
    app: App, folder: Path | None, wanted: Wanted, file_format: str, *, duckdb: Path | None, exact: bool
) -> dict[str, object]:
    """Write tables and views for analysis; or exactly, as a backup, where that is asked for or what the folder holds.

    Args:
        app: what a command works with.
        folder: where to; None with ``duckdb`` alone.
        wanted: which tables, views and rows.
        file_format: ``parquet``, ``csv``, or ``spreadsheet``.
        duckdb: a DuckDB file that is made of it.
        exact: decimals instead of float64.

    Raises:
        UsageError: what cannot be together.
        ForestoError: as the two kinds of export.
    """
    if folder is None and duckdb is None:
        raise UsageError("내보낼 폴더나 --duckdb 파일을 적으세요: foresto db export 폴더")
    is_backup = folder is not None and (folder / manifest.NAME).is_file()
    if (
        duckdb is None
        and folder is not None
        and (exact or is_backup or (file_format != "parquet" and not wanted.is_part))
    ):
        if wanted.is_part:
            raise UsageError("--from, --to, --ticker는 --exact나 백업 폴더와 함께 쓸 수 없습니다. 새 폴더를 적으세요.")
        return _exactly(app, folder, file_format, wanted, "내보내기")
    if exact or (duckdb is not None and file_format != "parquet"):
        raise UsageError("--duckdb는 --exact나 --format csv와 함께 쓸 수 없습니다.")
    if file_format not in analysis.FORMATS:
        raise UsageError("--format은 parquet 또는 csv입니다. --spreadsheet-safe는 --from, --to, --ticker 없이 씁니다.")
    if duckdb is not None:
        duckdb_file.require()
    if folder is not None:
        return _for_analysis(app, folder, wanted, file_format, duckdb)
    with tempfile.TemporaryDirectory(prefix="foresto-") as made:
        found = _for_analysis(app, Path(made) / "export", wanted, file_format, duckdb)
    return found | {"folder": None, "files": []}


def _for_analysis(app: App, folder: Path, wanted: Wanted, file_format: str, duckdb: Path | None) -> dict[str, object]:
    with app.console.progress("내보내기") as advance:
        parts = analysis.export(app.engine, folder, wanted, file_format, advance)
    rows = sum(part.rows for part in parts)
    found: dict[str, object] = {"folder": f"{folder}", "rows": rows, "exact": False}
    found["files"] = [{"path": part.path, "rows": part.rows} for part in parts]
    if duckdb is None:
        app.console.line(
            f"✓ {folder}: 파일 {len(parts):,}개, {rows:,}행({file_format}). 되돌릴 백업은 foresto db backup."
        )
        return found
    tables = duckdb_file.write(duckdb, folder, parts)
    app.console.line(f"✓ {duckdb}: 표 {tables:,}개, {rows:,}행(DuckDB).")
    return found | {"duckdb": f"{duckdb}", "tables": tables}


def _exactly(app: App, folder: Path, file_format: str, wanted: Wanted, label: str) -> dict[str, object]:
    with app.console.progress(label) as advance:
        written = exactly(app.engine, folder, file_format, tables=wanted.names, since=wanted.since, advance=advance)
    rows = sum(part.rows for part in written.parts)
    app.console.line(f"✓ {folder}: 파일 {len(written.parts):,}개, {rows:,}행({written.format}).")
    files = [{"path": part.path, "rows": part.rows} for part in written.parts]
    return {"folder": f"{folder}", "rows": rows, "exact": True, "files": files}
