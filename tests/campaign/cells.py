"""What a cell of the matrix is: one question struck by one fault, and what became of it."""

from collections import Counter
from dataclasses import dataclass, field

from foresto_cli.sandbox.faults import Fault

PLACES = ("first", "middle", "last")


@dataclass(frozen=True)
class Question:
    """One request of a clean run, by which the same one is known in a run with a fault."""

    host: str
    path: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Struck(Fault):
    """A fault that strikes one question, however often it is asked and on whichever route."""

    question: Question | None = None

    def matches(self, request) -> bool:
        """Return whether this is the question."""
        # The two routes of the open data differ in their paths alone.
        asked = question_of(request)
        other_route = self.host.endswith("data.go.kr")
        return super().matches(request) and (
            asked == self.question or (other_route and asked.fields == self.question.fields)
        )


@dataclass
class Cell:
    """What became of one data set under one fault at one place.

    Attributes:
        kind: of the fault.
        place: first, middle or last question.
        exit_code: of the run.
        outcome: its word.
        ledger: units of the data set by state.
        before: rows stored before the run.
        after: rows stored after it.
        alerts: kinds of alert that were raised.
        left_out: impossible rows that were left out and named in the result.
        believed: rows with other content than the right one that were taken for right.
        wrong: what must not happen.
    """

    kind: str
    place: str
    exit_code: int = 0
    outcome: str = ""
    ledger: Counter = field(default_factory=Counter)
    before: int = 0
    after: int = 0
    alerts: list[str] = field(default_factory=list)
    left_out: int = 0
    believed: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return the cell of the table."""
        units = ", ".join(f"{count} {state}" for state, count in sorted(self.ledger.items())) or "-"
        text = f"{self.exit_code} {self.outcome} · {units} · {self.before}→{self.after}"
        text += f" · {', '.join(self.alerts)}" if self.alerts else ""
        text += f" · {self.left_out} left out" if self.left_out else ""
        text += f" · {self.believed} believed" if self.believed else ""
        return text + (f" · **WRONG: {'; '.join(self.wrong)}**" if self.wrong else "")


@dataclass
class State:
    """What is stored: rows of the market by content, and the units of one data set with their state."""

    rows: Counter
    units: dict[str, str]


def question_of(request) -> Question:
    """Return the question that a request of the sandbox is."""
    return Question(request.host, request.path, tuple(sorted(request.fields.items())))
