"""The real service in a process of its own, and Debian's Chromium in front of it.

Without Chromium these tests are skipped with a word on how to get it; on CI that is a
failure.
"""

import os
import shutil
from functools import partial

import pytest

from tests.browser.watching import Watched
from tests.running_service import RunningService

CHROMIUM = (
    shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
HOW = "needs Chromium: apt-get install chromium (and `make test`, which installs Playwright for Python)"
FLAGS = [
    *(
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
    ),
    *("--disable-sync", "--no-first-run"),
]


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return _give_up()
    if CHROMIUM is None:
        return _give_up()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


def _give_up():
    if os.environ.get("CI") == "true":
        pytest.fail(HOW)
    pytest.skip(HOW)


NOBODY = ("--fhir-server", "http://127.0.0.1:9/fhir")


@pytest.fixture(scope="session")
def service(browser, tmp_path_factory):  # noqa: ARG001 - no process is started without a browser
    folder = tmp_path_factory.mktemp("service")
    with RunningService(folder, arguments=list(NOBODY)) as running:
        yield running


@pytest.fixture
def own_service(browser, tmp_path):  # noqa: ARG001 - as above
    with RunningService(tmp_path, arguments=list(NOBODY)) as running:
        yield running


@pytest.fixture
def watched(browser):
    """Opens a page of a service at a width and colour scheme; complains at the end of what a browser complains of."""
    opened = []

    def at(
        url: str,
        width: int = 1400,
        scheme: str = "light",
        tolerates: tuple[str, ...] = (),
        **options,
    ) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **options
        )
        opened.append((context, tolerates, Watched(context.new_page(), url)))
        return opened[-1][-1]

    yield at
    for context, tolerates, one in opened:
        context.close()
        assert [
            said
            for said in one.complaints
            if not any(words in said for words in tolerates)
        ] == []


@pytest.fixture
def open_page(watched, service):
    """Opens the sandbox page."""
    return partial(_sandbox, watched, service.url)


@pytest.fixture
def open_own_page(own_service, watched):
    """Opens the sandbox page of a service that no other test asks.

    A service remembers what was said of its cards. A dismissed card's offers are not
    made again, so a test that says something would change the answers of the next.
    """
    return partial(_sandbox, watched, own_service.url)


def _sandbox(watched, url, *how, **options):
    found = watched(url, *how, **options)
    found.page.goto(f"{url}/sandbox")
    found.page.wait_for_selector("#patients input")
    return found


@pytest.fixture
def look(watched, service):
    """Opens the page at this path or address; its own status is no complaint."""

    def at(path, *how, **options):
        page = watched(service.url, *how, tolerates=("status of 404",), **options).page
        page.goto(path if path.startswith("http") else service.url + path)
        return page

    return at
