"""Real or sandbox: an answer of the one is never taken for an answer of the other.

The sandbox marks whatever it says: each HTTP answer with the header ``X-Foresto-Sandbox``, its mail server in greeting
and EHLO. What runs for real refuses the mark, what runs in the sandbox refuses an answer without it: proxy variables
that were left behind lead the wrong way, and synthetic prices look right.
"""

from enum import Enum, auto

from foresto_cli.errors import Untrusted

MARK = "X-Foresto-Sandbox"


class World(Enum):
    """Whose answers are believed; ``EITHER`` is for those who develop foresto."""

    REAL = auto()
    SANDBOX = auto()
    EITHER = auto()


def check(world: World, label: str, *, is_marked: bool) -> None:
    """Let an answer of our own world pass.

    Args:
        world: ours.
        label: what Korean messages call who answered.
        is_marked: the answer says that it comes from the sandbox.

    Raises:
        Untrusted: it belongs to the other world.
    """
    if world is World.REAL and is_marked:
        raise Untrusted(
            f"{label}: 실제 서버가 아니라 모의 서버(sandbox)가 답해 받지 않았습니다."
            " 새 터미널에서 다시 실행하거나 sandbox serve가 알려 준 환경 변수(HTTPS_PROXY, SMTP_HOST 등)를 지우세요."
        )
    if world is World.SANDBOX and not is_marked:
        raise Untrusted(
            f"{label}: --sandbox인데 모의 서버가 아닌 곳이 답해 받지 않았습니다."
            " 프록시와 SMTP_HOST 환경 변수를 확인하세요."
        )
