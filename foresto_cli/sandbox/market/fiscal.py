"""When the companies' fiscal years end."""

from foresto_cli.sandbox.market.market_stock import Stock

ODD_MONTHS = {18: 3, 40: 9, 122: 6}
"""Companies (number modulo 200) whose fiscal year does not end in December; the smallest market has the first two."""
DECEMBER = 12


def closing_month(stock: Stock) -> int:
    """Return the month in which the issuer's fiscal year ends (결산월): December but for about one in a hundred."""
    return ODD_MONTHS.get(stock.number % 200, DECEMBER) if stock.kind == "common" else DECEMBER
