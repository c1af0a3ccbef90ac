"""A chart of prices with volume and marked price events, as an SVG or PNG file (matplotlib)."""

import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from foresto_cli import files
from foresto_cli.adjustment.events import LABELS
from foresto_cli.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMS = ("svg", "png")
KOREAN = (
    "Apple SD Gothic Neo",
    "AppleGothic",
    "Malgun Gothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "UnDotum",
)
"""Fonts with Korean letters, by system; one of them has to be there for a PNG."""
INK, GRID, LINE, BARS, MARK = "#1d1c1a", "#e3dfd6", "#1f57b8", "#b9b4a8", "#c22f2a"
SIZE, DOTS = (9.6, 5.4), 150
NEEDED = 2
"""Days: one is no line."""
TOO_FEW = "그릴 거래일이 둘보다 적습니다. --from으로 기간을 넓히세요."
DATES = ["%Y년", "%-m월", "%-d일", "%H시", "%H:%M", "%S.%f"]
"""Marks of the time axis by their step: years, months, days and what is never shown."""


class Drawn(NamedTuple):
    """A picture.

    Attributes:
        days: in it.
        speaks_korean: False where this machine has no font with Korean letters, which are left out then.
    """

    days: int
    speaks_korean: bool


def form_of(file: Path) -> str:
    """Return which picture ``file`` is to be, by its ending.

    Raises:
        UsageError: neither SVG nor PNG.
    """
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise UsageError(f"{file}: 차트는 .svg나 .png 파일로만 그립니다. 화면에 그리려면 --chart=-를 쓰세요.")
    return form


def write(file: Path, title: str, unit: str, days: Sequence[Mapping[str, Any]], caches: Path) -> Drawn:
    """Draw the closes of ``days``, oldest first, over their volume, and put the picture in the place of ``file``.

    Returns what was drawn.

    Args:
        file: ends with ``.svg`` or ``.png``.
        title: above the picture.
        unit: of the prices.
        days: with ``trade_date``, ``close_price``, ``volume``, ``adj_event``.
        caches: folder in which matplotlib keeps what it knows of the fonts.

    Raises:
        UsageError: another ending, or fewer than two days.
        ConfigError: matplotlib is missing, or the file cannot be written.
    """
    form = form_of(file)
    known = [day for day in days if day["close_price"] is not None]
    if len(known) < NEEDED:
        raise UsageError(TOO_FEW)
    os.environ.setdefault("MPLCONFIGDIR", str(caches))
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise ConfigError(f"차트를 그릴 matplotlib이 없습니다({error}). pip install matplotlib로 설치하세요.") from None
    korean = _korean_font()
    # An SVG is drawn by whoever looks at it, with fonts of his own.
    fonts = [*([korean] if korean else []), *(KOREAN if form == "svg" else ()), "DejaVu Sans"]
    settings = rc_context({"svg.fonttype": "none", "svg.hashsalt": "foresto", "font.family": fonts})
    with settings, warnings.catch_warnings():
        # Of fonts and letters that this machine does not have.
        warnings.simplefilter("ignore", UserWarning)
        speaks_korean = korean is not None or form == "svg"
        picture = _drawn(title, unit, known, form, speaks_korean=speaks_korean)
    files.write(file, picture)
    return Drawn(len(known), speaks_korean)


def _korean_font() -> str | None:
    from matplotlib import font_manager

    fonts = font_manager.fontManager
    if not any(font.name in KOREAN for font in fonts.ttflist):
        # matplotlib keeps its list of fonts for ever; one that was installed since is not in it.
        known = {font.fname for font in fonts.ttflist}
        for file in font_manager.findSystemFonts():
            if file not in known:
                with suppress(OSError, RuntimeError):
                    fonts.addfont(file)
    there = {font.name for font in fonts.ttflist}
    return next((name for name in KOREAN if name in there), None)


def _drawn(title: str, unit: str, days: Sequence[Mapping[str, Any]], form: str, *, speaks_korean: bool) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    when = [day["trade_date"] for day in days]
    above.plot(when, [float(day["close_price"]) for day in days], color=LINE, linewidth=1.2)
    below.bar(when, [float(day["volume"] or 0) for day in days], color=BARS, width=_width(when))
    _mark_events(above, days, speaks_korean=speaks_korean)
    above.set_title(_words(title, speaks_korean=speaks_korean), loc="left", color=INK, fontsize=12)
    above.set_ylabel(unit if speaks_korean else "")
    below.set_ylabel("거래량" if speaks_korean else "volume")
    _dress(figure, (above, below))
    picture = BytesIO()
    # Without a date the same prices make the same file.
    figure.savefig(picture, format=form, dpi=DOTS, metadata={"Date": None} if form == "svg" else {"Software": None})
    return picture.getvalue()


def _words(title: str, *, speaks_korean: bool) -> str:
    """Return the title; without a font that has Korean letters only what is left without them."""
    plain = (
        title if speaks_korean else " ".join("".join(letter if letter.isascii() else " " for letter in title).split())
    )
    # A dollar sign would begin a formula.
    return plain.replace("$", r"\$")


def _mark_events(axes: "Axes", days: Sequence[Mapping[str, Any]], *, speaks_korean: bool) -> None:
    for day in days:
        if day["adj_event"]:
            axes.axvline(day["trade_date"], color=MARK, linewidth=0.8, linestyle=":")
            label = LABELS.get(f"{day['adj_event']}", f"{day['adj_event']}") if speaks_korean else f"{day['adj_event']}"
            axes.annotate(
                label.replace("$", r"\$"),
                (day["trade_date"], 1),
                xycoords=("data", "axes fraction"),
                xytext=(3, -10),
                textcoords="offset points",
                fontsize=8,
                color=MARK,
            )


def _width(when: Sequence[date]) -> float:
    """Return how many days a bar is wide: less than the shortest distance."""
    return 0.8 * min((after - before).days for before, after in pairwise(when))


def _dress(figure: "Figure", both: "Sequence[Axes]") -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import FuncFormatter

    for axes in both:
        axes.grid(visible=True, color=GRID, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(colors=INK, labelsize=8)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.set_axisbelow(True)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]  # matplotlib has no types there
    both[-1].xaxis.set_major_locator(locator)
    # Years, months and days in Korean; a month's first day shows the month, a year's first month the year.
    words = {"formats": DATES, "zero_formats": ["", *DATES[:-1]], "offset_formats": [""] * len(DATES)}
    both[-1].xaxis.set_major_formatter(ConciseDateFormatter(locator, **words))  # type: ignore[no-untyped-call]  # as above
    figure.align_ylabels(list(both))
