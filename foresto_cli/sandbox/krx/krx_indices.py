"""Index queries: by date (MDCSTAT00101), by index (00301) and the list of indices (00401)."""

from foresto_cli.sandbox.krx.form import count, day, decimal, slashed, span
from foresto_cli.sandbox.market import market_indices
from foresto_cli.sandbox.market.market_indices import Index, Level
from foresto_cli.sandbox.market.whole_market import FINAL, OPEN, Market

Rows = list[dict[str, str]]


def by_date(market: Market, form: dict[str, str]) -> Rows:
    """Return the indices of one group on one day (reference: KRX MDCSTAT00101); none on a day without quotes."""
    when = day(form.get("trdDd")) or market.newest
    if market.state(when) not in (OPEN, FINAL):
        return []
    rows = []
    for index in _group(form):
        now = market_indices.level(market, index, when)
        rows.append(
            {
                "IDX_NM": index.name,
                "CLSPRC_IDX": decimal(now.close),
                "FLUC_TP_CD": str(now.direction),
                "CMPPREVDD_IDX": decimal(now.change),
                "FLUC_RT": decimal(now.rate),
                **_rest(now),
            }
        )
    return rows


def by_index(market: Market, form: dict[str, str]) -> Rows:
    """Return one index over a range, newest first (reference: KRX MDCSTAT00301)."""
    days, index = span(form), market_indices.find(form.get("indIdx", ""), form.get("indIdx2", ""))
    if days is None or index is None:
        return []
    rows = []
    for when in market.sessions:
        if days[0] <= when <= days[1] and market.state(when) in (OPEN, FINAL):
            now = market_indices.level(market, index, when)
            rows.append(
                {
                    "TRD_DD": slashed(when),
                    "CLSPRC_IDX": decimal(now.close),
                    "FLUC_TP_CD": str(now.direction),
                    "PRV_DD_CMPR": decimal(now.change),
                    "UPDN_RATE": decimal(now.rate),
                    **_rest(now),
                }
            )
    return rows[::-1]


def _rest(now: Level) -> dict[str, str]:
    return {
        "OPNPRC_IDX": decimal(now.open),
        "HGPRC_IDX": decimal(now.high),
        "LWPRC_IDX": decimal(now.low),
        "ACC_TRDVOL": count(now.volume),
        "ACC_TRDVAL": count(now.value),
        "MKTCAP": count(now.cap),
    }


def master(_: Market, form: dict[str, str]) -> Rows:
    """Return the indices of one group (reference: KRX MDCSTAT00401)."""
    return [
        {
            "IDX_NM": index.name,
            "IDX_ENG_NM": index.english,
            "BAS_TM_CONTN": index.since,
            "ANNC_TM_CONTN": index.since,
            "BAS_IDX_CONTN": "100.00",
            "CALC_CYCLE_CONTN": "1초",
            "CALC_TM_CONTN": "09:00:30 ~ 15:30:00",
            "COMPST_ISU_CNT": "100",
            "IND_TP_CD": index.family,
            "IDX_IND_CD": index.code,
        }
        for index in _group(form)
    ]


def _group(form: dict[str, str]) -> list[Index]:
    return [index for index in market_indices.INDICES if index.group == form.get("idxIndMidclssCd")]


TABLES = {
    "MDCSTAT00101": ("output", by_date),
    "MDCSTAT00301": ("output", by_index),
    "MDCSTAT00401": ("output", master),
}
