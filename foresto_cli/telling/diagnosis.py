"""What ``foresto doctor`` says about one precondition, and how each is examined by itself."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from foresto_cli.errors import ConfigError, ForestoError, Interrupted, exit_code_of
from foresto_cli.store.engine import explained

log = logging.getLogger(__name__)

OK, NOTE, WRONG = "ok", "note", "wrong"
GRAVEST_FIRST = (ConfigError.exit_code, 69, 65, 75)
"""Exit codes of what is wrong: what only the operator can put right comes first."""


@dataclass(frozen=True)
class Diagnosis:
    """One precondition.

    Attributes:
        name: what was looked at.
        state: ``ok``, ``note`` (works, but know this) or ``wrong``.
        text: what was found, and what to do.
        exit_code: what a run would exit with because of it.
    """

    name: str
    state: str
    text: str
    exit_code: int = 0


Examination = tuple[str, Callable[[], Iterable[Diagnosis]]]
"""What is looked at, and what looks."""


def each(redact: Callable[[str], str], *examinations: Examination) -> Iterator[Diagnosis]:
    """Examine each thing by itself: what goes wrong in one is its own finding, and the others go on.

    Raises:
        Interrupted: the process was asked to stop.
    """
    for name, look in examinations:
        try:
            with explained():
                yield from look()
        except Interrupted:
            raise
        except ForestoError as error:
            yield Diagnosis(name, WRONG, redact(str(error)), _code(error))
        # A boundary: whatever an examination meets, even a bug of ours, is what it found.
        except Exception as error:
            log.exception("examination of %s", name)
            said = f"살피지 못했습니다({type(error).__name__}: {error}). 자세한 내용은 로그에 있습니다."
            yield Diagnosis(name, WRONG, redact(said), ConfigError.exit_code)


def gravest(found: Iterable[Diagnosis]) -> int:
    """Return the exit code of the gravest thing wrong; 0 when nothing is."""
    codes = {diagnosis.exit_code or ConfigError.exit_code for diagnosis in found if diagnosis.state == WRONG}
    return next((code for code in GRAVEST_FIRST if code in codes), min(codes, default=0))


def _code(error: ForestoError) -> int:
    code = exit_code_of(error)
    return ConfigError.exit_code if code == ForestoError.exit_code else code
