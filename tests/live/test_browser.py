"""The live dashboard in a real browser: quiet, asking nobody else, usable by everybody, true as things happen."""

import base64
import time

import pytest

pytest.importorskip("selenium", reason="selenium is not installed (the extra test)")

from live import browser as browsers
from live.test_process import opened as serving_process
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from support import start_foresto

from foresto_cli import clock
from foresto_cli.live.routes import ROUTES

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        bool(browsers.missing),
        reason=f"no {' and no '.join(browsers.missing)}: apt-get install chromium chromium-driver",
    ),
]
TICKER = "005930"
PATHS = [route.path.replace("{table}", "stock_price_daily").replace("{ticker}", TICKER) for route in ROUTES]
PATHS += ["/find?condition=price+%3E+1000+and+market_cap+%3E+100%EC%96%B5", "/search?q=%EA%B0%80", "/?steps=1"]


@pytest.fixture(scope="module")
def downloads(tmp_path_factory):
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def chromium(downloads):
    with browsers.opened(downloads) as found:
        yield found


@pytest.fixture
def window(chromium, live):
    """A desktop's window that has come in."""
    chromium.size(1440)
    chromium.scheme("light")
    chromium.enter(live)
    chromium.complaints()
    chromium.hosts()
    return chromium


def until(window, condition, seconds=20):
    return WebDriverWait(window.driver, seconds, 0.1).until(condition)


def text(window, selector="main"):
    return window.driver.find_element(By.CSS_SELECTOR, selector).text


def test_every_page_is_quiet_asks_nobody_else_and_can_be_used_by_everybody(live, window):
    for path in PATHS:
        for width, scheme in ((1440, "light"), (390, "dark")):
            window.size(width)
            window.scheme(scheme)
            window.get(path)
            assert text(window, "h1")
            assert window.axe() == [], (path, width)
            assert window.complaints() == [], path
            assert not window.is_wider_than_its_window(), (path, width)
    assert window.hosts() == {f"127.0.0.1:{live.port}"}


def test_an_alert_is_acknowledged_by_a_click_and_another_appears_by_itself(live, window):
    insert = (
        "INSERT INTO ops_alert (alert_type, subject, alert_level, alert_title, alert_message, created_at, last_seen_at)"
        " VALUES ('blocked', :subject, 'critical', CAST(:title AS text), '<i>차단</i>', :now, :now)"
    )
    live.world.execute(insert, subject="krx", title="KRX가 차단했습니다", now=clock.wall())
    until(window, lambda _: "KRX가 차단했습니다" in text(window), 3)
    assert "<i>차단</i>" in text(window)
    article = next(one for one in window.driver.find_elements(By.CSS_SELECTOR, "article.alert") if "KRX가" in one.text)
    article.find_element(By.TAG_NAME, "button").click()
    until(window, lambda _: "확인했습니다. 해결될 때까지" in text(window))
    assert live.world.scalar("SELECT acknowledged_at FROM ops_alert WHERE subject = 'krx'") is not None
    live.world.execute(insert, subject="dart", title="DART가 차단했습니다", now=clock.wall())
    until(window, lambda _: "DART가 차단했습니다" in text(window), 3)
    assert text(window, "#live-state") == "실시간"


def test_a_stock_is_found_by_its_korean_name(live, window):
    ticker, name = live.world.rows("SELECT ticker, name FROM stocks WHERE is_active ORDER BY ticker LIMIT 1")[0]
    box = window.driver.find_element(By.ID, "q")
    box.send_keys(name, Keys.ENTER)
    until(window, lambda driver: driver.current_url.endswith(f"/stocks/{ticker}"))
    assert name in text(window)


def test_a_screen_is_put_together_and_its_rows_are_downloaded(live, window, downloads):
    window.get("/find")
    Select(window.driver.find_element(By.ID, "field")).select_by_value("price")
    Select(window.driver.find_element(By.ID, "compare")).select_by_value(">=")
    window.driver.find_element(By.ID, "value").send_keys("1,000", Keys.ENTER)
    until(window, lambda _: "price >= 1000" in text(window))
    window.driver.find_element(By.CSS_SELECTOR, "a[download]").click()
    until(window, lambda _: list(downloads.glob("foresto-screen-*.csv")))
    lines = next(downloads.glob("foresto-screen-*.csv")).read_text(encoding="utf-8-sig").splitlines()
    day = live.world.scalar("SELECT max(trade_date) FROM stock_price_daily")
    count = "SELECT count(*) FROM stock_price_daily WHERE trade_date = :day AND close_price >= 1000"
    assert len(lines) - 1 == live.world.scalar(count, day=day)
    assert lines[0].startswith("ticker,name")


def test_it_is_used_by_the_keyboard_alone(window):
    window.get("/data")
    active = window.driver.switch_to.active_element
    active.send_keys(Keys.TAB)
    first = window.driver.switch_to.active_element
    assert (first.text, first.is_displayed()) == ("본문으로", True)
    first.send_keys(Keys.ENTER)
    assert window.driver.switch_to.active_element.get_attribute("id") == "main"


@pytest.mark.parametrize("path", ["/", "/scores", "/data/stock_price_daily"])
def test_a_page_is_printed(window, path):
    window.get(path)
    printed = base64.b64decode(window.driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert printed.startswith(b"%PDF")
    assert len(printed) > 20_000
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not window.driver.find_element(By.CSS_SELECTOR, "nav").is_displayed()
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_chain_of_another_process_is_watched_live(chromium, home):
    chromium.size(1440)
    with serving_process(home) as found:
        chromium.enter(found)
        chromium.complaints()
        assert "foresto run initial" in text(chromium)
        run = start_foresto(home, "--sandbox", "run", "initial", "--json")
        until(chromium, lambda _: "진행 중" in text(chromium))
        # A step under its chain, with how far it is.
        until(chromium, lambda driver: driver.find_elements(By.CSS_SELECTOR, "[data-live=running] .under"), 30)
        until(chromium, lambda driver: driver.find_elements(By.CSS_SELECTOR, ".under svg.meter"), 60)
        _, err = run.communicate(timeout=180)
        assert run.returncode in {0, 3}, err
        ended = time.monotonic()
        until(chromium, lambda driver: not driver.find_elements(By.ID, "running"), 5)
        until(chromium, lambda driver: driver.find_elements(By.ID, "calendar"), 10)
        assert time.monotonic() - ended < 10
        assert "일별 시세" in text(chromium)
        assert chromium.complaints() == []


def test_a_page_of_a_server_that_ended_says_so(chromium, home):
    with serving_process(home) as found:
        chromium.enter(found)
        until(chromium, lambda _: text(chromium, "#live-state") == "실시간")
        found.process.terminate()
        found.process.wait(15)
        until(chromium, lambda _: "다시 연결하는 중" in text(chromium, "#live-state"), 60)
        another = start_foresto(home, "--sandbox", "dashboard", "--serve", "--port", str(found.port))
        try:
            until(chromium, lambda _: "새 주소를 여세요" in text(chromium, "#live-state"), 90)
        finally:
            another.terminate()
            another.communicate(timeout=15)
