"""Page and mail in a real browser, where there is one: nothing sticks out, at the width of a desk and of a phone."""

import html
import json
import re
import shutil
import subprocess

import pytest
from support import EVENING

from foresto_cli.views import market_mail, page

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
WIDTHS = (1280, 390)
LONG_NAME = "아주아주긴이름을가진지주회사홀딩스인터내셔널코퍼레이션우선주"
LONG_WORD = "https:__opendart.fss.or.kr_api_list.json?" * 8
MEASURE = """
<script>
addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map((frame) => {
    const inside = frame.contentDocument.documentElement;
    return [frame.title, frame.width, inside.scrollWidth, inside.scrollHeight];
  });
  const told = document.createElement("pre");
  told.textContent = JSON.stringify(found);
  document.body.replaceChildren(told);
});
</script>
"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(BROWSER is None, reason="no browser on this machine")]


def measured(tmp_path, documents):
    """How wide each document is in a window of each width: [name, width of the window, width, height]."""
    frames = "".join(
        f'<iframe title="{name}" width="{width}" height="900" srcdoc="{html.escape(document)}"></iframe>'
        for name, document in documents.items()
        for width in WIDTHS
    )
    file = tmp_path / "frames.html"
    file.write_text(f"<!doctype html><meta charset=utf-8>{MEASURE}<body>{frames}", encoding="utf-8")
    done = subprocess.run(
        [BROWSER, *QUIET, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", file.as_uri()],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return json.loads(re.search(r"<pre>(.*)</pre>", done.stdout)[1])


def test_nothing_sticks_out_however_long_the_texts_from_outside_are(open_loaded, tmp_path):
    with open_loaded(EVENING) as world:
        world.execute(
            "UPDATE stock_price_daily SET name = :name, close_price = 1234500, trading_value = 9876543210000",
            name=LONG_NAME,
        )
        world.execute("UPDATE data_collection_log SET error_message = :word", word=LONG_WORD)
        world.execute("UPDATE unit_ledger SET status = 'failed', reason = :word", word=LONG_WORD)
        world.execute(
            "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at,"
            " last_seen_at) VALUES ('x', 'y', 'critical', :title, :word, now(), now())",
            title=LONG_WORD[:200], word=LONG_WORD,
        )  # fmt: skip
        documents = {"page": page.render(world.app), "mail": market_mail.drafted(world.app).html}
    found = measured(tmp_path, documents)
    assert [(name, int(window)) for name, window, _, _ in found] == [
        (name, width) for name in documents for width in WIDTHS
    ]
    assert [(name, window) for name, window, width, _ in found if width > int(window)] == []
    assert all(height > 900 for _, _, _, height in found)
