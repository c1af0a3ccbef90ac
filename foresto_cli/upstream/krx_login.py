"""The login of data.krx.co.kr, as its own pages do it, and how politely the host is asked."""

from dataclasses import replace
from typing import TYPE_CHECKING

from foresto_cli import harmless
from foresto_cli.errors import AuthFailed
from foresto_cli.upstream._bodies import json_object, refuse_block_page, refuse_html
from foresto_cli.upstream.policy import Policy

if TYPE_CHECKING:
    import requests

    from foresto_cli.upstream.http import UpstreamSession

NAME = "krx"
LABEL = "KRX"
HOST = "data.krx.co.kr"
LOGIN_PAGE = f"https://{HOST}/contents/MDC/COMS/client/MDCCOMS001.cmd"
LOGIN_FRAME = f"https://{HOST}/contents/MDC/COMS/client/view/login.jsp?site=mdc"
LOGIN_POST = f"https://{HOST}/contents/MDC/COMS/client/MDCCOMS001D1.cmd"
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
LOGGED_IN = "CD001"
EXPIRED = "CD010"
LOGGED_IN_ELSEWHERE = "CD011"
MEMBERS_PAGE = "www.krx.co.kr"
LONGEST_CODE, LONGEST_MESSAGE = 20, 150
"""Characters shown of what KRX says of a login."""
LOGIN_REQUESTS = 3
"""Page, frame and form."""


def policy(daily_budget: int) -> Policy:
    """Return how politely the host is asked, by whatever client and for whatever page."""
    return Policy(name=NAME, label=LABEL, hosts={HOST: (NAME,)}, pace=1.0, daily_budget=daily_budget, in_flight=1)


def login_policy(daily_budget: int) -> Policy:
    """Return how politely the login is asked: as the pages are, out of the same budget."""
    return replace(policy(daily_budget), name="krx_login", label="KRX 로그인", shares=NAME, opening=LOGIN_REQUESTS)


def log_in(session: "UpstreamSession", login_id: str, password: str) -> bool:
    """Log in as KRX's own page does: page, frame, form; the session cookie stays in ``session``.

    Returns:
        Whether another login of the same member was ended for it: KRX allows one.

    Raises:
        AuthFailed: refused, or the password has to be changed (KRX asks for that about every three months).
        BadPayload: the answer is not the known one.
    """
    agent = {"User-Agent": BROWSER}
    session.get(LOGIN_PAGE, headers=agent)
    session.get(LOGIN_FRAME, headers=agent | {"Referer": LOGIN_PAGE})
    form = {"mbrNm": "", "telNo": "", "di": "", "certType": "", "mbrId": login_id, "pw": password}
    code, said = _post_form(session, form)
    is_elsewhere = code == LOGGED_IN_ELSEWHERE
    if is_elsewhere:
        code, said = _post_form(session, form | {"skipDup": "Y"})
    if code == EXPIRED:
        raise AuthFailed(f"KRX 비밀번호를 바꿔야 합니다({said}). {MEMBERS_PAGE}에서 바꾼 뒤 KRX_PW를 고치세요.")
    if code != LOGGED_IN:
        raise AuthFailed(f"KRX가 로그인을 거절했습니다({said}). KRX_ID와 KRX_PW를 확인하세요.")
    return is_elsewhere


def inspect_login(response: "requests.Response") -> None:
    """Let a login page pass, which is a web page by nature, unless it is the block page.

    Raises:
        Blocked: it is.
    """
    refuse_block_page(response, LABEL)


def _post_form(session: "UpstreamSession", form: dict[str, str]) -> tuple[str, str]:
    """Return (KRX's code, code and KRX's own words as they may be shown)."""
    response = session.post(LOGIN_POST, data=form, headers={"User-Agent": BROWSER, "Referer": LOGIN_PAGE})
    refuse_html(response, LABEL)
    answer = json_object(response, LABEL)
    code = harmless.line(str(answer.get("_error_code", "")), LONGEST_CODE)
    words = answer.get("_error_message")
    said = " ".join(words.split()).rstrip(".") if isinstance(words, str) else ""
    for secret in filter(None, (form["pw"], form["mbrId"])):
        said = said.replace(secret, "…")
    said = harmless.line(said, LONGEST_MESSAGE)
    return code, f"{code}: {said}" if said else code
