"""The pictures of README and docs show the pages as they are."""

import pytest

from tests.browser.pictures import IMAGES, MADE_OF, SHOWN, WEB, made_of


def test_no_picture_is_older_than_what_it_shows():
    then, now = MADE_OF.read_text().splitlines(), made_of().splitlines()
    changed = sorted({line.split()[1] for line in {*then} ^ {*now}})
    assert changed == [], "make pictures, and look at them"


@pytest.mark.parametrize("pattern", SHOWN)
def test_every_file_that_a_picture_shows_is_there(pattern):
    assert [*WEB.glob(pattern)]


def test_every_picture_of_the_docs_is_taken():
    taken = {"review-1400-light", "sandbox-1400-light", "sandbox-400-dark"}
    assert {file.stem for file in IMAGES.glob("*.png")} == taken
