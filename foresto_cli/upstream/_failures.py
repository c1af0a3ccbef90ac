"""What a failed exchange or a status that is no success means, as one of our errors."""

import requests
import urllib3.exceptions

from foresto_cli.errors import AuthFailed, BadPayload, Blocked, ForestoError, NetworkDown, RateLimited, Transient
from foresto_cli.upstream import _line

_UNSENDABLE = (
    UnicodeEncodeError,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    urllib3.exceptions.LocationValueError,
)
_TOO_LATE = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_CUT_OFF = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    urllib3.exceptions.ProtocolError,
    urllib3.exceptions.SSLError,
    ConnectionError,
)
_NEVER_THERE = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ProxyError)
"""No connection came about; of everything else, the other side ended one."""
NO_LINE = "연결이 끊겼거나 연결할 수 없습니다. 네트워크를 확인하세요."


def as_ours(error: Exception, label: str, url: str, *, late: bool, cut_off_means: str = "") -> ForestoError:
    """Return what became of an exchange that ended in any exception; ``late`` when its time was up.

    Args:
        error: of whatever class: libraries let those of other libraries, of the standard library and their own bugs
            through, and none of them may end more than this one question.
        label: what Korean messages call the upstream.
        url: what was asked; only the proxy on the way there is looked up by it.
        late: the time limit had cut the line before.
        cut_off_means: what it may mean when this upstream cuts a connection off that was there.
    """
    if late:
        return Transient(f"{label}: 응답이 제한 시간이 지나도 끝나지 않습니다.")
    found = _line.fault(error, label, url)
    if found is not None:
        return found
    # A host name that cannot be encoded is a plain UnicodeError.
    if isinstance(error, _UNSENDABLE) or type(error) is UnicodeError:
        return AuthFailed(f"{label}: 키나 주소에 보낼 수 없는 글자가 있습니다. 설정에 적은 값을 확인하세요.")
    if isinstance(error, _TOO_LATE) or "timed out" in str(error):
        return Transient(f"{label}: 제한 시간 안에 답이 없습니다.")
    if isinstance(error, _CUT_OFF) or (isinstance(error, OSError) and not isinstance(error, requests.RequestException)):
        was_there = not any(isinstance(cause, _NEVER_THERE) for cause in _line.causes(error))
        meant = f"상대가 연결을 끊었습니다. {cut_off_means}" if cut_off_means and was_there else NO_LINE
        return NetworkDown(f"{label}: {meant}")
    return BadPayload(f"{label}: 응답이 HTTP 규칙에 맞지 않습니다({type(error).__name__}).")


def check_status(response: requests.Response, label: str, *, retried: bool = True) -> None:
    """Turn an HTTP status that is not success into the error it means; a redirect is none, and never followed.

    Args:
        response: the answer.
        label: what Korean messages call the upstream.
        retried: as in :class:`foresto_cli.upstream.policy.Policy`: "too many requests" is remembered until midnight.

    Raises:
        RateLimited, Transient, AuthFailed, Untrusted, Blocked, BadPayload: by status.
    """
    status = response.status_code
    if status == requests.codes.too_many_requests:
        until = "자정(KST)이 지나면" if retried else "다음 실행에서"
        raise RateLimited(f"{label}: 요청이 너무 잦다는 답이 왔습니다(429). {until} 이어집니다.")
    if status >= requests.codes.internal_server_error:
        raise Transient(f"{label}: 서버 오류입니다({status}).")
    if status == requests.codes.unauthorized:
        raise AuthFailed(f"{label}: 인증을 거절당했습니다(401). 키가 맞는지, 그 서비스가 승인됐는지 확인하세요.")
    if status == _line.LOGIN_WANTED:
        raise _line.login_wanted(response.url)
    if status == requests.codes.forbidden:
        raise Blocked(f"{label}: 접근이 막혔습니다(403). 24시간 동안 다시 요청하지 않습니다.")
    if status != requests.codes.ok:
        raise BadPayload(f"{label}: 뜻밖의 상태 {status}로 답했습니다.", response.content)
