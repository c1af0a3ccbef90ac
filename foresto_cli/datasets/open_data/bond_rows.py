"""How a record of FSC's bond base information becomes a row of ``bonds``. Pure: no network, no database."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from foresto_cli.datasets.open_data.pages import date_of, number_of, text_of
from foresto_cli.datasets.open_data.ratings import AGENCIES, combined, word_of
from foresto_cli.store.upsert import Row
from foresto_cli.upstream import fsc

NEEDED = ("isinCd", "isinCdNm", "bondIsurNm", "bondIssuDt", "bondExprDt", "bondSrfcInrt", "scrsItmsKcdNm")
"""Fields that every record has, though some may be empty; without one of them the answer is of another shape."""
TYPES = (
    ("유동화", "asset_backed"),
    ("국채", "government"),
    ("국고", "government"),
    ("국민주택", "government"),
    ("재정증권", "government"),
    ("지방", "municipal"),
    ("도시철도", "municipal"),
    ("지역개발", "municipal"),
    ("통화안정", "monetary"),
    ("특수채", "special"),
    ("공사", "special"),
    ("금융", "financial"),
    ("은행", "financial"),
    ("카드", "financial"),
    ("할부", "financial"),
    ("회사채", "corporate"),
)
"""Part of the security kind's name (scrsItmsKcdNm) → bond_type; the first that occurs. No other name is guessed at."""
DAYS_A_YEAR = Decimal("365.25")

TEXTS = {
    "crno": "crno",
    "scrs_itms_kcd": "scrsItmsKcd",
    "scrs_itms_kcd_nm": "scrsItmsKcdNm",
    "bond_issu_cur_cd": "bondIssuCurCd",
    "irt_chng_dcd": "irtChngDcd",
    "bond_int_tcd": "bondIntTcd",
    "int_pay_cycl_ctt": "intPayCyclCtt",
    "grn_dcd": "grnDcd",
    "bond_rnkn_dcd": "bondRnknDcd",
    "bond_offr_mcd": "bondOffrMcd",
    "prmnc_bond_yn": "prmncBondYn",
    "strips_psbl_yn": "stripsPsblYn",
}
DATES = {"nxtm_copn_dt": "nxtmCopnDt", "rbf_copn_dt": "rbfCopnDt", "lstg_dt": "lstgDt"}
NUMBERS = {"interest_rate": "bondSrfcInrt", "bond_issu_amt": "bondIssuAmt", "bond_bal": "bondBal"}


def bond_row(record: Mapping[str, Any]) -> Row:
    """Return the row of one bond as of the record's own base date.

    A bond whose maturity has come is redeemed: the field holds the day of redemption once that has happened.

    Raises:
        KeyError: a field of :data:`NEEDED` is missing.
        ValueError: a number or a date is neither.
    """
    missing = [name for name in NEEDED if name not in record]
    if missing:
        raise KeyError(missing[0])
    issued, expires, as_of = (date_of(record, name) for name in ("bondIssuDt", "bondExprDt", "basDt"))
    words = {agency: word_of(record, agency) for agency in AGENCIES}
    rating = combined(list(words.values()))
    redeemed = expires is not None and as_of is not None and expires <= as_of
    return {
        "isin_cd": text_of(record, "isinCd") or "",
        "name": text_of(record, "isinCdNm"),
        "issuer": text_of(record, "bondIsurNm"),
        "bond_type": type_of(text_of(record, "scrsItmsKcdNm")),
        "credit_rating": rating.grade,
        "rating_status": rating.status,
        "bond_issu_dt": issued,
        "bond_expr_dt": expires,
        "maturity_years": years_between(issued, expires),
        "is_active": not redeemed,
        "inactive_since": expires if redeemed else None,
        **{column: text_of(record, name) for column, name in TEXTS.items()},
        **{column: date_of(record, name) for column, name in DATES.items()},
        **{column: number_of(record, name) for column, name in NUMBERS.items()},
        **{f"{agency}_rating": word for agency, word in words.items()},
        **{f"{agency}_scrs_itms_kcd": text_of(record, f"{agency}ScrsItmsKcd") for agency in AGENCIES},
        "source_id": fsc.SOURCE_ID,
    }


def type_of(kind: str | None) -> str | None:
    """Return what sort of bond a security kind's name means; None when the name is not known."""
    return next((name for part, name in TYPES if kind and part in kind), None)


def years_between(issued: date | None, expires: date | None) -> Decimal | None:
    """Return the term from issue to maturity in years; None when one of them is not known."""
    if issued is None or expires is None:
        return None
    return round((expires - issued).days / DAYS_A_YEAR, 2)
