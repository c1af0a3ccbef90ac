"""Asks for one key: says what it is for and how to get it, and tests each of its services."""

from pathlib import Path

from foresto_cli import data_sets
from foresto_cli.app import App
from foresto_cli.declared import WholeList
from foresto_cli.loading import load_described
from foresto_cli.setting_up.candidates import Values, place_of, with_values
from foresto_cli.setting_up.talk import Talk
from foresto_cli.settings import keys
from foresto_cli.settings.keys import Key
from foresto_cli.telling.diagnosis import NOTE, OK, WRONG, Diagnosis
from foresto_cli.upstream.fsc_services import SERVICES
from foresto_cli.upstream.krx_openapi import ALL
from foresto_cli.views import probes

MARKS = {OK: "✓", NOTE: "·", WRONG: "✗"}
OFFLINE = "네트워크에 연결할 수 없어 확인하지 않았습니다. 나중에 foresto doctor로 확인하세요."
SHOWN = ("KRX_ID",)
"""Settings that are shown while they are typed; all others are hidden."""


def ask(talk: Talk, app: App, key: Key, file: Path, *, is_online: bool) -> Values:
    """Ask for ``key`` and test it; return the settings to write, none when the operator skips the question.

    Args:
        talk: the conversation.
        app: its clients test the key.
        key: a key or a login.
        file: where settings are written; a key that is set elsewhere can be copied into it.
        is_online: whether there is a network; without one the key is not tested.

    Raises:
        Interrupted: the operator stopped.
    """
    talk.title(f"{key.label} · {key.site}")
    talk.say(f"받는 것: {key.brings}")
    talk.say(f"점수: {key.score}")
    is_set = key.is_set(app.settings)
    if is_set:
        _tell_where(talk, app, key)
        _tell(talk, _looked_at(app, key, is_online=is_online))
        copied = _copied(talk, app, key, file)
        if copied:
            return copied
    else:
        _tell_way(talk, app, key)
    return _typed(talk, app, key, is_set=is_set, is_online=is_online)


def _looked_at(app: App, key: Key, *, is_online: bool) -> list[Diagnosis]:
    return list(probes.of(app, key)) if is_online else [Diagnosis(key.site, NOTE, OFFLINE)]


def _typed(talk: Talk, app: App, key: Key, *, is_set: bool, is_online: bool) -> Values:
    passed_over = "Enter는 그대로" if is_set else "Enter는 건너뛰기"
    while True:
        given: Values = {}
        for name in key.names:
            value = talk.value(name, passed_over, hidden=name not in SHOWN)
            if not value:
                return {}
            given[name.lower()] = value
        talk.say("확인하고 있습니다…")
        found = _looked_at(with_values(app, given), key, is_online=is_online)
        _tell(talk, found)
        if not any(one.state == WRONG for one in found):
            return given
        if talk.agree("확인되지 않았습니다. 승인을 기다리는 중이면 y를 적으세요. 그래도 적을까요?"):
            return given


def _tell_way(talk: Talk, app: App, key: Key) -> None:
    for number, step in enumerate(key.steps, 1):
        talk.say(f"{number}. {step}")
    for title in services(app, key):
        talk.say(f"   - {title}")
    talk.say(key.takes + (f" {key.lasts // 365}년마다 연장해야 합니다." if key.lasts else ""))


def services(app: App, key: Key) -> list[str]:
    """Return the exact names of the services of ``key`` that have to be applied for one by one."""
    if key is keys.OPENAPI:
        return [service.title for service in (*ALL, *load_described.services(app))]
    if key is keys.FSC:
        more = [one.service.title for one in data_sets.of_kind(WholeList) if one in load_described.wanted(app)]
        return [*(service.title for service in SERVICES.values()), *more]
    return []


def _tell_where(talk: Talk, app: App, key: Key) -> None:
    problem = app.settings.problem(*(name.lower() for name in key.names))
    place = place_of(app, key.names[0].lower())
    talk.say(f"✗ {problem}" if problem else f"설정됨({place}). 값은 보여 주지 않습니다.")


def _tell(talk: Talk, found: list[Diagnosis]) -> None:
    for one in found:
        talk.say(f"{MARKS[one.state]} {one.name}: {one.text}")


def _copied(talk: Talk, app: App, key: Key, file: Path) -> Values:
    """Offer to copy a key that commands in another folder and scheduled jobs would not find; return its values."""
    names = [name.lower() for name in key.names]
    if app.sandbox is not None or all(place_of(app, name).startswith(f"{file.parent}") for name in names):
        return {}
    talk.say("다른 폴더나 예약 실행에서는 이 값을 찾지 못합니다.")
    if not talk.agree(f"{file}에 옮겨 적을까요?"):
        return {}
    return {name: getattr(app.settings, name).get_secret_value() for name in names}
