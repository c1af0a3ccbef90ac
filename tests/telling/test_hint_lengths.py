"""Hints fit where findings are written, also when they say that they have to wait."""

import importlib
import pkgutil
from datetime import datetime

from foresto_cli import clock, upstream
from foresto_cli.collecting.checks import LONGEST_REPAIR, MONTHLY
from foresto_cli.store.tables import data_quality_log
from foresto_cli.telling.hints import Closed
from foresto_cli.verify import all_checks, verification

WIDTH = data_quality_log.c.repair.type.length


def test_late_data_of_a_blocked_upstream_is_a_finding_and_no_error_of_ours(open_loaded):
    with open_loaded() as world:
        clock.pretend(datetime.fromisoformat("2026-11-25T21:00+09:00"))
        for name in ("krx", "krx_login", "krx_openapi", "fsc", "fdr", "naver", "yahoo"):
            world.app._transport.limits.block(name, "x")
        found = verification.verify_daily(world.app).findings
        late = next(one for one in found if one.check == "data.late")
        assert "차단: 11-26 21:00 뒤에 foresto " in late.repair
        assert " && " in late.repair
        written = world.scalar("SELECT repair FROM data_quality_log WHERE rule_id = 'data.late'")
        assert written == late.repair


def test_the_longest_command_fits_with_the_longest_reason_to_wait():
    modules = [
        importlib.import_module(one.name) for one in pkgutil.iter_modules(upstream.__path__, "foresto_cli.upstream.")
    ]
    labels = {module.LABEL for module in modules if hasattr(module, "LABEL")}
    labels |= {module.POLICY.label for module in modules if hasattr(module, "POLICY")}
    assert len(labels) > 5
    for label in labels:
        told = Closed(clock.wall(), f"{label} 하루 한도 소진").told("x" * LONGEST_REPAIR)
        assert len(told) <= WIDTH, label
    written = [one.repair for one in all_checks.of(MONTHLY) if isinstance(one.repair, str)]
    assert max(map(len, written)) <= LONGEST_REPAIR
