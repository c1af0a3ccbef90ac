"""How a record of FSC's dividend table becomes a row of ``dividend_history``. Pure: no network, no database.

Rules:

1. The key is ISIN, record date and security kind. The ticker is the listing's for that ISIN; for an ISIN that the
   listing does not have, the six characters inside a valid Korean ISIN of a first common share, and for no other.
2. A cash rate beside an amount of 0 is an amount that was not recorded: null, not zero.
3. ``99991231`` is no date.
4. An amount is an outlier, kept and flagged, when nobody pays so much a share (:data:`MOST_WON`), when the par value
   that amount and rate imply is beyond any (:data:`LARGEST_PAR`), or when two records of one key contradict each other.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from foresto_cli.datasets.open_data.pages import date_of, is_isin, number_of, text_of
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fsc

NEEDED = ("isinCd", "dvdnBasDt", "scrsItmsKcd", "stckDvdnRcd", "stckGenrDvdnAmt", "stckGenrCashDvdnRt")
MOST_WON = 1_000_000
"""Won a share; the most that listed companies have paid is a tenth of it."""
LARGEST_PAR = 1_000_000
"""Won: amount ÷ cash rate is the par value (액면가) of the time."""
PERCENT = 100
COMMON, KOREAN_SHARE, FIRST_ISSUE = "0", "KR7", "00"

TEXTS = {
    "isin_cd_nm": "isinCdNm",
    "crno": "crno",
    "stck_stac_md": "stckStacMd",
    "scrs_itms_kcd_nm": "scrsItmsKcdNm",
    "stck_dvdn_rcd": "stckDvdnRcd",
    "stck_dvdn_rcd_nm": "stckDvdnRcdNm",
}
NUMBERS = {
    "stck_grdn_dvdn_amt": "stckGrdnDvdnAmt",
    "stck_genr_cash_dvdn_rt": "stckGenrCashDvdnRt",
    "stck_genr_dvdn_rt": "stckGenrDvdnRt",
    "cash_grdn_dvdn_rt": "cashGrdnDvdnRt",
    "stck_grdn_dvdn_rt": "stckGrdnDvdnRt",
    "stck_par_prc": "stckParPrc",
}


def dividend_row(record: Mapping[str, Any], tickers: Mapping[str, str]) -> Row:
    """Return the row of one dividend.

    Args:
        record: as the open data have it.
        tickers: ISIN → ticker of the listing.

    Raises:
        KeyError: a field of :data:`NEEDED` is missing.
        ValueError: a number or a date is neither.
    """
    missing = [name for name in NEEDED if name not in record]
    if missing:
        raise KeyError(missing[0])
    isin = text_of(record, "isinCd") or ""
    amount, rate = number_of(record, "stckGenrDvdnAmt"), number_of(record, "stckGenrCashDvdnRt")
    crno = text_of(record, "crno")
    return {
        "security_id": isin,
        "dvdn_bas_dt": date_of(record, "dvdnBasDt"),
        "scrs_itms_kcd": text_of(record, "scrsItmsKcd") or "",
        "source_id": fsc.SOURCE_ID,
        "isin_cd": isin,
        "ticker": tickers.get(isin) or ticker_of(isin),
        "cash_dvdn_pay_dt": date_of(record, "cashDvdnPayDt"),
        "stck_genr_dvdn_amt": None if not amount and rate else amount,
        **{column: text_of(record, name) for column, name in TEXTS.items()},
        **{column: number_of(record, name) for column, name in NUMBERS.items()},
        "crno": None if crno == "0" else crno,
        "is_outlier": is_outlier(amount, rate),
    }


def ticker_of(isin: str) -> str | None:
    """Return the ticker inside the ISIN of a Korean company's first common share; None for every other security.

    A preferred share's ISIN does not hold its ticker: ``KR7005931001`` is 005935.
    """
    ticker = isin[3:9]
    is_common = isin.startswith(KOREAN_SHARE) and isin[9:11] == FIRST_ISSUE and ticker.endswith(COMMON)
    return ticker if is_common and is_isin(isin) else None


def is_outlier(amount: int | Decimal | None, rate: int | Decimal | None) -> bool:
    """Say whether an amount cannot be won per share (rule 4)."""
    if not amount:
        return False
    return amount > MOST_WON or bool(rate and PERCENT * amount / rate > LARGEST_PAR)


def one_a_key(rows: Sequence[Row]) -> list[Row]:
    """Return one row a key; of rows that contradict each other the one that pays most, flagged as an outlier.

    A record that pays nothing (무배당) beside one that does is no contradiction.
    """
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = (row["security_id"], row["dvdn_bas_dt"], row["scrs_itms_kcd"])
        known = found.setdefault(key, row)
        if known == row:
            continue
        less, more = sorted((known, row), key=_pays)
        found[key] = {**more, "is_outlier": True} if any(_pays(less)) else more
    return list(found.values())


def _pays(row: Row) -> tuple[Any, Any]:
    return (row["stck_genr_dvdn_amt"] or 0, row["stck_genr_dvdn_rt"] or 0)
