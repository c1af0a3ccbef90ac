"""The pages of the documentation site, as MkDocs is to read them; a hook of ``mkdocs.yml``.

On GitHub ``page.md`` is English and ``page.ko.md`` Korean. The plugin for languages takes a page without a suffix for
the default language, which is Korean. So the pages are copied to a folder beside the site, with a suffix for each
language, and links to files outside ``docs`` (README, LICENSE) lead to copies within the site. Nothing is fetched.
"""

import os
import re
import shutil
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
OUTSIDE = {
    "README.md": "readme.md",
    "README.ko.md": "readme.ko.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/README.md": "benchmarks.md",
    "benchmarks/RESULTS.md": "benchmark-results.md",
    "tests/campaign/fault-matrix.md": "fault-matrix.md",
}
"""Pages of the repository outside ``docs``, and their names in the site."""
FILES = "files"
"""Folder of the site for files that are not pages."""
STYLE = "site.css"
WRITTEN: list[Path] = []
"""Folders with copies of this process."""
FENCE = re.compile(r"^(?: {0,3})(```|~~~)")
LINK = re.compile(r"\[([^\[\]]+)\]\(([^)\s]+)\)")
ITEM = re.compile(r"^(?:[-*+]|\d+\.) ")
NESTED = re.compile(r"^ {2,3}(?=[-*+] )")


def on_config(config):  # noqa: ANN001, ANN201 - called by MkDocs, whose types are not installed everywhere
    """Copy the pages and let MkDocs read the copies."""
    folder = Path(config.site_dir)
    pages = folder.with_name(f"{folder.name}-pages")
    if config.docs_dir != str(pages):  # MkDocs asks again for the second language
        write(pages)
        config.docs_dir = str(pages)
        WRITTEN.append(pages)
    return config


def on_shutdown():  # noqa: ANN201 - as above
    """Delete the copies."""
    for folder in WRITTEN:
        shutil.rmtree(folder, ignore_errors=True)


def on_serve(server, config, builder):  # noqa: ANN001, ANN201, ARG001 - as above
    """Watch the original pages instead of the copies, which change with every build."""
    server.unwatch(config.docs_dir)
    for folder in sorted({str((ROOT / source).parent) for source in sources()} - {str(ROOT)}):
        server.watch(folder)
    return server


def sources() -> dict[str, str]:
    """Return every page: its path in the repository → its path in the site, without a suffix for English."""
    docs = ROOT / "docs"
    return {f"docs/{file.relative_to(docs)}": f"{file.relative_to(docs)}" for file in docs.rglob("*.md")} | OUTSIDE


def write(folder: Path) -> None:
    """Write all pages below ``folder``, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = sources()
    for source, page in pages.items():
        written = folder / staged(page, pages)
        written.parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / source).read_text(encoding="utf-8")
        written.write_text(_Page(source, page, pages, folder).as_mkdocs_reads_it(text), encoding="utf-8")
    shutil.copyfile(ROOT / "docs" / STYLE, folder / STYLE)


def is_korean(page: str) -> bool:
    """Return whether a page is the Korean one of two."""
    return page.endswith(".ko.md")


def plain(page: str) -> str:
    """Return the name of a page without its language."""
    return page.replace(".ko.md", ".md")


def has_both(page: str, pages: dict[str, str]) -> bool:
    """Return whether there is a page in each language."""
    return {plain(page), plain(page).replace(".md", ".ko.md")} <= set(pages.values())


def staged(page: str, pages: dict[str, str]) -> str:
    """Return the name of the copy: with ``.en`` where there is a Korean page too."""
    return page if is_korean(page) or not has_both(page, pages) else page.replace(".md", ".en.md")


class _Page:
    """One page and the targets of its links."""

    def __init__(self, source: str, page: str, pages: dict[str, str], folder: Path) -> None:
        self.source, self.page, self.pages, self.folder = source, page, pages, folder

    def as_mkdocs_reads_it(self, text: str) -> str:
        """Return the text with the site's links, and an empty line before lists, as Python-Markdown wants it."""
        lines, inside, before = [], False, ""
        for line in text.splitlines():
            inside ^= bool(FENCE.match(line))
            if not inside and ITEM.match(line) and before and not ITEM.match(before) and not before.startswith("  "):
                lines.append("")
            lines.append(line if inside else NESTED.sub("    ", LINK.sub(self._link, line)))
            before = line
        return "\n".join(lines) + "\n"

    def _link(self, link: re.Match[str]) -> str:
        """Return a link with its target in the site; an unknown target is left unchanged, so that MkDocs refuses it."""
        label, target = link.groups()
        path, mark, place = target.partition("#")
        if not path or "://" in path:
            return link[0]
        found = os.path.normpath(PurePosixPath(self.source).parent / path)
        if found not in self.pages:
            return f"[{label}]({self._up(self._copied(found))})" if (ROOT / found).is_file() else link[0]
        page = self.pages[found]
        pair, own_pair = has_both(page, self.pages), has_both(self.page, self.pages)
        if pair and own_pair and is_korean(page) != is_korean(self.page):
            # Past MkDocs, which knows one language at a time.
            built = plain(page).replace(".md", ".html")
            way = self._up(f"en/{built}") if is_korean(self.page) else f"../{self._up(built)}"
            return f'<a href="{way}{mark}{place}">{label}</a>'
        # A page in one language is shown in both: headings of the other page differ, so its top is linked.
        return f"[{label}]({self._up(plain(page))}{'' if pair and not own_pair else mark + place})"

    def _up(self, target: str) -> str:
        return os.path.relpath(target, PurePosixPath(self.page).parent)

    def _copied(self, file: str) -> str:
        copy = self.folder / FILES / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / file, copy)
        return f"{FILES}/{file}"
