"""What a screen can ask of a stock on a day, and which relations that takes."""

from foresto_cli.screens.conditions import Field, Kind
from foresto_cli.store.fragments import Fragment, fragment

STOCK, SCORE, VALUATION = "stock", "score", "valuation"
BACK = {
    "return_1w": (5, "1주"),
    "return_1m": (21, "1달"),
    "return_3m": (63, "3달"),
    "return_6m": (126, "6달"),
    "return_1y": (252, "1년"),
}
"""Returns by name: sessions back, and how people call the span."""
FLOWS = {
    "foreign_net": ("FOREIGN", "외국인"),
    "institution_net": ("INSTITUTION", "기관"),
    "individual_net": ("INDIVIDUAL", "개인"),
}
"""What groups of investors bought net: the group's name in the table, and how people call it."""

# Prices are read first, each session by itself, and joined then: so it is the same where they lie on other servers.
PRICED = {
    "p": Fragment("SELECT * FROM stock_price_daily WHERE trade_date = :day"),
    "v": Fragment("SELECT * FROM valuation_daily WHERE trade_date = :day"),
    **{
        name: fragment(
            "SELECT ticker, adj_close_price FROM stock_price_daily WHERE trade_date = :back_{name}", name=name
        )
        for name in BACK
    },
}
"""What is read of prices, by the name it has in fields."""
# Every relation is of one row a ticker; :day is the session asked about.
PARTS: dict[str, Fragment] = {
    STOCK: Fragment("LEFT JOIN stocks s ON s.ticker = p.ticker"),
    SCORE: Fragment(
        "LEFT JOIN (SELECT DISTINCT ON (ticker) * FROM compass_score_history WHERE score_date = (SELECT max(score_date)"
        " FROM compass_score_history WHERE score_date <= :day) ORDER BY ticker, formula_version DESC) h"
        " ON h.ticker = p.ticker"
    ),
    VALUATION: Fragment("LEFT JOIN v ON v.ticker = p.ticker"),
    **{name: fragment("LEFT JOIN {name} ON {name}.ticker = p.ticker", name=name) for name in BACK},
    **{
        name: Fragment(
            f"LEFT JOIN investor_flow_daily {name} ON {name}.ticker = p.ticker AND {name}.trade_date = :day"
            f" AND {name}.investor = '{investor}'"
        )
        for name, (investor, _) in FLOWS.items()
    },
}


def _of(name: str, label: str, kind: Kind, sql: str, part: str = "") -> Field:
    return Field(name, label, kind, Fragment(sql), part)


FIELDS = (
    _of("ticker", "종목코드", Kind.TEXT, "p.ticker"),
    _of("name", "종목명", Kind.TEXT, "coalesce(p.name, s.name)", STOCK),
    _of("market", "시장", Kind.TEXT, "coalesce(p.market, s.market)", STOCK),
    _of("sector", "업종", Kind.TEXT, "s.sector", STOCK),
    _of("industry", "세부업종", Kind.TEXT, "s.industry", STOCK),
    _of("listing_date", "상장일", Kind.DAY, "s.listing_date", STOCK),
    _of("price", "종가(원)", Kind.NUMBER, "p.close_price"),
    _of("change", "등락률(%)", Kind.NUMBER, "p.change_rate"),
    _of("volume", "거래량(주)", Kind.NUMBER, "p.volume"),
    _of("value", "거래대금(원)", Kind.NUMBER, "p.trading_value"),
    _of("market_cap", "시가총액(원)", Kind.NUMBER, "p.market_cap"),
    _of("shares", "주식수(주)", Kind.NUMBER, "p.shares_outstanding"),
    _of("designated", "지정", Kind.TRUTH, "(p.ticker = ANY(:designated))"),
    _of("halted", "거래정지", Kind.TRUTH, "p.is_halted"),
    _of("per", "PER(배)", Kind.NUMBER, "v.per", VALUATION),
    _of("pbr", "PBR(배)", Kind.NUMBER, "v.pbr", VALUATION),
    _of("psr", "PSR(배)", Kind.NUMBER, "v.psr", VALUATION),
    _of("dividend_yield", "배당수익률(%)", Kind.NUMBER, "v.dividend_yield", VALUATION),
    _of("score", "점수", Kind.NUMBER, "h.total_score", SCORE),
    _of("grade", "등급", Kind.TEXT, "h.grade", SCORE),
    _of("rank", "순위", Kind.NUMBER, "h.rank", SCORE),
    _of("financial", "재무 점수", Kind.NUMBER, "h.financial_score", SCORE),
    _of("valuation", "밸류 점수", Kind.NUMBER, "h.valuation_score", SCORE),
    _of("technical", "기술 점수", Kind.NUMBER, "h.technical_score", SCORE),
    _of("risk", "리스크 점수", Kind.NUMBER, "h.risk_score", SCORE),
    *(
        _of(
            name,
            f"{called} 수익률(%)",
            Kind.NUMBER,
            f"round((p.adj_close_price / nullif({name}.adj_close_price, 0) - 1) * 100, 2)",
            name,
        )
        for name, (_, called) in BACK.items()
    ),
    *(_of(name, f"{called} 순매수(원)", Kind.NUMBER, f"{name}.net_value", name) for name, (_, called) in FLOWS.items()),
)
"""Prices, market value, flows, designation and score are of the day asked about; sector and listing day are today's."""
