"""Logging to a rotating file in the state folder, with every secret taken out before it is written."""

import logging
import sys
from collections.abc import Callable
from datetime import datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from textwrap import indent
from types import TracebackType

from foresto_cli import harmless
from foresto_cli.clock import KST
from foresto_cli.errors import ConfigError
from foresto_cli.redactor import HIDDEN, Redactor
from foresto_cli.settings import PRIVATE_FILE, private_folder

__all__ = ["HIDDEN", "Redactor", "start"]

Excepted = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
MAX_BYTES = 2_000_000
KEPT_FILES = 5
LONGEST_ENTRY = MAX_BYTES // 4
"""Characters of a message, which may take three bytes each: one entry never fills a file."""


class _RedactingFormatter(logging.Formatter):
    """Formats a record, traceback included, and redacts the whole; what is quoted begins no line and is only text."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:
        # Redacted before it is cut, or half a secret would stay.
        return harmless.line(self._redact(super().formatMessage(record)), LONGEST_ENTRY)

    def formatException(self, ei: Excepted) -> str:
        return _quoted(self._redact(super().formatException(ei)))

    def formatStack(self, stack_info: str) -> str:
        return _quoted(self._redact(super().formatStack(stack_info)))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002  # stdlib name
        return datetime.fromtimestamp(record.created, KST).isoformat(timespec="milliseconds")


def _quoted(text: str) -> str:
    """Return several lines of which none begins as an entry of the log does."""
    return indent(harmless.lines(text), "  ")


class _PrivateRotatingFileHandler(RotatingFileHandler):
    """A rotating file for the operator only; when it cannot be written, that is told once and work goes on."""

    def __init__(self, file: Path, complain: Callable[[str], None]) -> None:
        self._complain = complain
        self._has_complained = False
        super().__init__(file, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="backslashreplace")

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        Path(self.baseFilename).chmod(PRIVATE_FILE)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002  # stdlib name
        # A boundary, whatever went wrong; and the stdlib prints the record as it is, secrets and all.
        self._tell(sys.exception())

    def close(self) -> None:
        # What could not be written is tried again here, when nobody catches it any more.
        try:
            super().close()
        # A boundary, as above.
        except Exception as error:  # noqa: BLE001  # the log is what fails here
            self._tell(error)

    def _tell(self, error: BaseException | None) -> None:
        if not self._has_complained:
            self._has_complained = True
            self._complain(f"! 로그 {self.baseFilename}에 쓸 수 없습니다({_reason(error)}). 로그 없이 계속합니다.")


def _reason(error: BaseException | None) -> str:
    return getattr(error, "strerror", None) or type(error).__name__


def start(folder: Path, level: str, redact: Redactor, complain: Callable[[str], None]) -> None:
    """Send all logging to ``folder/foresto.log`` (2 MB, five older files kept), redacted; nothing to the terminal.

    Args:
        folder: where the files are.
        level: of the messages that are kept.
        redact: takes the secrets out of each message.
        complain: is told, once, that the file cannot be opened or written: work goes on without a log.
    """
    file = folder / "foresto.log"
    handler: logging.Handler
    try:
        private_folder(folder)
        handler = _PrivateRotatingFileHandler(file, complain)
    except (OSError, ConfigError) as error:
        # Without any handler Python would print warnings as they are.
        handler = logging.NullHandler()
        reason = f"{error}" if isinstance(error, ConfigError) else _reason(error)
        complain(f"! 로그 {file}을 열 수 없습니다({reason}). 로그 없이 계속합니다. 소유자와 권한을 확인하세요.")
    handler.setFormatter(_RedactingFormatter(redact))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("foresto_cli").setLevel(level)
    # Libraries log URLs (with keys) at DEBUG; nobody needs those.
    for library in ("urllib3", "matplotlib", "yfinance", "peewee"):
        logging.getLogger(library).setLevel(logging.WARNING)
    # Apprise quotes the operator's addresses at every level; what became of a message is said by us.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
