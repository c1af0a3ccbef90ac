"""Libraries whose insides we reach into: a version that is built differently is told as that, and others are asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from foresto_cli.errors import BadPayload

VERSIONS = {
    "pykrx": "1.2.9 이상 1.3 미만",
    "finance-datareader": "0.9.202 이상 0.10 미만",
}
"""Library → the versions that ``pyproject.toml`` allows, in the words of a message."""


@contextmanager
def known(library: str) -> Iterator[None]:
    """Let the block reach into ``library`` (a key of :data:`VERSIONS`).

    Raises:
        BadPayload: something is not there, or takes other arguments.
    """
    try:
        yield
    except (AttributeError, ImportError, TypeError) as error:
        raise BadPayload(
            f"설치된 {library}의 내부가 foresto가 아는 것과 다릅니다({type(error).__name__})."
            f" {library}를 {VERSIONS[library]}으로 다시 설치하세요."
        ) from error
