"""``foresto mcp``: a real client asks a real process over its standard input and output."""

import asyncio
import sys

import pytest
from mcp import ClientSession, StdioServerParameters, stdio_client
from support import environment_of

from foresto_cli.frames import tools
from foresto_cli.settings import Paths
from foresto_cli.store import embedded

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


async def _asked(home, questions):
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "foresto_cli", "--sandbox", "mcp"], env=environment_of(home)
    )
    async with stdio_client(server) as (reading, writing), ClientSession(reading, writing) as session:
        await session.initialize()
        offered = (await session.list_tools()).tools
        return offered, [await session.call_tool(name, given) for name, given in questions]


@pytest.mark.long
def test_an_assistant_can_ask_and_change_nothing(foresto, home):
    for command in (("listing", "load"), ("prices", "incremental"), ("stocks", "load")):
        assert foresto("--sandbox", *command).returncode == 0
    questions = [
        ("daily_prices", {"ticker": "005930", "rows": 3}),
        ("screen_stocks", {"condition": "price > 0 and market = 'KOSPI'", "rows": 2}),
        ("listed_stocks", {"rows": 10_000}),
        ("tables", {"table": "stocks"}),
        ("screen_names", {}),
        ("sql", {"statement": "SELECT count(*) AS n FROM stocks"}),
        ("sql", {"statement": "DELETE FROM stocks"}),
        ("daily_prices", {"ticker": "없는회사"}),
    ]
    offered, (prices, screened, listed, columns, names, counted, deleted, nobody) = asyncio.run(_asked(home, questions))
    assert {one.name for one in offered} == {one.__name__ for one in tools.TOOLS}
    assert all(one.annotations.read_only_hint and one.description for one in offered)
    found = prices.structured_content
    assert found["columns"][0] == "trade_date"
    assert len(found["rows"]) == 3
    assert found["rows_in_all"] >= 3
    assert len(screened.structured_content["rows"]) == 2
    assert len(listed.structured_content["rows"]) == listed.structured_content["rows_in_all"]
    assert [row[0] for row in columns.structured_content["rows"]][:1] == ["ticker"]
    assert "market_cap" in names.structured_content["names"]
    assert counted.structured_content["rows"][0][0] > 0
    assert deleted.is_error
    assert "읽기 전용" in deleted.content[0].text
    assert nobody.is_error
    assert "코드" in nobody.content[0].text

    assert not embedded.is_running(Paths(home, home / "data", home).in_sandbox().data)
