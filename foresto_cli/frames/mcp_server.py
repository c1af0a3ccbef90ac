"""The tools of :mod:`foresto_cli.frames.tools` over MCP (Model Context Protocol), on standard input and output."""

from collections.abc import Callable
from functools import wraps

from foresto_cli import __version__, extras
from foresto_cli.errors import ConfigError, ForestoError
from foresto_cli.frames import session, tools

INSTRUCTIONS = (
    "A verified copy of the Korean stock market: prices, statements, dividends, scores. Amounts are in won, days are of"
    " Seoul, missing values are null and never zero. Nothing can be written."
)


def serve(*, sandbox: bool) -> None:
    """Answer an assistant until it leaves; the database is open meanwhile.

    Raises:
        ConfigError: the SDK is missing, or the settings are wrong.
        StoreUnavailable: the database cannot be had.
    """
    try:
        from mcp.server.mcpserver import MCPServer
        from mcp.types import ToolAnnotations
    except ModuleNotFoundError:
        raise ConfigError(f"MCP의 SDK가 없습니다. 설치: {extras.command('mcp')}") from None
    with session.open(sandbox=sandbox):
        server = MCPServer("foresto", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING")
        only_reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, open_world_hint=False)
        for tool in tools.TOOLS:
            server.add_tool(_telling(tool), annotations=only_reads)
        server.run("stdio")


def _telling(tool: Callable[..., tools.Answer]) -> Callable[..., tools.Answer]:
    """Let our own errors be told: they say what to do. Of any other the assistant learns only that there was one."""
    from mcp.server.mcpserver.exceptions import ToolError

    @wraps(tool)
    def answered(*given: object, **named: object) -> tools.Answer:
        try:
            return tool(*given, **named)
        except ForestoError as error:
            raise ToolError(f"{error}") from None

    return answered
