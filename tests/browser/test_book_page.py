"""The committee's book in Chromium: read on a phone too."""

from datetime import date

import pytest

from cds_service.commands.book import committee_book
from cds_service.samples import SITE_FOLDER
from cds_service.settings import Settings
from cds_service.site.folder import load_site
from tests.browser.watching import OVERFLOW

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> str:
    file = tmp_path_factory.mktemp("book") / "book.html"
    page = committee_book(Settings(), load_site(SITE_FOLDER), TODAY)
    file.write_text(page, encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("width", [400, 700, 1400])
def test_it_is_no_wider_than_the_screen(browser, book, width):
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(book)
    assert page.evaluate(OVERFLOW) <= 0
    page.close()
