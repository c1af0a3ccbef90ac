"""Daily prices of ETFs: what KRX's page has, in the service's own words; a fund without NAV has ``0``."""

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from foresto_cli.sandbox.market import Market

FIELDS = {
    "srtnCd": "ISU_SRT_CD",
    "isinCd": "ISU_CD",
    "itmsNm": "ISU_ABBRV",
    "clpr": "TDD_CLSPRC",
    "vs": "CMPPREVDD_PRC",
    "fltRt": "FLUC_RT",
    "nav": "NAV",
    "mkp": "TDD_OPNPRC",
    "hipr": "TDD_HGPRC",
    "lopr": "TDD_LWPRC",
    "trqu": "ACC_TRDVOL",
    "trPrc": "ACC_TRDVAL",
    "mrktTotAmt": "MKTCAP",
    "stLstgCnt": "LIST_SHRS",
    "bssIdxIdxNm": "IDX_IND_NM",
    "bssIdxClpr": "OBJ_STKPRC_IDX",
    "nPptTotAmt": "INVSTASST_NETASST_TOTAMT",
}
"""Field of the service → field of KRX's page; in the order in which the service writes them."""
TEXTS = ("srtnCd", "isinCd", "itmsNm", "bssIdxIdxNm")


def prices(market: "Market", day: date) -> list[dict[str, str]]:
    """Return the ETFs of ``day`` as text without separators, without the zero before the point, "" for an index."""
    from foresto_cli.sandbox.krx.krx_funds import by_date

    return [
        {
            "basDt": f"{day:%Y%m%d}",
            **{name: row[field] if name in TEXTS else _written(row[field]) for name, field in FIELDS.items()},
        }
        for row in by_date(market, {"trdDd": f"{day:%Y%m%d}"})
    ]


def _written(value: str) -> str:
    """Return ``28.8``, ``.2``, ``-.61``, ``0``; nothing for ``-``."""
    plain = "" if value == "-" else value.replace(",", "")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.replace("0.", ".", 1) if plain.lstrip("-").startswith("0.") else plain or "0" * (value != "-")
