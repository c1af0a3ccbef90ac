"""KRX oil market: weighted prices by product and trade date, through the OPEN API (service ``gen/oil_bydd_trd``)."""

from datetime import date

from sqlalchemy import BigInteger, Numeric, String

from foresto_cli.declared import ByDay, OpenApi, daily_table, on_wire

oil_price_daily = daily_table(
    "oil_price_daily",
    "한 행은 KRX 석유시장의 한 유종, 한 거래일. 가격은 1리터당 원",
    "One row is a product of the KRX oil market on a session; prices in won a litre",
    on_wire("product", String(20), "OIL_NM", "유종", "Product", key=True),
    on_wire("competitive_price", Numeric, "WT_AVG_PRC", "가중평균가격(경쟁매매), 원/리터", "Weighted price, auction"),
    on_wire(
        "negotiated_price", Numeric, "WT_DIS_AVG_PRC", "가중평균가격(협의매매), 원/리터", "Weighted price, negotiated"
    ),
    on_wire("volume", BigInteger, "ACC_TRDVOL", "거래량, 리터", "Volume, litres"),
    on_wire("trading_value", BigInteger, "ACC_TRDVAL", "거래대금, 원", "Value traded, won"),
)
DATASET = ByDay(
    name="oil",
    label="석유 시세",
    english="oil prices",
    table=oil_price_daily,
    service=OpenApi("gen/oil_bydd_trd", "석유시장 일별매매정보"),
    since=date(2012, 3, 30),
    needed="competitive_price",
    names=("휘발유", "경유", "등유"),
)
