"""Words from the database that can be typed on the command line (stocks, indices, tables), kept in a small file.

A shell that completes a word cannot wait for a server to start. Commands that open the database renew the file when it
is older than :data:`LASTS`, and ``foresto --complete`` reads it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from foresto_cli import clock, files

FILE = "known-words.tsv"
LASTS = timedelta(hours=12)
STOCK, ETF, INDEX, TABLE, SCREEN = "stock", "etf", "index", "table", "screen"


class Word(NamedTuple):
    """A word that can be typed.

    Attributes:
        kind: one of the constants above.
        word: the code or name to type.
        said: its name or description; can be typed instead where the command takes names.
    """

    kind: str
    word: str
    said: str


def read(state: Path) -> Iterator[Word]:
    """Yield the words in the file of the state folder, the most likely of each kind first; none without a file."""
    try:
        lines = (state / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines[1:]:
        fields = line.split("\t")
        if len(fields) == len(Word._fields):
            yield Word(*fields)


def is_old(state: Path) -> bool:
    """Return whether the file is missing, unreadable, or older than :data:`LASTS`."""
    try:
        with (state / FILE).open(encoding="utf-8") as stream:
            written = datetime.fromisoformat(stream.readline().strip())
    except (OSError, ValueError):
        return True
    return not clock.is_within(written, LASTS)


def write(state: Path, words: Iterable[Word]) -> None:
    """Write the file anew.

    Raises:
        ConfigError: it cannot be written.
    """
    plain = ("\t".join(" ".join(field.split()) for field in word) for word in words)
    text = "\n".join([clock.wall().isoformat(), *plain, ""])
    with files.made(state / FILE, mode=0o600) as stream:
        stream.write(text.encode("utf-8", "replace"))
