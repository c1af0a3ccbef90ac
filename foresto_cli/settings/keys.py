"""The upstreams' keys: where and how to get each one, how long it lasts, what it brings, how it affects the score.

``foresto init``, ``foresto doctor``, the first load and docs/keys.md all use these texts. Approval and expiry are as
the sites' own terms and pages describe them (docs/keys.md, Sources).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from foresto_cli.settings.model import Settings


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key or a login.

    Attributes:
        names: its settings; all of them are needed.
        upstream: the upstream whose budget its requests are counted in.
        site: the website that issues it.
        steps: how to get it, one click or form a line.
        takes: how long it takes until it can be used.
        lasts: days until it expires; None when the site gives no general term.
        brings: the data that it gives access to.
        score: its effect on the score.
        lost: the data that is missing without it, in a few words.
    """

    names: tuple[str, ...]
    upstream: str
    site: str
    steps: tuple[str, ...]
    takes: str
    lasts: int | None = None
    brings: str
    score: str
    lost: str

    @property
    def label(self) -> str:
        """Return the names of its settings as one text."""
        return ", ".join(self.names)

    def is_set(self, given: Settings) -> bool:
        """Return whether all its settings have a value, valid or not."""
        return all(getattr(given, name.lower()) is not None or given.problem(name.lower()) for name in self.names)


OPENAPI = Key(
    names=("KRX_OPENAPI_KEY",),
    upstream="krx_openapi",
    site="openapi.krx.co.kr",
    steps=(
        "openapi.krx.co.kr에 가입하고 로그인합니다.",
        "마이페이지 > API 인증키 신청. 승인되면 마이페이지 > 이용현황에 인증키가 보입니다.",
        "서비스이용 > 주식·지수·증권상품에서 서비스마다 'API 이용신청'을 누릅니다(아래 모두).",
    ),
    takes="운영자가 인증키와 서비스를 따로 승인합니다. 승인 전에는 거절됩니다(401).",
    lasts=365,
    brings="2010년부터의 시세, 119개 지수, ETF, 상장 목록(다음 거래일 아침부터)",
    score="기술·리스크 축 전부. DART_API_KEY와 함께면 밸류에이션 축도",
    lost="거래소의 지난 시세",
)
LOGIN = Key(
    names=("KRX_ID", "KRX_PW"),
    upstream="krx",
    site="data.krx.co.kr",
    steps=(
        "data.krx.co.kr에서 회원가입을 합니다(소셜 로그인이 아니라 아이디와 비밀번호로).",
        "한 번 로그인해 보고, 그 아이디와 비밀번호를 적습니다.",
    ),
    takes="바로 쓸 수 있습니다.",
    brings="당일 시세(장 마감 직후), ETF 보수, 거래소의 PER·PBR",
    score="당일 저녁에 그날 점수. 없으면 다음 거래일 아침에 갱신",
    lost="당일 저녁의 거래소 시세",
)
DART = Key(
    names=("DART_API_KEY",),
    upstream="dart",
    site="opendart.fss.or.kr",
    steps=(
        "opendart.fss.or.kr > 인증키 신청/관리 > 인증키 신청.",
        "약관 동의와 이메일 인증을 마치면 인증키(40자)가 나옵니다.",
    ),
    takes="바로 쓸 수 있습니다(하루 20,000번).",
    brings="재무제표, 공시, 배당, 증자·감자·합병 등 주요사항",
    score="재무 축, 밸류에이션 축. 총점과 등급은 이 키가 있어야 나옵니다",
    lost="재무제표와 공시, 점수의 총점과 등급",
)
FSC = Key(
    names=("FSC_API_KEY",),
    upstream="fsc",
    site="data.go.kr",
    steps=(
        "data.go.kr에 가입하고, 아래 서비스를 검색해 하나씩 '활용신청'을 누릅니다(자동 승인).",
        "마이페이지 > 인증키의 일반 인증키를 적습니다(Encoding, Decoding 어느 쪽이든).",
    ),
    takes="신청은 바로 승인되지만, 쓸 수 있기까지 1시간쯤, 드물게 며칠이 걸립니다.",
    lasts=730,
    brings="법인등록번호, 채권, 배당, 2020년부터의 시세(다음 거래일 13:00부터)",
    score="다른 시세 키가 없을 때 기술·리스크 축. 배당수익률",
    lost="채권, 배당(금융위), 법인등록번호",
)
FSS = Key(
    names=("FSS_API_KEY",),
    upstream="finlife",
    site="finlife.fss.or.kr",
    steps=(
        "finlife.fss.or.kr > 오픈API > 인증키 신청.",
        "신청 뒤에 받은 인증키를 적습니다.",
    ),
    takes="신청하면 인증키를 받습니다.",
    brings="예금, 적금, 연금저축, 대출 상품",
    score="영향 없음",
    lost="예금·적금·대출 상품",
)
ALPHA_VANTAGE = Key(
    names=("ALPHA_VANTAGE_API_KEY",),
    upstream="alphavantage",
    site="www.alphavantage.co",
    steps=("www.alphavantage.co/support/#api-key에서 이메일을 적고 GET FREE API KEY를 누릅니다.",),
    takes="바로 쓸 수 있습니다(하루 25번).",
    brings="미국 종목 몇 개",
    score="영향 없음",
    lost="미국 종목",
)
KEYS = (OPENAPI, DART, LOGIN, FSC, FSS, ALPHA_VANTAGE)
"""All keys, the most useful first."""
OF_PAST_PRICES = (OPENAPI, LOGIN, FSC)
"""Keys with which past market days can be loaded; without any of them, prices are loaded stock by stock."""
NEEDED = (OPENAPI, DART, FSC, FSS)
"""Keys that are named after the first load when they are missing; the others are optional."""
EXPIRING = tuple(key for key in KEYS if key.lasts is not None)


def missing(given: Settings, wanted: Iterable[Key] = NEEDED) -> list[Key]:
    """Return those of ``wanted`` that are not completely set."""
    return [key for key in wanted if not key.is_set(given)]


def told_missing(given: Settings) -> Iterator[str]:
    """Yield one sentence about the data that is missing for lack of keys; nothing when no key is missing."""
    absent = missing(given)
    if absent:
        told = "; ".join(f"{key.lost}({key.label})" for key in absent)
        yield f"키가 없어 빠진 것: {told}. 키는 모두 무료이고 foresto init으로 넣습니다."


def of_upstream(upstream: str) -> Key | None:
    """Return the key of ``upstream``; None when it needs none."""
    return next((key for key in KEYS if key.upstream == upstream), None)
