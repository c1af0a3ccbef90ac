"""What an outcome is called in Korean, on every screen, page and letter."""

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
    """Return an outcome in Korean; one that nobody translated stays as it is."""
    return SAID.get(outcome, outcome)
