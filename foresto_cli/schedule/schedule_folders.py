"""Folders of a Mac that macOS keeps from programs started by launchd until the operator allows it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import foresto_cli
from foresto_cli import settings
from foresto_cli.schedule.schedule_files import Place

PRIVATE = ("Documents", "Desktop", "Downloads", "Library/Mobile Documents", "Library/CloudStorage")
"""Below the home folder. The last two hold what iCloud Drive and its like keep here."""


def private(place: Place) -> Iterator[tuple[str, str]]:
    """Yield what lies in such a folder, through links too, as a sentence and what to do about it."""
    found: dict[str, list[str]] = {}
    for label, path in _used(place):
        folder = _private_folder(path)
        if folder:
            found.setdefault(folder, []).append(f"{label}({path})")
    for folder, paths in found.items():
        advice = (
            "foresto를 그 폴더 밖(예: ~/foresto)으로 옮기고 가상 환경을 새로 만든 뒤 foresto schedule install,"
            " 또는 시스템 설정 > 개인정보 보호 및 보안 > 전체 디스크 접근 권한에"
            f" {Path(sys.executable).resolve()} 추가"
        )
        yield (
            f"macOS는 launchd가 시작한 프로그램이 {folder} 안을 읽지 못하게 막습니다: {', '.join(paths)}.",
            advice,
        )


def _used(place: Place) -> Iterator[tuple[str, Path]]:
    folders = settings.paths()
    yield "프로그램", Path(place.program)
    yield "가상 환경", Path(sys.prefix)
    yield "foresto의 소스", Path(foresto_cli.__file__).parent
    yield "시작 폴더", Path(place.folder)
    for name, value in place.variables.items():
        if value.startswith("/"):
            yield name, Path(value)
    yield "설정 폴더", folders.config
    yield "데이터 폴더", folders.data
    yield "상태 폴더", folders.state


def _private_folder(path: Path) -> str | None:
    """Return the private folder that holds ``path``, itself or where its links lead, as a Mac compares names."""
    home = Path.home()
    places = [Path(os.path.normpath(path.absolute())), path.resolve()]
    for name in PRIVATE:
        folder = home / name
        for inside in places:
            if any(_is_below(inside, outer) for outer in (folder, folder.resolve())):
                return f"~/{name}"
    return None


def _is_below(path: Path, folder: Path) -> bool:
    parts, outer = ([part.casefold() for part in found.parts] for found in (path, folder))
    return parts[: len(outer)] == outer
