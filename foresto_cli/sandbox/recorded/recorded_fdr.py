"""Recorded files of the FDR cache: ``{listing_krx,desc,delisting}/DAY.csv.gz`` and ``index/year_NAME_YEAR.csv.gz``."""

import gzip
from datetime import date
from pathlib import Path

from foresto_cli.sandbox.wire import TEXT, Answer

FOLDERS = {"listing/krx": "listing_krx", "listing/desc": "desc", "listing/delisting": "delisting"}


def newest_listing(folder: Path, today: date) -> date:
    """Return the day of the newest recorded listing not after ``today``; the oldest one if all are later.

    Raises:
        FileNotFoundError: no listing was recorded at all.
    """
    days = sorted(
        date.fromisoformat(path.name.removesuffix(".csv.gz"))
        for path in (folder / "fdr_cache/listing_krx").glob("*.csv.gz")
    )
    if not days:
        raise FileNotFoundError(folder / "fdr_cache/listing_krx")
    return max((day for day in days if day <= today), default=days[0])


def file(folder: Path, kind: str, name: str) -> Answer | None:
    """Return the recorded file ``data/KIND/NAME.csv`` of the cache; None if there is none."""
    if kind.startswith("index/"):
        path = folder / "fdr_cache/index" / f"{kind.removeprefix('index/')}_{name}.csv.gz"
    else:
        path = folder / "fdr_cache" / FOLDERS.get(kind, "none") / f"{name}.csv.gz"
    return Answer(gzip.decompress(path.read_bytes()), content_type=TEXT) if path.exists() else None
