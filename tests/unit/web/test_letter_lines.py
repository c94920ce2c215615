"""The lines for the discharge letter: the card's own words, on the page behind it."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from cds_service.basis.letter import letter_text
from cds_service.site.folder import load_site
from tests.chart_builders import ordered, site_service
from tests.patients.leaving import (
    SERVICE,
    discharge,
    leave,
    leaving_chart,
    worn_now,
)
from tests.review_desk import ReviewDesk

LETTER = re.compile(r'<textarea id="letter-text"([^>]*)>(.*?)</textarea>', re.DOTALL)
OPEN = leaving_chart(
    ordered("rehabilitation", days=1), worn_now(), ordered("biopsy", days=3)
)
SITE = """
[languages.de]
[policy]
discharge-biopsy-owner = "surgical ward"
"""


class Ward(ReviewDesk):
    """A site that also speaks German, and the pages behind its cards."""

    def __init__(self, folder: Path) -> None:
        service = site_service(folder, SITE)
        super().__init__(folder, service, site=load_site(folder))

    def leave(self, record: tuple[Any, ...], language: str = "en") -> dict[str, Any]:
        """Give the card of this discharge."""
        reply = self.app.test_client().post(
            f"/cds-services/{SERVICE}",
            json=discharge(record),
            headers={"Accept-Language": language},
        )
        (card,) = reply.json["cards"]
        found: dict[str, Any] = card
        return found

    def letter(self, card: dict[str, Any]) -> tuple[str, str]:
        """Give the attributes and the text of the letter that the card links to."""
        (url,) = [one["url"] for one in card["links"] if one["url"].endswith("#letter")]
        page = self.app.test_client().get(url.partition("8080")[2].partition("#")[0])
        assert page.status_code == 200
        attributes, text = LETTER.search(page.text).groups()  # type: ignore[union-attr]
        return attributes, unescape(text)


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    ward = Ward(tmp_path_factory.mktemp("ward"))
    yield ward
    ward.close()


def test_the_letter_says_what_the_card_says_without_its_markup(ward: Ward) -> None:
    _, text = ward.letter(ward.leave(OPEN))
    assert text.splitlines() == [
        (
            "Leaving after kyphoplasty L1 (18 Nov): no bone drug started. Start, or FLS by"
            " letter?"
        ),
        "- Brace: TLSO off by 15 Jan",
        "- Corrected order: TLSO (L0456), off by 15 Jan 2027, sooner if comfortable",
        "- Biopsy: pending, owner: surgical ward",
        (
            "- Not known: malignancy of bone not excluded (a test that looks for another"
            " cause is in an order; its result is not recorded)"
        ),
    ]


def test_the_letter_is_in_the_language_of_its_card(ward: Ward) -> None:
    card = ward.leave(OPEN, "de")
    (label,) = [one["label"] for one in card["links"] if "#letter" in one["url"]]
    attributes, text = ward.letter(card)
    assert label == "Zeilen in den Brief kopieren"
    assert 'lang="de"' in attributes
    assert text.startswith(card["summary"])


def test_what_a_record_wrote_stays_as_it_was_written() -> None:
    card = {"summary": "Leaving", "detail": r"- **Brace:** \*\*TLSO\*\* \_2\_ \\ off"}
    assert letter_text([card]) == "Leaving\n- Brace: **TLSO** _2_ \\ off"


def test_a_card_without_lines_is_its_summary_alone() -> None:
    assert letter_text([{"summary": "Leaving"}]) == "Leaving"


def test_a_card_without_a_page_behind_it_has_no_such_link() -> None:
    (card,) = leave(OPEN)
    assert [one for one in card["links"] if "#letter" in one["url"]] == []
