"""Asks which database to use: the embedded server, or the operator's own, which has to be reachable."""

from contextlib import ExitStack

from foresto_cli import opening
from foresto_cli.app import App
from foresto_cli.errors import ConfigError, StoreUnavailable
from foresto_cli.setting_up.candidates import Values, with_values
from foresto_cli.setting_up.talk import Talk
from foresto_cli.store import remembered


def opened(talk: Talk, around: App, stack: ExitStack, *, sandboxed: bool) -> tuple[App, Values]:
    """Ask for a database until one can be opened; return the application with it, and the settings to write.

    Args:
        talk: the conversation.
        around: the application without a database.
        stack: closes the database at its end.
        sandboxed: the sandbox has a database of its own, and nothing is asked.

    Raises:
        ConfigError, StoreUnavailable: the database cannot be opened, and it is not one that was just typed.
        Interrupted: the operator stopped.
    """
    talk.title("데이터베이스")
    given = around.settings.database_url
    if given is not None:
        talk.say(f"설정됨: {remembered.named_by(given.get_secret_value())}(DATABASE_URL)")
    elif sandboxed:
        talk.say("모의 환경은 따로 둔 내장 데이터베이스를 씁니다.")
    else:
        talk.say("Enter는 내장 PostgreSQL입니다(따로 설치할 것이 없습니다).")
    while True:
        asks = given is None and not sandboxed
        url = talk.value("DATABASE_URL", "내 서버를 쓰려면 postgresql://…", hidden=True) if asks else ""
        values: Values = {"database_url": url} if url else {}
        try:
            app = stack.enter_context(opening.with_database(with_values(around, values), sandboxed=sandboxed))
        except (ConfigError, StoreUnavailable) as error:
            if not values:
                raise
            talk.say(f"✗ {around.redact(str(error))}")
            continue
        talk.say("✓ 데이터베이스가 준비되었습니다.")
        return app, values
