"""``dart_filing.filing_type`` as this version of foresto tells types: rows of another one are marked anew."""

from sqlalchemy import Connection, text

from foresto_cli.collecting.data_set import DataSet
from foresto_cli.datasets.dart import filing_types
from foresto_cli.store.upsert import Counts, Row

DATASET = DataSet(name="dart.filing_types", label="공시 유형", table="dart_filing", command="filings load")
NAMES = text("SELECT DISTINCT report_nm, filing_type FROM dart_filing")
MARK = text(
    "UPDATE dart_filing f SET filing_type = w.code, batch_id = :batch_id, updated_at = :updated_at"
    " FROM unnest(CAST(:names AS text[]), CAST(:codes AS text[])) AS w (name, code)"
    " WHERE f.report_nm = w.name AND f.filing_type IS DISTINCT FROM w.code"
)


def mistaken(connection: Connection) -> dict[str, str | None]:
    """Return the names of reports that are not marked as they are to be, and how they are to be."""
    return {
        row.report_nm: code
        for row in connection.execute(NAMES)
        if (code := filing_types.code_of(row.report_nm)) != row.filing_type
    }


def write(connection: Connection, provenance: Row) -> Counts:
    """Mark the filings again whose type is another one by now."""
    wrong = mistaken(connection)
    if not wrong:
        return Counts()
    marked = connection.execute(
        MARK,
        {
            "names": list(wrong),
            "codes": list(wrong.values()),
            "batch_id": provenance["batch_id"],
            "updated_at": provenance["updated_at"],
        },
    )
    return Counts(changed=marked.rowcount)
