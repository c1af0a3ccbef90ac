"""Pages of stocks as files: of the watchlist and the best scores, private, whole, and none of others left."""

import re

import html5lib
from views.pages.conftest import change, rows
from views.pages.test_scores import RUN, SCORES

from foresto_cli.views import page
from foresto_cli.views.pages import kept


def watch(engine, *tickers):
    for ticker in tickers:
        change(engine, "INSERT INTO watchlist (ticker, created_at) VALUES (:ticker, now())", ticker=ticker)


def names(folder):
    return sorted(file.name for file in folder.iterdir())


def test_the_watchlist_and_the_best_scores_have_pages_beside_the_dashboard(loaded):
    app, engine = loaded.app, loaded.app.engine
    (fund,) = rows(engine, "SELECT ticker FROM etfs WHERE is_active ORDER BY ticker LIMIT 1")[0]
    watch(engine, "005930", fund)
    change(engine, RUN, run=1, day="2026-11-20")
    change(engine, SCORES, run=1, day="2026-11-20", top=90)
    written = page.write(app)
    assert written["stocks"][:2] == ["005930", fund]
    assert len(set(written["stocks"])) == len(written["stocks"]) <= kept.TOP + 2
    folder = app.folders.state / kept.FOLDER
    assert names(folder) == sorted(f"{code}.html" for code in written["stocks"])
    dashboard = (app.folders.state / page.FILE).read_text(encoding="utf-8")
    assert all(f'href="stocks/{code}.html"' in dashboard for code in written["stocks"])


def test_a_page_is_private_valid_and_asks_nothing_of_anybody(loaded):
    watch(loaded.app.engine, "005930")
    kept.write(loaded.app)
    file = loaded.app.folders.state / kept.FOLDER / "005930.html"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    html = file.read_text(encoding="utf-8")
    document = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert not [one for one in document.iter() if one.tag in {"script", "link", "img", "form"}]
    named = re.findall(r'(?:href|src)="([^"]+)"', html)
    assert all(one.startswith("https://dart.fss.or.kr/") for one in named)
    assert "default-src 'none'" in html


def test_pages_of_others_are_taken_away_and_strange_files_stay(loaded):
    watch(loaded.app.engine, "005930")
    kept.write(loaded.app)
    folder = loaded.app.folders.state / kept.FOLDER
    (folder / "notes.html").write_text("mine", encoding="utf-8")
    change(loaded.app.engine, "DELETE FROM watchlist")
    kept.write(loaded.app)
    assert names(folder) == ["notes.html"]


def test_a_dashboard_written_elsewhere_writes_nothing_beside_it(loaded, tmp_path):
    watch(loaded.app.engine, "005930")
    written = page.write(loaded.app, tmp_path / "mine.html")
    assert written["stocks"] == []
    assert "stocks/005930.html" not in (tmp_path / "mine.html").read_text(encoding="utf-8")
    assert not (tmp_path / kept.FOLDER).exists()


def test_an_empty_database_has_none(open_world):
    with open_world() as world:
        assert kept.write(world.app) == []
