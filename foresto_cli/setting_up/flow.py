"""``foresto init`` from the first question to the last; settings are written only after all questions."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from foresto_cli import opening, settings
from foresto_cli.app import App
from foresto_cli.chains import chain, chain_results, next_steps, planned
from foresto_cli.console import Console
from foresto_cli.errors import ForestoError, Interrupted, UsageError, exit_code_of
from foresto_cli.running.job import Options
from foresto_cli.schedule import installing
from foresto_cli.setting_up import channel_questions, database_question, env_file, key_questions
from foresto_cli.setting_up.candidates import Values, with_values
from foresto_cli.setting_up.talk import Talk
from foresto_cli.settings import keys
from foresto_cli.upstream import reach

QUESTIONS = (
    "데이터베이스: 내장 PostgreSQL 또는 DATABASE_URL",
    *(f"{key.label}: {key.site}" for key in keys.KEYS),
    "알림: SLACK_WEBHOOK_URL, ALERT_EMAIL과 SMTP 설정, FORESTO_APPRISE_URLS",
    "자동 실행: foresto schedule install",
    "처음 받기: foresto run initial",
)


def begin(console: Console, *, sandboxed: bool, is_silent: bool) -> int:
    """Ask, write the settings, then install the schedule and load if the operator agrees; return the exit code.

    Args:
        console: prints and reads.
        sandboxed: use the sandbox's upstreams, and write a file that no command reads.
        is_silent: skip every question.

    Raises:
        UsageError: there is no terminal to ask on.
        ForestoError: the present settings cannot be read, the database cannot be opened, or the operator stopped
            after the settings were written.
    """
    if not is_silent and not console.can_ask:
        for question in QUESTIONS:
            console.line(f"· {question}")
        raise UsageError(
            "foresto init은 터미널에서 차례로 입력받습니다. 입력 없이 지금 설정을 확인만 하려면 --yes를 붙이세요."
        )
    talk = Talk(console, is_silent)
    with opening.without_database(console, sandboxed=sandboxed) as around, ExitStack() as stack:
        file = _file(around)
        console.strong("foresto를 설정합니다. 모든 질문은 Enter로 건너뛸 수 있습니다.")
        talk.say("언제든 다시 실행할 수 있고, 모두 입력받은 뒤에 한 번에 적습니다.")
        talk.say(f"설정 파일: {file}")
        if sandboxed:
            talk.say("모의 환경입니다: 실제 설정은 바꾸지 않습니다.")
        try:
            app, values = _asked(talk, around, file, stack, sandboxed=sandboxed)
        except Interrupted as stopped:
            console.line()
            console.complain("! 멈췄습니다. 설정 파일은 그대로입니다.")
            return exit_code_of(stopped)
        if values:
            settings.private_folder(file.parent)
            env_file.write(file, values)
            talk.title(f"✓ {file}에 적었습니다: {', '.join(name.upper() for name in values)}")
        else:
            talk.title("설정 파일은 그대로입니다.")
        if not sandboxed:
            app = replace(app, settings=settings.load(app.folders))
        _scheduled(talk, app)
        return _loaded(talk, app)


def _file(around: App) -> Path:
    """Return the file to write: ``.env`` of the settings folder; in the sandbox one that no command reads."""
    return (around.folders.state if around.sandbox is not None else around.folders.config) / ".env"


def _asked(talk: Talk, around: App, file: Path, stack: ExitStack, *, sandboxed: bool) -> tuple[App, Values]:
    app, values = database_question.opened(talk, around, stack, sandboxed=sandboxed)
    is_online = sandboxed or reach.is_up()
    for key in keys.KEYS:
        values |= key_questions.ask(talk, app, key, file, is_online=is_online)
    app = with_values(app, values)
    values |= channel_questions.ask(talk, app)
    return with_values(app, values), values


def _scheduled(talk: Talk, app: App) -> None:
    talk.title("자동 실행")
    if app.sandbox is not None:
        talk.say("모의 환경은 스케줄러에 넣지 않습니다.")
        return
    if any(job["scheduler"] is not None for job in installing.plan(app)):
        talk.say("설치되어 있습니다(foresto schedule status).")
        return
    talk.say("평일 아침·저녁과 주말에 자동으로 받고 점수를 매깁니다(foresto schedule show).")
    if not talk.agree("설치할까요?"):
        return
    try:
        installing.install(app, None, dry_run=False)
    except Interrupted:
        raise
    except ForestoError as error:
        talk.say(f"✗ {error}")


def _loaded(talk: Talk, app: App) -> int:
    talk.title("처음 받기")
    planned.show(talk.console, planned.plan(app, chain.FIRST_LOAD, Options()))
    if not talk.agree("지금 시작할까요? 멈추려면 Ctrl-C, 같은 명령이 이어서 받습니다."):
        next_steps.show(app, first="run initial")
        return 0
    try:
        result = chain.run_chain(app, chain.FIRST_LOAD, Options())
    except ForestoError as error:
        talk.console.complain(f"✗ {error}")
        return exit_code_of(error)
    chain_results.show_summary(app, result)
    next_steps.show(app)
    return result.exit_code
