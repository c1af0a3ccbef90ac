"""data.krx.co.kr: login, the newest business day, and the statistics behind the login."""

import secrets
from dataclasses import replace
from pathlib import Path

from foresto_cli.sandbox.wire import HTML, Answer, Request, as_json, plain
from foresto_cli.sandbox.world import World

HOSTS = ("data.krx.co.kr",)
LOGIN_MESSAGES = {
    "CD001": "정상",
    "CD002": "아이디 또는 비밀번호가 일치하지 않습니다.",
    "CD010": "비밀번호 변경 후 3개월이 경과하였습니다. 비밀번호를 변경해 주시기 바랍니다.",
    "CD011": "다른 곳에서 로그인 중입니다. 계속하시겠습니까?",
}
REFUSED_PASSWORDS = ("", "wrong")
CLIENT = "/contents/MDC/COMS/client/"


def answer(request: Request, world: World) -> Answer:
    """Return the synthetic answer; statistics need a login, as they do since 2026-02-27 (else HTTP 400 ``LOGOUT``)."""
    path = request.path
    if path.endswith("executeForResourceBundle.cmd"):
        return newest_day(f"{world.market.newest:%Y%m%d}")
    if path.endswith("getJsonData.cmd"):
        if not is_logged_in(request, world):
            return Answer(b"LOGOUT", 400, HTML)
        from foresto_cli.sandbox import krx

        return krx.answer(world.market, _form(request, world)) or plain(f"unknown bld {request.form.get('bld')}\n", 404)
    return login(request, world) or plain(f"unknown path {path}\n", 404)


def _form(request: Request, world: World) -> dict[str, str]:
    """Return the form fields; with the fault ``other_day`` another day than the one that was asked for."""
    from foresto_cli.sandbox.krx.form import day
    from foresto_cli.sandbox.market.whole_market import session_shown

    when = day(request.form.get("trdDd"))
    if request.fault != "other_day" or when is None:
        return request.form
    shown = session_shown(world.market, when, request.fault, request.fault_detail)
    return request.form | {"trdDd": f"{shown:%Y%m%d}"}


def recorded(request: Request, world: World, folder: Path) -> Answer:
    """Return the recorded answer; logging in always works."""
    from foresto_cli.sandbox import recorded as recordings

    if request.path.endswith("executeForResourceBundle.cmd"):
        return newest_day(f"{recordings.recorded_fdr.newest_listing(folder, world.now.date()):%Y%m%d}")
    if request.path.endswith("getJsonData.cmd"):
        if not is_logged_in(request, world):
            return Answer(b"LOGOUT", 400, HTML)
        return recordings.recorded_krx.statistics(request, folder)
    return login(request, world) or plain(f"unknown path {request.path}\n", 404)


def newest_day(day: str) -> Answer:
    """Return the newest business day as the resource bundle gives it (key B128.bld, no login needed)."""
    return as_json({"result": {"output": [{"max_work_dt": day}]}})


def is_logged_in(request: Request, world: World) -> bool:
    """Return whether the request carries a session that is logged in; a ``logout`` fault ends that session."""
    session = request.cookies.get("JSESSIONID", "")
    if request.fault == "logout":
        world.logins.discard(session)
    return session in world.logins


def login(request: Request, world: World) -> Answer | None:
    """Return the answer of the login pages; None for any other path."""
    if not request.path.startswith(CLIENT):
        return None
    session = request.cookies.get("JSESSIONID") or secrets.token_hex(16).upper()
    cookie = (("Set-Cookie", f"JSESSIONID={session}; Path=/; HttpOnly"),)
    if not request.path.endswith("MDCCOMS001D1.cmd"):
        return Answer("<html><head><title>로그인 - 가상</title></head><body></body></html>".encode(), headers=cookie)
    code = "CD002" if request.form.get("pw", "") in REFUSED_PASSWORDS or not request.form.get("mbrId") else "CD001"
    if request.fault in LOGIN_MESSAGES:
        code = str(request.fault)
    if code == "CD001":
        world.logins.add(session)
    found = as_json({"_error_code": code, "_error_message": LOGIN_MESSAGES[code]})
    return replace(found, headers=cookie)
