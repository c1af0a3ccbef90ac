"""What became of a job since its newest start, and whether starting it once more can change anything."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, text

from foresto_cli.timetable import Job

WELL, PARTLY, WRONG_DATA = 0, 3, 65
MOST_OF_A_PART = 3
"""So often what succeeded in part is tried in all; the units that still fail then are the verification's."""


def since_start(connection: Connection, job: Job, now: datetime) -> Sequence[Row[Any]]:
    """Return the runs of ``job`` since its newest start, oldest first.

    A run that began later than now was made while the clock was ahead, and is no evidence.
    """
    return connection.execute(
        text(
            "SELECT started_at, completed_at, exit_code, status, success_count < total_count AS has_left"
            " FROM data_collection_log WHERE job_name = ANY(:names) AND started_at BETWEEN :start AND :now ORDER BY id"
        ),
        {
            "names": list(job.counts_as),
            "start": job.previous(now).replace(tzinfo=None),
            "now": now.replace(tzinfo=None),
        },
    ).all()


def is_settled(attempts: Sequence[Row[Any]]) -> bool:
    """Say whether the job need not be started again before its next hour.

    One that ended with 3, or with 65 while units are still to be had, is started again; a finding of the verification
    alone is nothing that another start would mend.
    """
    codes = [one.exit_code for one in attempts]
    partly = [one for one in attempts if one.exit_code == PARTLY or (one.exit_code == WRONG_DATA and one.has_left)]
    is_final = any(one.exit_code == WRONG_DATA and not one.has_left for one in attempts)
    return WELL in codes or is_final or len(partly) >= MOST_OF_A_PART
