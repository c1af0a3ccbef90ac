"""The words of what people read: one word for one thing, particles where they belong, advice that can be typed."""

import ast
import re

import pytest
from pages import COMMAND, PAGES, page
from support import ROOT

from foresto_cli.cli import _help

CODE = sorted(file for file in (ROOT / "foresto_cli").rglob("*.py") if "migrations" not in file.parts)
TEMPLATES = sorted((ROOT / "foresto_cli").rglob("*.html"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
HANGUL = re.compile("[가-힣]")

PARTICLES = (
    "은|는|이|가|을|를|에|의|로|으로|와|과|도|에서|에게|에는|에도|에만|부터|까지|만|라고|이라고|처럼|보다|마다|입니다|인|"
    "이다|이나|나|이고|이며|이면|면|으로는|로는|로도|라|이라|에서는|에서도|까지는|부터는|와는|과는"
)
DETACHED = re.compile(rf"(?<=[A-Za-z0-9)\]'\"`}}>%*/-]) ({PARTICLES})(?=[\s.,:;)\"'`<]|$)")
"""A particle that stands alone behind what is no Korean word (한글 맞춤법, 제41항)."""
NO_PARTICLES = (" 이 자료", " 이 컴퓨터", " 이 때문", " 이 폴더", " 이 날", "became 나", "AS 나", "abc 라")
"""What looks like one: this, the name of a column."""

BETTER = {
    "자료의 나이": "데이터 최신성",
    "상류": "데이터 출처",
    "까닭": "사유",
    "쓴 만큼": "사용량",
    "묶음 번호": "상위 실행",
    "지켜봅니다": "알림을 켰습니다",
    "이 주소가 차단": "이 IP가 차단",
    "멈춤 감시": "실행 중단 감시(데드맨)",
    "저절로": "자동으로",
    "걸린 초": "소요 시간",
    "알아내지 못함": "확인 실패",
    "HTML 한 장": "HTML 파일 하나",
    "위−아래": "상위−하위 분위",
    "뺀 IC": "제외 IC",
    "단조 {": "단조성",
    "되풀이": "반복",
    "지금 하는 일": "진행 중",
    "멈춘 듯": "응답 없음",
    "의 대역": "로컬 모의 서버",
    "경보": "알림",
    "자본 변동 결정": "증자·감자·합병 등 주요사항",
    "판 번호": "버전",
    "모든 판": "모든 정정본",
    "묻지 않": "요청하지 않",
    "묻습니다": "요청합니다, 조회합니다",
    "물었": "요청했",
    "물을 것": "요청할 것",
    "견줄 점수": "기준 점수",
    "알린 때": "마지막 알림",
    "가 끝나지 않아": "앞 단계가 실패하여",
    "비유동성(억": "비유동성(Amihud)",
    "급등 5일": "MAX5",
    "많이 오른 종목": "상승률 상위",
}


def lines(files):
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if HANGUL.search(line):
                yield f"{file.relative_to(ROOT)}:{number}", line


def korean_pages():
    return [ROOT / name for name in PAGES if not name.startswith("benchmarks") and HANGUL.search(page(name))]


def detached(line):
    return [
        found[0]
        for found in DETACHED.finditer(line)
        if not any(line.startswith(known, found.start()) for known in NO_PARTICLES)
        and not any(known in line[max(0, found.start() - 7) : found.end()] for known in NO_PARTICLES)
    ]


def test_particles_join_the_word_before_them():
    found = [
        f"{place}: {line.strip()}"
        for place, line in lines([*CODE, *TEMPLATES, *korean_pages(), *TESTS])
        if detached(line)
    ]
    ours = [one for one in found if not one.startswith("tests/project/test_words.py")]
    assert ours == []


def test_a_detached_particle_is_found():
    assert detached("PostgreSQL 에 저장합니다") == [" 에"]
    assert detached("'{name}' 을 읽을 수 없습니다. 10m 처럼") == [" 을", " 처럼"]
    assert detached("PostgreSQL에 저장합니다. 이 컴퓨터의 시계와 다릅니다. 3 이 자료") == []


@pytest.mark.parametrize("word", BETTER)
def test_a_word_that_has_a_better_one_is_nowhere(word):
    found = [f"{place}: {line.strip()}" for place, line in lines([*CODE, *TEMPLATES, *korean_pages()]) if word in line]
    assert found == [], f"say {BETTER[word]}"


# --- advice ---------------------------------------------------------------------------------------------------------


def texts(node):
    """Yield every text of a module with what is put into it as ``…``, those in f-strings as part of them."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(part.value if isinstance(part, ast.Constant) else "…" for part in node.values)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from texts(child)


WORD = r"(?:--[a-z-]+|[a-z0-9_…][a-z0-9_…-]*)"
ADVICE = re.compile(rf"\bforesto(?: {WORD})+", re.ASCII)


def advice():
    for file in CODE:
        for text in texts(ast.parse(file.read_text(encoding="utf-8"))):
            if not HANGUL.search(text) and not ADVICE.fullmatch(text):
                continue  # English is for developers
            for found in ADVICE.finditer(text):
                yield str(file.relative_to(ROOT)), found[0]
    for file in TEMPLATES:
        for found in ADVICE.finditer(file.read_text(encoding="utf-8")):
            yield str(file.relative_to(ROOT)), found[0]


def mistake(command):
    """Say what cannot be typed of ``foresto …``, or None; ``…`` may stand for anything."""
    node, words = COMMAND, [word for word in command.split()[1:] if word != "--sandbox"]
    while words and hasattr(node, "commands"):
        if words[0].startswith(("…", "-")):
            break
        if words[0] not in node.commands:
            return f"no command {words[0]}"
        node, words = node.commands[words[0]], words[1:]
    # Old spellings are taken and not advised.
    shown = (_help.spellings(item) if item.param_type_name == "option" else [] for item in node.params)
    known = {option for options in shown for option in options}
    known |= {option for item in node.params for option in item.secondary_opts}
    known |= {"--help", "-h", "--version", "-V"}
    if words and words[0].startswith("…"):
        return None
    return next(
        (f"no option {word}" for word in words if word.startswith("--") and word.strip(".,") not in known), None
    )


@pytest.mark.long
def test_every_advice_is_a_command_that_exists_with_options_that_exist():
    found = list(advice())
    assert len(found) > 150
    assert [(place, command, wrong) for place, command in found if (wrong := mistake(command))] == []


def test_wrong_advice_is_found():
    assert mistake("foresto prices lod") == "no command lod"
    assert mistake("foresto prices repair --nonsense 3") == "no option --nonsense"
    assert mistake("foresto prices repair --from …") is None
    assert mistake("foresto …") is None
