"""``foresto indices``: which indices there are, found by name; their days are shown as prices are."""

from foresto_cli.app import App
from foresto_cli.loading import indices
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
    """Return the indices whose code, family or name has ``text``; capitals and spaces make no difference."""
    part = "".join(text.split()).casefold()
    known = [dict(row) for row in indices.listed(app)]
    found = [row for row in known if part in "".join(f"{row['index_code']}{row['name']}".split()).casefold()]
    nothing = "그런 지수가 없습니다." if known else "아직 받은 지수가 없습니다: foresto prices index"
    return Reading(
        title=f"지수 {len(found):,}개",
        fields=FIELDS,
        rows=found,
        nothing=nothing,
        notes=["값은 foresto indices show 코드, 지난 값 받기는 foresto prices index --code 코드"] if found else [],
    )
