"""One DuckDB file of an export: every table and view as a table, with what it means."""

import secrets
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from foresto_cli import extras, files
from foresto_cli.archive.analysis import Part
from foresto_cli.errors import ConfigError
from foresto_cli.store.dictionary import described


def require() -> None:
    """Let pass when duckdb is there.

    Raises:
        ConfigError: it is not.
    """
    try:
        import_module("duckdb")
    except ImportError:
        raise ConfigError(f"DuckDB 파일에는 duckdb가 필요합니다. 설치: {extras.command('duckdb')}") from None


def write(target: Path, folder: Path, parts: Sequence[Part]) -> int:
    """Write the files ``parts`` below ``folder`` as tables of the DuckDB file ``target``, whole or not at all.

    Returns:
        How many tables it has.

    Raises:
        ConfigError: it cannot be written.
    """
    import duckdb

    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise ConfigError(f"{target}에 쓸 수 없습니다({files.NOT_A_FILE}). 새 파일의 이름을 적으세요.")
    draft = target.parent / f".foresto-{secrets.token_hex(8)}.partial"
    tables = sorted({part.name for part in parts})
    try:
        with duckdb.connect(draft) as database:
            for name in tables:
                paths = [f"{folder / part.path}" for part in parts if part.name == name]
                database.execute(
                    f'CREATE TABLE "{name}" AS SELECT * FROM read_parquet($1, hive_partitioning = false)',  # noqa: S608  # a table of ours
                    [paths],
                )
                said = f"{described()[name].comment}".replace("'", "''")
                database.execute(f"COMMENT ON TABLE \"{name}\" IS '{said}'")
        draft.replace(target)
    except (duckdb.Error, OSError) as error:
        raise ConfigError(f"{target}에 쓸 수 없습니다({type(error).__name__}). 공간과 권한을 확인하세요.") from None
    finally:
        for left in (draft, draft.with_name(f"{draft.name}.wal")):
            left.unlink(missing_ok=True)
    return len(tables)
