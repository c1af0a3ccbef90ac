"""FSC's open data: bonds and dividends."""
