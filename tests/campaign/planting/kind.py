"""What a kind of fault is, and which rooms there are."""

from dataclasses import dataclass

ROOMS = {
    "prices": (
        "stock_price_daily",
        "after_market_daily",
        "adjustment_",
        "market_closure",
        "price_source_proof",
        "price_sessions",
    ),
    "indices": ("index_",),
    "ETFs": ("etf",),
    "listed": ("fdr_stock_listing", "stocks", "stock_history"),
    "DART": ("dart_", "financial_", "corporate_actions", "adopted_statement"),
    "dividends": ("dividend_history",),
    "bonds": ("bonds",),
    "FSS": ("deposit_", "savings_", "annuity_", "mortgage_", "rent_house_", "credit_", "product_rate_history"),
    "US": ("alpha_vantage_",),
    "score": ("compass_",),
    "described": ("gold_price_daily",),
}
"""Rooms by how the names of their tables begin; every other table belongs to the running of things."""
RUNNING = "running"


@dataclass(frozen=True)
class Kind:
    """One fault.

    Attributes:
        id: short and unique.
        table: where it is planted.
        level: the first verification that must find it.
        told: what is planted, in words.
        sql: statements that plant it, each ended by a semicolon and a line break.
        unknowable: why nobody could know, if so.
    """

    id: str
    table: str
    level: str
    told: str
    sql: str
    unknowable: str = ""

    @property
    def room(self) -> str:
        """Return the room of its table."""
        return room_of(self.table)


def room_of(table: str) -> str:
    """Return the room to which a table belongs."""
    return next((room for room, starts in ROOMS.items() if table.startswith(starts)), RUNNING)
