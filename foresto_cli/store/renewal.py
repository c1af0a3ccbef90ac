"""A new major version of PostgreSQL for the embedded server: everything in the old cluster moves to a new one.

The old server runs from its own programs beside the new one, ``pg_dumpall`` of the new version reads it, and ``psql``
writes it. The new cluster takes the old one's place only when both say the same of every table (:mod:`.replacing`).
"""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import psycopg

from foresto_cli.errors import StoreUnavailable, UsageError, VerificationFailed
from foresto_cli.store import libpq, replacing
from foresto_cli.store.binaries import MAJOR, binaries, environment, old_programs
from foresto_cli.store.cluster import PORT, RENEWING, location, major_of, mark_renewed, prepare, put_in_place
from foresto_cli.store.refusals import explained, reason

SPARE = 1.1
"""How many times the old cluster has to fit on the disk beside it."""
EXISTS_ALREADY = b"CREATE ROLE foresto;\n"
"""The one line of a dump that a new cluster would refuse: initdb made that role."""
ROLES_WITHIN_BYTES = 1_000_000
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1"
RELATIONS = (
    "SELECT n.nspname, c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
    " ORDER BY 1, 2"
)
CONTENT = "SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0) FROM {} t"


@dataclass(frozen=True)
class Renewed:
    """What a renewal did.

    Attributes:
        old: major version of before.
        tables: that have the same rows on both sides.
        rows: in all of them.
        kept: folder of the old data.
    """

    old: str
    tables: int
    rows: int
    kept: Path


def renew(folder: Path, given: Path | None) -> Renewed:
    """Bring the cluster of ``folder`` to the major version that is installed.

    Args:
        folder: of the embedded server.
        given: the folder of the old version's programs, when the operator names it.

    Raises:
        UsageError: there is nothing to renew.
        Busy: it is in use.
        StoreUnavailable: the old programs are missing, there is no room, or one of the servers failed.
        VerificationFailed: the new cluster does not say the same; the old one is as it was.
    """
    cluster = location(folder)
    with explained(cluster):
        if not (cluster / "data").is_dir() and not (cluster / RENEWING).is_dir():
            raise UsageError("아직 데이터베이스가 없습니다. 옮길 것이 없습니다.")
        owner = prepare(cluster)
    with replacing.for_us_alone(cluster, owner), explained(cluster):
        old = major_of(cluster / "data")
        if old == MAJOR:
            raise UsageError(f"이미 PostgreSQL {MAJOR}입니다. 할 일이 없습니다.")
        tools = old_programs(old, given)
        _need_room(cluster)
        with (
            replacing.server(cluster, owner, tools) as old_sockets,
            replacing.fresh(cluster, owner, with_database=False) as sockets,
            libpq.of_our_own(cluster),
        ):
            source, target = _way_to(old_sockets), _way_to(sockets)
            _carry(source, target)
            found = _compared(source, target)
        kept = mark_renewed(cluster, f"data-{old}")
        put_in_place(cluster)
    return Renewed(old, len(found), sum(found.values()), kept)


def _need_room(cluster: Path) -> None:
    needed = int(SPARE * sum(file.lstat().st_size for file in (cluster / "data").rglob("*")))
    free = shutil.disk_usage(cluster).free
    if free < needed:
        raise StoreUnavailable(
            f"디스크에 {needed / 1e9:,.1f} GB가 필요한데 {free / 1e9:,.1f} GB뿐입니다. 공간을 비운 뒤 다시 실행하세요:"
            f" {cluster}"
        )


def _way_to(sockets: Path) -> str:
    """Return how libpq finds the server, without the database's name."""
    return f"host='{sockets}' port={PORT} user=foresto"


def _carry(source: str, target: str) -> None:
    tools, around = binaries(), environment() | libpq.of_a_child()
    read = [str(tools / "pg_dumpall"), "--no-password", "--dbname", f"{source} dbname=postgres"]
    write = [
        str(tools / "psql"),
        "--no-psqlrc",
        "--quiet",
        "--no-password",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    with tempfile.TemporaryFile() as said:
        with (
            subprocess.Popen(read, stdout=subprocess.PIPE, stderr=said, env=around, cwd="/") as reader,
            subprocess.Popen(
                [*write, f"{target} dbname=postgres"],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                env=around,
                cwd="/",
            ) as writer,
        ):
            if reader.stdout is None or writer.stdin is None:
                raise StoreUnavailable("PostgreSQL의 프로그램을 시작하지 못했습니다. 다시 실행하세요.")
            try:
                head = reader.stdout.read(ROLES_WITHIN_BYTES)
                writer.stdin.write(head.replace(EXISTS_ALREADY, b"", 1))
                shutil.copyfileobj(reader.stdout, writer.stdin, 1 << 20)
                writer.stdin.close()
            except BrokenPipeError:
                reader.kill()  # the writer gave up, and says why
        if reader.returncode or writer.returncode:
            said.seek(0)
            why = reason(said.read().decode(errors="replace"))
            raise StoreUnavailable(
                f"자료를 옮기지 못했고 옛 데이터베이스는 그대로입니다({why}). 고친 뒤 다시 실행하세요."
            )


def _compared(source: str, target: str) -> dict[str, int]:
    """Return the rows of each table, after finding the same in both clusters."""
    old, new = _content(source), _content(target)
    differing = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if differing:
        raise VerificationFailed(
            f"옮긴 자료가 옛것과 다릅니다({differing[0]} 등 {len(differing)}개). 옛 데이터베이스는 그대로입니다."
            " 다시 실행하고, 반복되면 foresto db backup으로 옮기세요."
        )
    return {name: rows for name, (kind, rows, _) in old.items() if kind in {"r", "m"}}


def _content(server: str) -> dict[str, tuple[str, int, int]]:
    """Return kind, number of rows and a sum over their content for every relation of every database."""
    with psycopg.connect(f"{server} dbname=postgres") as connection:
        names = [str(row[0]) for row in connection.execute(DATABASES)]
    found: dict[str, tuple[str, int, int]] = {}
    for name in names:
        with psycopg.connect(server, dbname=name) as connection:
            for schema, relation, kind in connection.execute(RELATIONS).fetchall():
                rows, total = 0, 0
                if kind in {"r", "m", "S"}:
                    columns = psycopg.sql.Identifier(schema, relation).as_string(connection)
                    query = "SELECT 1, last_value FROM {}" if kind == "S" else CONTENT
                    rows, total = connection.execute(query.format(columns).encode()).fetchone() or (0, 0)
                found[f"{name}.{schema}.{relation}"] = (kind, rows, int(total))
    return found
