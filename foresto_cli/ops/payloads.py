"""Answers that were not understood, put aside for the operator."""

import os
import re

from foresto_cli import clock
from foresto_cli.app import App
from foresto_cli.errors import BadPayload, ConfigError
from foresto_cli.settings import PRIVATE_FILE, private_folder

LARGEST_PAYLOAD = 1_000_000


def keep_payload(app: App, name: str, error: BadPayload) -> None:
    """Put an answer that was not understood into the state folder: redacted, at most 1 MB, for the operator only.

    Where there is no room for it, that is complained about: the unit has failed either way, and the others go on.
    """
    if not error.payload:
        return
    plain = re.sub(r"[^\w.-]", "_", name)
    file = app.folders.payloads / f"{clock.now():%Y%m%d-%H%M%S}-{plain}.txt"
    body = app.redact(error.payload[:LARGEST_PAYLOAD].decode("utf-8", "replace"))
    try:
        private_folder(file.parent)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as kept:
            kept.write(body)
    except OSError as refusal:
        app.console.complain(f"! 이해하지 못한 응답을 {file} 에 남기지 못했습니다({refusal.strerror}).")
    except ConfigError as refusal:
        app.console.complain(f"! 이해하지 못한 응답을 남기지 못했습니다. {refusal}")
