"""ETNs and ELWs: real answers of both services are read to the digit, whatever they hold."""

from datetime import date
from decimal import Decimal

import pytest

from foresto_cli import data_sets
from foresto_cli.loading import load_described
from foresto_cli.running import job
from foresto_cli.upstream.krx_openapi import KrxOpenApi

DAY = date(2026, 11, 18)
ETN = {
    "BAS_DD": "20261118", "ISU_CD": "580099", "ISU_NM": "가상 2X 원유 선물 ETN(H)", "TDD_CLSPRC": "10885",
    "CMPPREVDD_PRC": "-125", "FLUC_RT": "-1.14", "PER1SECU_INDIC_VAL": "10673.56", "TDD_OPNPRC": "10730",
    "TDD_HGPRC": "10885", "TDD_LWPRC": "10670", "ACC_TRDVOL": "8272", "ACC_TRDVAL": "89120580",
    "MKTCAP": "10885000000", "INDIC_VAL_AMT": "10673560000", "LIST_SHRS": "1000000", "IDX_IND_NM": "가상 원유 2X TR",
    "OBJ_STKPRC_IDX": "1.12", "CMPPREVDD_IDX": "0.05", "FLUC_RT_IDX": "4.67",
}  # fmt: skip
ELW = {
    "BAS_DD": "20261118", "ISU_CD": "52L999", "ISU_NM": "가상L999전자콜", "TDD_CLSPRC": "65", "CMPPREVDD_PRC": "0",
    "TDD_OPNPRC": "0", "TDD_HGPRC": "0", "TDD_LWPRC": "0", "ACC_TRDVOL": "0", "ACC_TRDVAL": "0",
    "MKTCAP": "1976000000", "LIST_SHRS": "30400000", "ULY_NM": "가상전자", "ULY_PRC": "67,800",
    "CMPPREVDD_PRC_ULY": "700", "FLUC_RT_ULY": "1.04",
}  # fmt: skip
"""Made up, in the shape of public answers: without a trade 0, the underlying's price alone with a separator."""
READ = {
    "etn": {"close_price": 10885, "indicative_value": Decimal("10673.56"), "indicative_total": 10673560000,
            "index_close": Decimal("1.12"), "change_rate": Decimal("-1.14")},
    "elw": {"close_price": 65, "open_price": 0, "volume": 0, "underlying_close": 67800,
            "underlying_change_rate": Decimal("1.04"), "underlying_name": "가상전자"},
}  # fmt: skip


@pytest.mark.parametrize(("name", "record"), [("etn", ETN), ("elw", ELW)])
def test_an_answer_is_read_to_the_digit(open_world, monkeypatch, name, record):
    with open_world(patience=1) as world:
        one = data_sets.by_day(name)
        assert one not in data_sets.wanted(""), "off until it is named"
        plain = load_described.load(world.app, one, DAY, DAY, job.Options())
        assert (plain.outcome, plain.rows.added, plain.requests) == ("done", 3, {"total": 1, "krx_openapi": 1})
        monkeypatch.setattr(KrxOpenApi, "rows", lambda *_: [record])
        world.execute(f"DELETE FROM {one.table.name}; DELETE FROM unit_ledger")
        load_described.load(world.app, one, DAY, DAY, job.Options())
        names = ", ".join(READ[name])
        assert world.rows(f"SELECT {names} FROM {one.table.name}") == [tuple(READ[name].values())]
