"""What ``foresto doctor`` says about one precondition."""

from dataclasses import dataclass

OK, NOTE, WRONG = "ok", "note", "wrong"


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
