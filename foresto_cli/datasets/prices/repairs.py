"""Commands that ask once more for the market days of a finding."""

from foresto_cli.collecting.checks import DAY_COLUMNS, LONGEST_REPAIR, Rows


def prices_again(rows: Rows) -> str:
    """Return the command that asks once more for the market days of ``rows``."""
    days = sorted({f"{row[name]}" for row in rows for name in DAY_COLUMNS if name in row})
    command = f"foresto prices repair --on {','.join(days)}"
    if len(command) <= LONGEST_REPAIR:
        return command
    return f"foresto prices load --start {days[0]} --end {days[-1]} --again"
