"""``data_load_batch``: one row per data set and run, named by the rows it wrote."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from foresto_cli import clock


def begin(connection: Connection, run_id: int, batch_type: str) -> int:
    """Open a batch and return its number."""
    number: int = connection.execute(
        text(
            "INSERT INTO data_load_batch (run_id, batch_type, as_of_date, status, started_at)"
            " VALUES (:run_id, :batch_type, :today, 'RUNNING', :now) RETURNING batch_id"
        ),
        {"run_id": run_id, "batch_type": batch_type, "today": clock.today(), "now": clock.wall()},
    ).scalar_one()
    return number


@dataclass(frozen=True)
class Outcome:
    """What a batch came to, in units: all, good, failed; the rest was left for a later run."""

    total: int
    good: int
    failed: int
    error: str | None

    @property
    def status(self) -> str:
        """Return the word for it."""
        return "SUCCESS" if self.good == self.total else "PARTIAL" if self.good else "FAILED"


def end(connection: Connection, batch_id: int, outcome: Outcome) -> None:
    """Close a batch."""
    connection.execute(
        text(
            "UPDATE data_load_batch SET status = :status, total_records = :total, success_records = :good,"
            " failed_records = :failed, skipped_records = :total - :good - :failed, error_message = :error,"
            " completed_at = :now WHERE batch_id = :batch_id"
        ),
        {**outcome.__dict__, "status": outcome.status, "now": clock.wall(), "batch_id": batch_id},
    )


def close_abandoned(connection: Connection) -> None:
    """Close the batches that a run left open when it ended: what they stored is kept, what became of the rest unknown.

    The newest moment that the run is known to have been alive is their end.
    """
    connection.execute(
        text(
            "UPDATE data_load_batch b SET status = 'FAILED', completed_at = r.completed_at,"
            " error_message = coalesce(r.error_message, '끝내지 못한 채 실행이 끝났습니다')"
            " FROM data_collection_log r WHERE r.id = b.run_id AND b.status = 'RUNNING' AND r.status <> 'running'"
        )
    )
