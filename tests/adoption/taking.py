"""What tests of the take-over share: the take-over itself, questions, and fingerprints of a database."""

from sqlalchemy import text

from foresto_cli.adopt.take_over import adopt


def quiet(*_):
    """No progress."""


def take_over(engine, **options):
    return adopt(engine, **{"dry_run": False, "while_connected": False, "advance": quiet, **options})


def rows(engine, query):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def scalar(engine, query):
    return rows(engine, query)[0][0]


def content(engine):
    """A fingerprint of everything in the database: relations, columns, constraints, rows, and where sequences stand."""
    with engine.connect() as connection:
        relations = connection.exec_driver_sql(
            "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
        ).all()
        shape = connection.exec_driver_sql(
            "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY 1, 2"
        ).all()
        constraints = connection.exec_driver_sql(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
        ).all()
        held = {}
        for name, kind in relations:
            if kind == "S":
                held[name] = connection.exec_driver_sql(f"SELECT last_value, is_called FROM {name}").one()
            elif kind == "r":
                query = f"SELECT count(*), md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {name} r"
                held[name] = connection.exec_driver_sql(query).one()
    return relations, shape, constraints, held


def legacy(engine, names):
    """The rows of tables wherever they are now."""
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(
                f"SELECT count(*), md5(string_agg(r::text, '|' ORDER BY r::text)) FROM {kept} r"
            ).one()
            for name, kept in names.items()
        }
