"""What a failed exchange or a status that is no success means, as one of our errors."""

import requests

from foresto_cli.errors import AuthFailed, BadPayload, Blocked, ForestoError, NetworkDown, RateLimited, Transient


def as_ours(error: requests.RequestException, label: str, *, late: bool) -> ForestoError:
    """Return what became of an exchange that ``requests`` gave up; ``late`` when its time was up."""
    if late:
        return Transient(f"{label}: 응답이 제한 시간이 지나도 끝나지 않습니다.")
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return Transient(f"{label}: 제한 시간 안에 답이 없습니다.")
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return BadPayload(f"{label}: 압축된 응답을 풀 수 없습니다.")
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return NetworkDown(f"{label}: 연결이 끊겼거나 연결할 수 없습니다. 네트워크를 확인하세요.")
    return BadPayload(f"{label}: 응답이 HTTP 규칙에 맞지 않습니다({type(error).__name__}).")


def check_status(response: requests.Response, label: str) -> None:
    """Turn an HTTP status that is not success into the error it means.

    Raises:
        RateLimited, Transient, AuthFailed, Blocked, BadPayload: by status.
    """
    status = response.status_code
    if status == requests.codes.too_many_requests:
        raise RateLimited(f"{label}: 요청이 너무 잦다는 답이 왔습니다(429). 다음 실행에서 이어집니다.")
    if status >= requests.codes.internal_server_error:
        raise Transient(f"{label}: 서버 오류입니다({status}).")
    if status == requests.codes.unauthorized:
        raise AuthFailed(f"{label}: 인증을 거절당했습니다(401). 키가 맞는지, 그 서비스가 승인됐는지 확인하세요.")
    if status == requests.codes.forbidden:
        raise Blocked(f"{label}: 접근이 막혔습니다(403). 24시간 동안 다시 묻지 않습니다.")
    if status != requests.codes.ok:
        raise BadPayload(f"{label}: 뜻밖의 상태 {status} 로 답했습니다.", response.content)
