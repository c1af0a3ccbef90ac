"""What Citus refuses, or answers otherwise without an error, stands in no statement of ours about prices."""

import re
from pathlib import Path

import citus_rules
import citus_watch
import pytest

from foresto_cli.adjustment.apply import settle
from foresto_cli.store.more_views import MORE
from foresto_cli.verify import verification

FILE = Path(__file__).with_name("citus_examples.sql")
PART = re.compile(r"^-- (\w+)\n(.*?)(?=^-- |\Z)", re.MULTILINE | re.DOTALL)
EXAMPLES = {
    rule: [one.strip() for one in part.split(";") if one.strip()]
    for rule, part in PART.findall(FILE.read_text(encoding="utf-8"))
}
STATEMENTS = 60


@pytest.mark.parametrize("rule", EXAMPLES)
def test_a_rule_finds_what_is_refused_and_nothing_else(rule):
    refused, allowed = EXAMPLES[rule]
    assert citus_rules.broken(refused) == [rule]
    assert citus_rules.broken(allowed) == []


def test_every_rule_has_its_examples():
    told = re.findall(r'broken\.add\("(\w+)"\)', Path(citus_rules.__file__).read_text(encoding="utf-8"))
    assert set(told) == set(EXAMPLES)


@pytest.mark.parametrize("name", [name for name, query in MORE.items() if citus_rules.names_prices(query)])
def test_a_view_of_prices_can_be_joined_to_anything(name):
    assert citus_rules.broken(f"SELECT * FROM stocks s LEFT JOIN ({MORE[name]}) v USING (ticker)") == []


def test_a_life_has_no_such_statement(loaded):
    """What other tests run in this process is watched likewise (``conftest.py``)."""
    verification.verify_monthly(loaded.app)
    settle(loaded.app.engine, loaded.app.calendar)
    assert len(citus_watch.seen) > STATEMENTS
    assert citus_watch.found == []


@pytest.mark.parametrize(("module", "rule"), citus_watch.REVIEWED)
def test_every_exception_is_of_a_module_and_a_rule_that_there_are(module, rule):
    assert (citus_watch.PACKAGE / module).is_file()
    assert rule in EXAMPLES
