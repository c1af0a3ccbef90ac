"""Questions and answers: Enter skips a question, and ``--yes`` skips all of them."""

import signal
from dataclasses import dataclass

from foresto_cli import wide
from foresto_cli.console import Console
from foresto_cli.errors import Interrupted
from foresto_cli.settings import impossible, setting_checks

YES = frozenset({"y", "yes", "예", "네", "ㅛ"})
MARGIN = "  "


@dataclass(frozen=True)
class Talk:
    """A conversation.

    Attributes:
        console: prints and reads.
        is_silent: True when every question is skipped without being asked.
    """

    console: Console
    is_silent: bool

    def say(self, text: str = "") -> None:
        """Print a line; a terminal gets several where it is too long."""
        whole = f"{MARGIN}{text}" if text else ""
        for line in wide.wrap(whole, self.console.width) if self.console.is_terminal else [whole]:
            self.console.line(line)

    def title(self, text: str) -> None:
        """Print the heading of a section."""
        self.console.line()
        self.console.strong(text)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return what is typed; an empty text for Enter.

        Raises:
            Interrupted: the input has ended.
        """
        if self.is_silent:
            return ""
        answer = self.console.ask(f"{MARGIN}{question}", hidden=hidden)
        if answer is None:
            raise Interrupted(signal.SIGINT)
        return answer.strip()

    def agree(self, question: str) -> bool:
        """Return whether the answer is yes; Enter means no.

        Raises:
            Interrupted: the input has ended.
        """
        return self.ask(f"{question} [y/N]").lower() in YES

    def value(self, name: str, what: str, *, hidden: bool) -> str:
        """Ask for the setting ``name`` until the answer is valid; return it, or an empty text for Enter.

        Raises:
            Interrupted: the input has ended.
        """
        while typed := self.ask(f"{name} ({what}):", hidden=hidden):
            try:
                found = setting_checks.OF[name.lower()](typed)
            except impossible.Wrong as wrong:
                self.console.complain(f"{MARGIN}! {name}{wrong}.")
                continue
            if hidden:
                self.say(f"{len(found)}자를 받았습니다.")
            return found
        return ""
