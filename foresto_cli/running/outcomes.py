"""The Korean names of outcomes, for screens, pages and mails."""

SAID = {
    "done": "완료",
    "nothing_to_do": "할 일 없음",
    "partial": "일부 실패",
    "busy": "다른 작업 중",
    "quota": "한도 소진",
    "blocked": "차단됨",
    "failed": "실패",
    "interrupted": "중단됨",
    "running": "실행 중",
    "skipped": "건너뜀",
    "unknown": "알 수 없음",
}


def said(outcome: str) -> str:
    """Return the Korean name of an outcome; an unknown outcome is returned unchanged."""
    return SAID.get(outcome, outcome)
