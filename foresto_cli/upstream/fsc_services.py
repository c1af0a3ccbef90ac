"""FSC's services: title, routes, rows a page, and what is kept of a row."""

from collections.abc import Mapping

from foresto_cli import data_sets
from foresto_cli.declared import OpenData, WholeList

TWINS = 3
"""The table of dividends may have a record twice; more that stand on two pages, or any of another table, are pages that
overlap, and other rows never came."""
BOND_FIELDS = (
    "basDt", "isinCd", "isinCdNm", "bondIsurNm", "crno", "scrsItmsKcd", "scrsItmsKcdNm", "bondIssuDt", "bondExprDt",
    "bondIssuAmt", "bondBal", "bondIssuCurCd", "bondSrfcInrt", "irtChngDcd", "bondIntTcd", "intPayCyclCtt",
    "nxtmCopnDt", "rbfCopnDt", "grnDcd", "bondRnknDcd", "bondOffrMcd", "lstgDt", "prmncBondYn", "stripsPsblYn",
    "kisScrsItmsKcd", "kisScrsItmsKcdNm", "kbpScrsItmsKcd", "kbpScrsItmsKcdNm",
    "niceScrsItmsKcd", "niceScrsItmsKcdNm", "fnScrsItmsKcd", "fnScrsItmsKcdNm",
)  # fmt: skip
"""What is kept of a bond's 75 fields: all of them for all bonds would be 200 MB."""
DIVIDEND_FIELDS = (
    "basDt", "isinCd", "isinCdNm", "crno", "scrsItmsKcd", "scrsItmsKcdNm", "stckParPrc", "stckStacMd", "dvdnBasDt",
    "cashDvdnPayDt", "stckDvdnRcd", "stckDvdnRcdNm", "stckGenrDvdnAmt", "stckGrdnDvdnAmt",
    "stckGenrCashDvdnRt", "stckGenrDvdnRt", "cashGrdnDvdnRt", "stckGrdnDvdnRt",
)  # fmt: skip
SERVICES = {
    "items": OpenData(
        "금융위원회_KRX상장종목정보",
        ("GetKrxListedInfoService_V2/getItemInfo_V2", "service/GetKrxListedInfoService/getItemInfo"),
        10_000,
    ),
    "prices": OpenData(
        "금융위원회_주식시세정보",
        (
            "GetStockSecuritiesInfoService_V2/getStockPriceInfo_V2",
            "service/GetStockSecuritiesInfoService/getStockPriceInfo",
        ),
        10_000,
    ),
    "etfs": OpenData(
        "금융위원회_증권상품시세정보",
        (
            "GetSecuritiesProductInfoService_V2/getETFPriceInfo_V2",
            "service/GetSecuritiesProductInfoService/getETFPriceInfo",
        ),
        10_000,
    ),
    "bonds": OpenData(
        "금융위원회_채권발행정보",
        ("GetBondIssuInfoService_V2/getBondBasiInfo_V2", "service/GetBondIssuInfoService/getBondBasiInfo"),
        1_000,
        BOND_FIELDS,
    ),
    "dividends": OpenData(
        "금융위원회_주식배당정보",
        ("GetStocDiviInfoService_V2/getDiviInfo_V2", "service/GetStocDiviInfoService/getDiviInfo"),
        5_000,
        DIVIDEND_FIELDS,
        TWINS,
    ),
}


def used_services() -> Mapping[str, OpenData]:
    """Return every service that is used by name: those above, and those of the described data sets."""
    return SERVICES | {one.name: one.service for one in data_sets.of_kind(WholeList)}
