"""JSON, XML and CSV read within bounds: what a megabyte of text becomes in memory is counted before it is made.

A body is at most as large as its policy says, but two bytes of JSON can become sixty-four of memory. The limits here
are several times what the largest honest answer has (10,000 rows of 15 fields), and keep a hostile one below 200 MB.
"""

import json
from xml.etree import ElementTree as ET

from foresto_cli.errors import BadPayload

MOST_CONTAINERS = 200_000
"""Objects and lists in one JSON answer."""
MOST_VALUES = 800_000
"""Members and elements in one JSON answer, cells in one CSV file."""
MOST_FIELDS = 200
"""Names that the rows of one list may have between them; a table of 50,000 rows and as many columns is no table."""
MOST_LINES = 100_000
MOST_CELLS = 1_000
"""Commas in one line of a CSV file; texts in quotation marks have some of their own."""
LONGEST_TEXT = 2_000_000
"""Bytes of one text; shorter ones that are too long for their column are left out row by row."""
MOST_ELEMENTS = 300_000
"""Elements and attributes in one XML answer."""
DEEPEST = 40
MOST_PIECES = 500_000
"""Pieces of text between the elements of one XML answer."""


class _TooMuch(ValueError):
    """A document goes beyond what is believed."""


def json_value(content: bytes, label: str) -> object:
    """Return what the JSON ``content`` holds.

    Raises:
        BadPayload: not JSON, cut off, wrongly encoded, nested too deep, too many values, or a number of thousands of
            digits.
    """
    refuse_long_text(content, label)
    if content.count(b"{") + content.count(b"[") > MOST_CONTAINERS or content.count(b",") > MOST_VALUES:
        raise BadPayload(f"{label}: 응답에 항목이 너무 많습니다.", content)
    try:
        return json.loads(content)
    # Not only JSONDecodeError: a number of thousands of digits is refused by int itself.
    except (ValueError, RecursionError):
        raise BadPayload(f"{label}: 응답을 읽을 수 없습니다(JSON이 아니거나 잘렸습니다).", content) from None


def refuse_ragged(found: object, label: str, content: bytes) -> None:
    """Let pass what a library may make a table of: each list of objects has a few names between them.

    Raises:
        BadPayload: they have so many that the table would not fit into memory.
    """
    left = [found]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += [member for member in value.values() if isinstance(member, dict | list)]
        elif isinstance(value, list):
            names: set[str] = set()
            for row in value:
                names.update(row if isinstance(row, dict) else ())
                if len(names) > MOST_FIELDS:
                    raise BadPayload(f"{label}: 응답의 행마다 항목의 이름이 다릅니다.", content)


def refuse_long_text(content: bytes, label: str) -> None:
    """Let pass what has no single text of more than :data:`LONGEST_TEXT`.

    Raises:
        BadPayload: it has.
    """
    # A run that long holds a whole window of half its length, so a look for the end of a text in each is enough.
    window = LONGEST_TEXT // 2
    for start in range(0, len(content) - window + 1, window):
        if content.find(b'"', start, start + window) < 0:
            raise BadPayload(f"{label}: 응답의 한 항목이 너무 깁니다.", content)


def refuse_wide_csv(content: bytes, label: str) -> None:
    """Let a CSV file pass that a library may make a table of.

    Raises:
        BadPayload: too many lines or cells, in all or in one line.
    """
    if content.count(b"\n") + content.count(b"\r") > MOST_LINES or content.count(b",") > MOST_VALUES:
        raise BadPayload(f"{label}: 파일에 행이나 칸이 너무 많습니다.", content)
    if any(line.count(b",") > MOST_CELLS for line in content.splitlines()):
        raise BadPayload(f"{label}: 파일의 한 행에 칸이 너무 많습니다.", content)


class _Counted(ET.TreeBuilder):
    """Builds a tree and counts what goes into it."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = self._elements = self._pieces = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> ET.Element:
        self._depth += 1
        self._elements += 1 + len(attrs)
        if self._depth > DEEPEST or self._elements > MOST_ELEMENTS:
            raise _TooMuch
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> ET.Element:
        self._depth -= 1
        return super().end(tag)

    def data(self, data: str, /) -> None:
        self._pieces += 1
        if self._pieces > MOST_PIECES:
            raise _TooMuch
        super().data(data)

    def doctype(self, *_: object) -> None:
        raise _TooMuch


def xml_root(content: bytes, label: str) -> ET.Element:
    """Return the root element of an XML answer; with a document type, and so with entities, it is none.

    Raises:
        BadPayload: not well-formed, with a document type, of an unknown character set, too deep, or too much.
    """
    try:
        return ET.fromstring(content, ET.XMLParser(target=_Counted()))  # noqa: S314  # no document type, counted
    # A declared character set that nobody knows is a LookupError or a ValueError.
    except (ET.ParseError, LookupError, ValueError):
        raise BadPayload(f"{label}: 응답을 읽을 수 없습니다(XML이 아니거나 잘렸습니다).", content) from None
