"""The pages for people as tests read them: their text, what stands in code spans, and which commands there are."""

import re
import tomllib

import typer
from support import ROOT

from foresto_cli import errors
from foresto_cli.cli import app

READMES = ("README.md", "README.ko.md")
GUIDES = ("docs/guide.md", "docs/guide.ko.md")
PAGES = sorted(
    str(file.relative_to(ROOT))
    for file in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")]
)
COMMAND = typer.main.get_command(app())


def page(name):
    return (ROOT / name).read_text(encoding="utf-8")


def prose(name):
    """Return the text of a page without its blocks of code, what the program writes into it, and where links lead."""
    text = re.sub(r"^ *```.*?^ *```", "", page(name), flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"<!-- (?:data-sets|steps) -->.*?<!-- end -->", "", text, flags=re.DOTALL)
    return re.sub(r"\]\([^)]*\)", "]", text)


def spans(name):
    """Return what stands in code within the sentences of a page."""
    return re.findall(r"`([^`\n]+)`", prose(name))


def commands(node, path=()):
    """Yield every command that does something, with its path."""
    children = getattr(node, "commands", None)
    if children is None:
        yield " ".join(path), node
    else:
        for name, child in children.items():
            yield from commands(child, (*path, name))


EVERY = dict(commands(COMMAND))
EXIT_CODES = {0, 3, 129, 130, 143} | {
    kind.exit_code for kind in vars(errors).values() if isinstance(kind, type) and hasattr(kind, "exit_code")
}
"""What a process may end with."""


def unchecked(kind):
    """Return what no code can confirm: the word or phrase → why."""
    return tomllib.loads(page("tests/project/unchecked.toml"))[kind]
