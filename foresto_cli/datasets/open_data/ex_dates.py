"""From which day on a share is bought without the dividend (배당락).

A trade is settled two sessions later, and the record date asks who is on the register that evening. So the last session
with the right is two before it, and the first without (배당락일) the one before it. A record date that is no session
(31 December) is the last session before it: 2023's was 27 December, the session before the year's last one.
Source: 유가증권시장 업무규정, 권리락·배당락 (T+2).
"""

from datetime import date

from foresto_cli.calendar import Calendar


def ex_date(calendar: Calendar, record_date: date) -> date:
    """Return the first session on which the buyer gets no dividend of ``record_date``."""
    settled = record_date if calendar.is_session(record_date) else calendar.previous(record_date)
    return calendar.previous(settled)


def last_with(calendar: Calendar, record_date: date) -> date:
    """Return the last session on which the buyer still gets it."""
    return calendar.previous(ex_date(calendar, record_date))
