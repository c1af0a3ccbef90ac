"""Questions and answers: every one can be passed over with Enter, and with ``--yes`` every one is."""

import signal
from dataclasses import dataclass

from foresto_cli import wide
from foresto_cli.console import Console
from foresto_cli.errors import Interrupted
from foresto_cli.settings import checks

YES = frozenset({"y", "yes", "예", "네", "ㅛ"})
MARGIN = "  "


@dataclass(frozen=True)
class Talk:
    """A conversation.

    Attributes:
        console: where it takes place.
        is_silent: nobody is asked; every question is passed over.
    """

    console: Console
    is_silent: bool

    def say(self, text: str = "") -> None:
        """Print one line, on a terminal as several where it is too long."""
        whole = f"{MARGIN}{text}" if text else ""
        for line in wide.wrap(whole, self.console.width) if self.console.is_terminal else [whole]:
            self.console.line(line)

    def title(self, text: str) -> None:
        """Begin a part."""
        self.console.line()
        self.console.strong(text)

    def ask(self, question: str, *, hidden: bool = False) -> str:
        """Return what is typed, or nothing for Enter.

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
        """Return whether the answer is yes; Enter is no."""
        return self.ask(f"{question} [y/N]").lower() in YES

    def value(self, name: str, what: str, *, hidden: bool) -> str:
        """Return a value that can be one of the setting ``name``, or nothing for Enter; one that cannot is asked again.

        Raises:
            Interrupted: the input has ended.
        """
        while typed := self.ask(f"{name} ({what}):", hidden=hidden):
            try:
                found = checks.OF[name.lower()](typed)
            except checks.Wrong as wrong:
                self.console.complain(f"{MARGIN}! {name}{wrong}.")
                continue
            if hidden:
                self.say(f"{len(found)}자를 받았습니다.")
            return found
        return ""
