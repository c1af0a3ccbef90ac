"""One database for test after test: its rows are put back before each, and it is made anew once more has changed."""

import contextlib

import psycopg

_LIMIT_USES = 60
"""Deleted rows stay in the files; after so many tests a new database is cheaper than to read past them."""

_EMPTY = 21
"""Bytes of a binary copy without a row."""
_CATALOGS = (
    "pg_attrdef", "pg_attribute", "pg_class", "pg_collation", "pg_constraint", "pg_db_role_setting", "pg_default_acl",
    "pg_event_trigger", "pg_extension", "pg_index", "pg_inherits", "pg_policy", "pg_proc", "pg_publication",
    "pg_rewrite", "pg_shdescription", "pg_trigger", "pg_type",
)  # fmt: skip
_SCHEMAS = (
    "SELECT 'schemas', count(*) || ' ' || max(xmin::text::bigint) FROM pg_namespace"
    " WHERE NOT starts_with(nspname, 'pg_')"
)
"""The first temporary table of a connection makes schemas that stay when it is gone: nearly every test makes them."""
_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_OWNED = (
    "SELECT 'owner', datdba::text || datallowconn || datconnlimit || coalesce(datacl::text, '')"
    " FROM pg_database WHERE datname = current_database()"
)
_SHAPE = " UNION ALL ".join(
    [
        _OWNED,
        *(f"SELECT '{name}', count(*) || ' ' || max(xmin::text::bigint) FROM {name}" for name in _CATALOGS),
        _SCHEMAS,
    ]
)
_TABLES = (
    "SELECT oid::regclass::text FROM pg_class"
    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition"
)
_NUMBERS = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'"


class Recycled:
    """A database that is given out again and again; ``make`` makes one, as a context manager of its URL."""

    def __init__(self, make):
        """Make nothing yet."""
        self._make = make
        self._stack = contextlib.ExitStack()
        self._url, self._uses = None, 0
        self._shape, self._rows, self._numbers = None, {}, []

    def fresh(self):
        """Return the URL of the database, which is as it was made."""
        self._uses += 1
        if self._url is None or self._uses > _LIMIT_USES or not self._restored():
            self.drop()
            self._url, self._uses = self._stack.enter_context(self._make()), 1
            self._remember()
        return self._url

    def drop(self):
        """Drop the database that is there, if any."""
        self._stack.close()
        self._url = None

    def _remember(self):
        with psycopg.connect(self._url) as connection, connection.cursor() as cursor:
            self._shape = cursor.execute(_SHAPE).fetchall()
            self._numbers = cursor.execute(_NUMBERS).fetchall()
            self._rows = {}
            for (table,) in cursor.execute(_TABLES).fetchall():
                with cursor.copy(f"COPY (SELECT * FROM {table}) TO STDOUT (FORMAT binary)") as rows:
                    self._rows[table] = b"".join(bytes(piece) for piece in rows)

    def _restored(self):
        with psycopg.connect(self._url) as connection, connection.cursor() as cursor:
            cursor.execute(_OTHERS)
            if cursor.execute(_SHAPE).fetchall() != self._shape:
                return False
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {table}" for table in self._rows))
            for table, rows in self._rows.items():
                if len(rows) > _EMPTY:
                    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                        copy.write(rows)
            numbers = [f"setval('{name}', {last or 1}, {last is not None})" for name, last in self._numbers]
            cursor.execute("SELECT " + ", ".join(numbers))
        return True


@contextlib.contextmanager
def kept(make):
    """Give a :class:`Recycled`; its database is gone after the block."""
    found = Recycled(make)
    yield found
    found.drop()
