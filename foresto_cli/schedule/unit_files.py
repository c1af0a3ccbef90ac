"""Files that launchd and systemd read: written whole or not at all, and never over one that is somebody else's."""

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from foresto_cli.errors import ConfigError

READABLE_FILE = 0o644


def foreign_files(wanted: Iterable[Path], is_ours: Callable[[Path], bool]) -> None:
    """See that no file would be overwritten that foresto did not write; call it before anything is changed.

    Raises:
        ConfigError: one would be; links count as the operator's own, also that of a masked unit.
    """
    foreign = [f"{file}" for file in wanted if os.path.lexists(file) and not is_ours(file)]
    if foreign:
        raise ConfigError(
            f"foresto가 쓰지 않은 파일이 있어 아무것도 바꾸지 않았습니다: {', '.join(foreign)}."
            " 다른 이름으로 옮기거나 지운 뒤 다시 실행하세요."
        )


def replace_file(file: Path, content: str) -> None:
    """Write ``file`` in one step, readable by the scheduler.

    Raises:
        ConfigError: it cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        # Neither launchd nor systemd reads a name that begins with a dot.
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=".foresto-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as target:
            target.write(content)
        Path(name).chmod(READABLE_FILE)
        Path(name).replace(file)
    except OSError as error:
        raise ConfigError(
            f"{file} 파일을 쓸 수 없습니다({error.strerror})."
            " 폴더의 주인과 권한을 확인하세요(sudo로 실행한 적이 있으면 주인이 root입니다)."
        ) from error
