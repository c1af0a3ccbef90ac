"""``foresto indices``: which indices there are, found by name; their days are shown as prices are."""

from foresto_cli.app import App
from foresto_cli.errors import ConfigError
from foresto_cli.loading import load_indices
from foresto_cli.output.rows import Kind
from foresto_cli.views.reading.reading import Field, Reading

FIELDS = (
    Field("index_code", "코드", Kind.TEXT, "코드"),
    Field("index_class", "계열", Kind.TEXT, "계열"),
    Field("name", "이름", Kind.TEXT, "이름"),
    Field("first_day", "첫 거래일", Kind.DAY, "첫 거래일"),
    Field("last_day", "마지막 거래일", Kind.DAY, "마지막"),
    Field("sessions", "저장된 거래일 수", Kind.WHOLE, "거래일", lambda value: f"{value:,}"),
)


def every(app: App, text: str) -> Reading:
    """Return the indices whose code or name has ``text``; capitals and spaces make no difference.

    Raises:
        ConfigError: no index is known.
    """
    part = "".join(text.split()).casefold()
    known = [dict(row) for row in load_indices.listed(app)]
    if not known:
        raise ConfigError("지수: 저장된 것이 없습니다. 먼저 실행하세요: foresto prices index")
    found = [row for row in known if part in "".join(f"{row['index_code']}{row['name']}".split()).casefold()]
    return Reading(
        title=f"지수 {len(found):,}개",
        fields=FIELDS,
        rows=found,
        nothing="그런 지수가 없습니다.",
        notes=["값은 foresto indices show 코드, 지난 값 받기는 foresto prices index --code 코드"] if found else [],
    )
