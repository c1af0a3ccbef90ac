"""Chromium without a window, as Debian packages it: what it logs, what it asks for, what axe-core says of a page."""

import contextlib
import functools
import json
import os
import shutil
from importlib.resources import files
from urllib.parse import urlsplit

import axe_core_python
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

PROGRAMS = ("chromium", "chromedriver")
missing = [name for name in PROGRAMS if shutil.which(name) is None]
SERIOUS = {"serious", "critical"}


class Browser:
    """A window of a size, with a memory of everything that it asked for."""

    def __init__(self, driver):
        """Take what drives it."""
        self.driver = driver

    def size(self, width, height=900):
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600},
        )

    def scheme(self, name):
        features = [{"name": "prefers-color-scheme", "value": name}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def enter(self, live):
        self.origin = f"http://127.0.0.1:{live.port}"
        self.driver.get(live.url)

    def get(self, path):
        self.driver.get(f"{self.origin}{path}")

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}]

    def hosts(self):
        """The servers that anything was asked of since the last call."""
        found = set()
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                url = urlsplit(message["params"]["request"]["url"])
                if url.scheme not in {"data", "chrome", "about"}:
                    found.add(url.netloc)
        return found

    def axe(self):
        """Findings that keep somebody from using the page: rule, how bad, and where."""
        self.driver.execute_script(_axe())
        found = self.driver.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
        return [
            (one["id"], one["impact"], one["nodes"][0]["target"], one["nodes"][0]["failureSummary"])
            for one in found["violations"]
            if one["impact"] in SERIOUS
        ]

    def is_wider_than_its_window(self):
        return self.driver.execute_script(
            "return document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )


@functools.cache
def _axe():
    return files(axe_core_python).joinpath("axe.min.js").read_text(encoding="utf-8")


@contextlib.contextmanager
def opened(downloads):
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--lang=ko-KR"):
        options.add_argument(argument)
    if os.getuid() == 0:
        options.add_argument("--no-sandbox")  # which root cannot have
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(60)
    driver.execute_cdp_cmd("Page.setDownloadBehavior", {"behavior": "allow", "downloadPath": f"{downloads}"})
    try:
        yield Browser(driver)
    finally:
        driver.quit()
