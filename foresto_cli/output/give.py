"""Prints or writes a result in the requested form; every command that shows rows uses it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from foresto_cli import files
from foresto_cli.console import Console
from foresto_cli.errors import UsageError
from foresto_cli.output import as_csv, as_excel, as_json, as_parquet, on_screen
from foresto_cli.output.rows import Rows

STDOUT = "-"


@dataclass(frozen=True)
class Form:
    """The requested form of a result; without a file it goes to the terminal, or into the ``--json`` object.

    Attributes:
        csv: a file, or ``-`` for standard output.
        xlsx: a file.
        parquet: a file.
        spreadsheet_safe: whether the CSV is for a spreadsheet.
        everything: whether all rows are printed on a terminal.
    """

    csv: str | None = None
    xlsx: str | None = None
    parquet: str | None = None
    spreadsheet_safe: bool = False
    everything: bool = False

    @property
    def keeps_stdout(self) -> bool:
        """Return whether standard output is reserved for the file; messages then go to standard error."""
        return self.csv == STDOUT

    def check(self, *, as_json: bool) -> None:
        """Check that the form is possible.

        Raises:
            UsageError: there are two forms, or one that cannot go to standard output.
            ConfigError: pyarrow is missing.
        """
        named = [name for name in ("csv", "xlsx", "parquet") if getattr(self, name) is not None]
        if len(named) > 1:
            raise UsageError(f"{' '.join(f'--{name}' for name in named)}: 파일은 한 번에 하나만 쓸 수 있습니다.")
        if self.spreadsheet_safe and self.csv is None:
            raise UsageError("--spreadsheet-safe는 --csv와 함께 씁니다. 엑셀 파일은 --xlsx 파일.")
        if self.keeps_stdout and as_json:
            raise UsageError("--csv -와 --json은 둘 다 표준 출력에 씁니다. 하나만 적거나 --csv 파일로 쓰세요.")
        if STDOUT in {self.xlsx, self.parquet}:
            raise UsageError(f"--{named[0]}에는 파일 이름을 적으세요. 표준 출력에는 --csv -만 쓸 수 있습니다.")
        if self.parquet is not None:
            as_parquet.require()


def give(console: Console, rows: Rows, form: Form, title: str = "") -> dict[str, object]:
    """Print or write ``rows`` as ``form`` says; return the other fields of the ``--json`` object.

    A file is written completely or not at all. With ``--json`` and without a file, the rows are printed here as
    ``rows`` of the object that the end of the command completes.

    Raises:
        UsageError: as :meth:`Form.check`, or there is more than the form can hold.
        ConfigError: the file cannot be written.
    """
    form.check(as_json=console.as_json)
    found: dict[str, object] = {"columns": [column.name for column in rows.columns]}
    if form.keeps_stdout:
        written = as_csv.pieces(rows, spreadsheet_safe=form.spreadsheet_safe)
        return found | {"count": console.file(written)}
    for target, write in _files(rows, form):
        count = _written(target, write)
        console.line(f"✓ {target}: {count:,}행.")
        return found | {"file": str(target), "count": count}
    if console.as_json:
        return found | {"count": console.rows(as_json.pieces(rows))}
    return found | {"count": on_screen.show(console, title, rows, everything=form.everything)}


def _files(rows: Rows, form: Form) -> list[tuple[Path, Callable[[BinaryIO], int]]]:
    def as_text(stream: BinaryIO) -> int:
        count = 0
        for number, piece in as_csv.pieces(rows, spreadsheet_safe=form.spreadsheet_safe):
            stream.write(piece.encode())
            count += number
        return count

    writers: list[tuple[str | None, Callable[[BinaryIO], int]]] = [
        (form.csv, as_text),
        (form.xlsx, lambda stream: as_excel.write(rows, stream)),
        (form.parquet, lambda stream: as_parquet.write(rows, stream)),
    ]
    return [(Path(name), write) for name, write in writers if name is not None]


def _written(target: Path, write: Callable[[BinaryIO], int]) -> int:
    mask = os.umask(0)
    os.umask(mask)
    with files.made(target, mode=0o666 & ~mask) as stream:
        return write(stream)
