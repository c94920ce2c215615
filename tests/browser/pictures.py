"""The pictures of README and docs, taken anew by `make pictures`.

`docs/images/made-of.sha256` says what they were taken of, in the form of `sha256sum`: a
test fails when one of these files has changed since.
"""

import hashlib
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from cds_service.samples import load_samples
from cds_service.samples.requests import order_sign_request
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.reviewed_service import PASSWORD, REVIEWER, reviewed_service
from tests.browser.watching import Watched, log_in
from tests.running_service import RunningService

ROOT = Path(__file__).parents[2]
IMAGES, SITE = ROOT / "docs/images", ROOT / "cds_service/samples/site"
PATIENT = "P7,"  # a fact, an act and a figure in one summary; needs the sample site
SCREENS = ((1400, "light"), (400, "dark"))
MADE_OF = IMAGES / "made-of.sha256"
WEB = ROOT / "cds_service/web"
SHOWN = (  # what the pages of the pictures are made of
    "static/look.css",
    "static/review.css",
    "static/sandbox*",
    "templates/card-parts.html",
    "templates/page.html",
    "templates/review-entry.html",
    "templates/review-page.html",
    "templates/review-parts.html",
    "templates/review-remarks.html",
    "templates/sandbox.html",
)


def main(folder: Path = IMAGES) -> None:
    """Take all pictures into a folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        _take_sandbox(browser, folder)
        _take_review(browser, folder)
        browser.close()
    (folder / MADE_OF.name).write_text(made_of())


def made_of() -> str:
    """The digests of what the pictures show, as it is now."""
    files = sorted({file for pattern in SHOWN for file in WEB.glob(pattern)})
    return "".join(
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(ROOT)}\n"
        for file in files
    )


def _take_sandbox(browser: Browser, folder: Path) -> None:
    environment = {"KYPHOPLASTY_CDS_SITE": str(SITE)}
    with (
        TemporaryDirectory() as room,
        RunningService(Path(room), environment=environment) as service,
    ):
        for width, scheme in SCREENS:
            watched = Watched(_page(browser, width, scheme), service.url)
            watched.page.goto(f"{service.url}/sandbox")
            watched.page.wait_for_selector("#patients input")
            watched.choose(PATIENT)
            watched.page.get_by_role("button", name="Add this sample's orders").click()
            watched.page.get_by_label("Add an order").select_option("brace")
            watched.page.get_by_role("button", name="Add", exact=True).click()
            watched.sign()
            watched.page.wait_for_timeout(500)  # the popup has appeared
            watched.page.screenshot(path=folder / f"sandbox-{width}-{scheme}.png")


def _take_review(browser: Browser, folder: Path) -> None:
    with reviewed_service(SITE) as service:
        plan = service.send("GET", "/cds-services").json()["services"][0]["prefetch"]
        samples = load_samples(datetime.now(UTC).date())
        sample = next(one for one in samples if one.title.startswith(PATIENT))
        service.call(order_sign_request(sample, plan=plan))
        page = _page(browser, *SCREENS[0])
        page.goto(f"{service.url}/audit/login")
        log_in(page, REVIEWER, PASSWORD)
        page.goto(f"{service.url}/audit?patient={sample.id}&kind=answer")
        page.locator("table.list tbody th a").first.click()
        page.get_by_role("heading", name="Cards as they were shown").wait_for()
        page.screenshot(path=folder / "review-1400-light.png")


def _page(browser: Browser, width: int, scheme: Any) -> Page:
    return browser.new_page(
        viewport={"width": width, "height": 900}, color_scheme=scheme
    )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
