"""``foresto mcp``: the stored data for an assistant."""

from typing import TYPE_CHECKING

from foresto_cli.cli._command import Shown, command

if TYPE_CHECKING:
    from foresto_cli.app import App


@command(opens=False, attended=False)
def mcp(app: "App") -> Shown:
    """저장된 데이터를 MCP로 조회하게 합니다(표준 입출력, 읽기만). 클로드 같은 조수의 설정에 이 명령을 적습니다."""
    from foresto_cli.frames import mcp_server

    mcp_server.serve(sandbox=app.sandbox is not None)
    return Shown({})
