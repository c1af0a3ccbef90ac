"""DART's list of companies (CORPCODE.xml, 112,000 of them), read without keeping what has no ticker."""

from xml.etree import ElementTree as ET

from foresto_cli.errors import BadPayload

LABEL = "DART"
COMPANY = "list"
MOST_FIELDS = 50
LONGEST_FIELD = 10_000
LONGEST_TAG = 1_000_000
"""Bytes from one ``<`` to the next: the parser keeps a whole tag in memory."""
DEEPEST = 5
MOST_COMPANIES = 50_000
"""With a ticker; there are some 3,900."""


class _TooMuch(ValueError):
    """The file goes beyond what is believed."""


class _Companies:
    """Takes the parser's events and builds no tree."""

    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []
        self._company: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0

    def start(self, tag: str, _: dict[str, str]) -> None:
        self._path.append(tag)
        if len(self._path) > DEEPEST or len(self._company) > MOST_FIELDS:
            raise _TooMuch
        self._text, self._length = [], 0

    def data(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST_FIELD:
            raise _TooMuch
        self._text.append(text)

    def end(self, tag: str) -> None:
        self._path.pop()
        if tag == COMPANY:
            if self._company.get("stock_code"):
                self.found.append(self._company)
            if len(self.found) > MOST_COMPANIES:
                raise _TooMuch
            self._company = {}
        elif COMPANY in self._path:
            self._company[tag] = "".join(self._text).strip()
        self._text, self._length = [], 0

    def doctype(self, *_: object) -> None:
        raise _TooMuch

    def close(self) -> None:
        """Nothing is left to do at the end."""


def companies_of(content: bytes) -> list[dict[str, str]]:
    """Return the companies of ``CORPCODE.xml`` that have or had a ticker; a blank one counts as none.

    Raises:
        BadPayload: it is cut off, no such file, or names no company.
    """
    refusal = BadPayload(f"{LABEL}: 회사 목록을 읽을 수 없습니다(XML이 아니거나 잘렸습니다).")
    half = LONGEST_TAG // 2
    if any(content.find(b"<", start, start + half) < 0 for start in range(0, len(content) - half + 1, half)):
        raise refusal
    companies = _Companies()
    parser = ET.XMLParser(target=companies)  # noqa: S314  # no document type, no tree
    try:
        parser.feed(content)
        parser.close()
    # A declared character set that nobody knows is a LookupError or a ValueError.
    except (ET.ParseError, LookupError, ValueError):
        raise refusal from None
    if not companies.found:
        raise BadPayload(f"{LABEL}: 회사 목록에 상장회사가 없습니다.", content[:1_000])
    return companies.found
