"""Numbers as the other libraries give them: whole ones as integers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame


def whole(found: "DataFrame") -> "DataFrame":
    """Return ``found`` with every column that holds only whole numbers as int64."""
    numbers = [name for name in found.columns if found[name].dtype == "float64"]
    integers = [name for name in numbers if found[name].notna().all() and (found[name] % 1 == 0).all()]
    return found.astype(dict.fromkeys(integers, "int64"))
