"""The real service in a process of its own, and Debian's Chromium in front of it.

Without Chromium these tests are skipped with a word on how to get it; on CI that is a failure.
"""

import os
import shutil

import pytest

from tests.browser.watching import ON_VIOLATION, Watched
from tests.running_service import RunningService

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOW = "needs Chromium: apt-get install chromium (and `make test`, which installs Playwright for Python)"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return _give_up()
    if CHROMIUM is None:
        return _give_up()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


def _give_up():
    if os.environ.get("CI") == "true":
        pytest.fail(HOW)
    pytest.skip(HOW)


@pytest.fixture(scope="session")
def service(browser, tmp_path_factory):  # noqa: ARG001 - no process is started without a browser
    nobody = ["--fhir-server", "http://127.0.0.1:9/fhir"]
    with RunningService(tmp_path_factory.mktemp("service"), arguments=nobody) as running:
        yield running


@pytest.fixture
def open_page(browser, service):
    """Opens the sandbox page at a width and colour scheme, and complains at the end of what a browser complains of."""
    opened = []

    def at(width: int = 1400, scheme: str = "light") -> Watched:
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        watched = Watched(page, service.url)
        opened.append(watched)
        page.goto(f"{service.url}/sandbox")
        page.wait_for_selector("#patients input")
        return watched

    yield at
    for watched in opened:
        watched.page.close()
        assert watched.complaints == []


@pytest.fixture
def look(browser, service):
    """Opens a page at a width and colour scheme; complains at the end of what the browser complained of.

    No page may tell another address that it is the basis of an answer. The status of the page itself is no complaint.
    """
    contexts, complaints = [], []

    def at(path, width=1400, scheme="light", **options):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        contexts.append(context)
        context.add_init_script(ON_VIOLATION)
        context.on(
            "request", lambda sent: complaints.append(sent.url) if "/basis" in sent.headers.get("referer", "") else None
        )
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "status of 404" not in said.text else None)
        page.goto(path if path.startswith("http") else service.url + path)
        return page

    yield at
    for context in contexts:
        context.close()
    assert complaints == []
