"""Names that other programs know: what they ask FinanceDataReader or pykrx for, answered by the own database.

Only what is stored is answered; nothing is asked on the network.
"""

from foresto_cli.compat import fdr, pykrx

__all__ = ["fdr", "pykrx"]
