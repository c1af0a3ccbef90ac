"""What an export holds: one JSON file beside the data, enough to trust it and to build a database from it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from foresto_cli.errors import UsageError

NAME = "manifest.json"
LAYOUT = 1
"""Raised when files of an older export could not be read any more."""
CHUNK = 1_048_576


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
    """

    path: str
    table: str
    year: int | None
    rows: int
    first_day: str | None
    last_day: str | None
    state: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """An export as a whole.

    Attributes:
        revision: of the database's tables.
        world: ``real`` or ``sandbox``; an import never mixes the two.
        format: ``parquet`` or ``csv``.
        exported_at: KST wall time.
        columns: column → PostgreSQL type, by table.
        parts: the files.
        layout: of the export itself.
    """

    revision: str
    world: str
    format: str
    exported_at: str
    columns: dict[str, dict[str, str]]
    parts: list[Part] = field(default_factory=list)
    layout: int = LAYOUT


def write(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest of ``folder`` in one step."""
    partial = folder / f".{NAME}.partial"
    partial.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), "utf-8")
    partial.replace(folder / NAME)


def read(folder: Path) -> Manifest:
    """Return the manifest of ``folder``.

    Raises:
        UsageError: there is none, or it is not one of ours.
    """
    try:
        found: dict[str, Any] = json.loads((folder / NAME).read_text("utf-8"))
        manifest = Manifest(**{**found, "parts": [Part(**part) for part in found["parts"]]})
    except OSError as error:
        raise UsageError(f"{folder / NAME} 을 읽을 수 없습니다({error.strerror}). 내보낸 폴더를 적으세요.") from None
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{folder / NAME} 은 foresto 가 내보낸 목록이 아닙니다.") from None
    if manifest.layout != LAYOUT:
        raise UsageError(f"이 내보내기의 형식({manifest.layout})은 이 판의 foresto 가 읽지 못합니다.")
    return manifest


def checksum(file: Path) -> str:
    """Return the SHA-256 of ``file``, read in pieces."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
