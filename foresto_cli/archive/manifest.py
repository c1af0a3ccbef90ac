"""What an export holds: one JSON file beside the data, enough to trust it and to build a database from it."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from foresto_cli.archive import export_folders, strict
from foresto_cli.errors import UsageError, VerificationFailed

NAME = "manifest.json"
ANALYSIS = "export.json"
"""What lies there instead in an export for analysis, of which no database can be made."""


@dataclass(frozen=True)
class Part:
    """One file of an export.

    Attributes:
        path: below the export's folder.
        table: whose rows it holds.
        year: partition, for tables of many days.
        rows: how many.
        first_day: oldest day in it, if the table has days.
        last_day: newest day in it.
        state: fingerprint of the rows in the database, by which the next export knows that nothing changed.
        sha256: of the file.
        size: of the file in bytes; exports of earlier versions do not say it.
    """

    path: str
    table: str
    year: int | None
    rows: int
    first_day: str | None
    last_day: str | None
    state: str
    sha256: str
    size: int | None = None


@dataclass(frozen=True)
class Manifest:
    """An export as a whole.

    Attributes:
        revision: of the database's tables.
        world: ``real`` or ``sandbox``; an import never mixes the two.
        format: ``parquet`` or ``csv``.
        exported_at: KST wall time.
        columns: column → PostgreSQL type, by table.
        places: decimal places of the ``numeric`` columns, by table, the same in all of its files; Parquet's alone, and
            not said by exports of earlier versions.
        parts: the files.
        layout: of the export itself.
    """

    revision: str
    world: str
    format: str
    exported_at: str
    columns: dict[str, dict[str, str]]
    places: dict[str, dict[str, int]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    layout: int = strict.LAYOUT


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of ``folder`` in one step.

    Raises:
        UsageError, ConfigError: as :func:`folders.entered` and :func:`folders.made`.
    """
    with export_folders.entered(folder, alone=False) as root:
        put(root, manifest)


def put(root: int, manifest: Manifest) -> None:
    """Replace the manifest of the folder with the descriptor ``root`` in one step.

    Raises:
        UsageError, ConfigError: as :func:`folders.made`.
    """
    with export_folders.made(root, NAME) as stream:
        stream.write(json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode())


def read(folder: Path) -> Manifest:
    """Return the manifest of ``folder``.

    Raises:
        UsageError: there is none, or it is not one of ours.
    """
    with export_folders.entered(folder, alone=False) as root:
        return found(root, folder)


def found(root: int, folder: Path) -> Manifest:
    """Return the manifest in the folder with the descriptor ``root``, called ``folder`` in messages.

    Raises:
        UsageError: there is none, or it is not one of ours.
    """
    if ANALYSIS in export_folders.names(root):
        raise UsageError(f"{folder}는 분석용 내보내기라 되돌릴 수 없습니다. foresto db backup 폴더로 쓴 것을 적으세요.")
    try:
        with export_folders.opened(root, NAME) as stream:
            content = stream.read(strict.LARGEST_MANIFEST + 1)
    except (VerificationFailed, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else "없거나 읽히지 않음"
        raise UsageError(f"{folder / NAME}을 읽을 수 없습니다({reason}). 내보낸 폴더를 적으세요.") from None
    said = strict.checked(content, f"{folder / NAME}")
    return Manifest(**{**said, "parts": [Part(**part) for part in said["parts"]]})


def is_whole(root: int, part: Part) -> bool:
    """Say whether the file of ``part`` is there and the one that the manifest speaks of.

    Raises:
        UsageError: it is a link or a device, or reached through one.
    """
    try:
        with export_folders.opened(root, part.path) as stream:
            is_long = part.size in {None, os.fstat(stream.fileno()).st_size}
            return is_long and export_folders.checksum(stream) == part.sha256
    except (VerificationFailed, OSError):
        return False


def checksum(file: Path) -> str:
    """Return the SHA-256 of ``file``, read in pieces."""
    with file.open("rb") as stream:
        return export_folders.checksum(stream)
