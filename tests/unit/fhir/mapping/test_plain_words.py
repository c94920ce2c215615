"""Which words of a brace order are plain, and how a site adds its own."""

from pathlib import Path

import pytest

from cds_service.fhir.mapping.terminology import Terminology
from tests.order_builders import ROOT, terminology

FOLDER = ROOT / "mappings"
LANGUAGES = sorted(path.stem for path in (FOLDER / "texts").glob("*.toml"))


def with_site(folder: Path, content: str) -> Terminology:
    (folder / "plain-words").mkdir()
    (folder / "plain-words" / "hospital.toml").write_text(content, encoding="utf-8")
    return Terminology(FOLDER, folder)


def test_every_language_has_its_plain_words():
    plain = {path.stem for path in (FOLDER / "plain-words").glob("*.toml")}
    assert plain >= {*LANGUAGES}


def test_a_site_adds_its_own_words_to_ours(tmp_path):
    ours = terminology().plain.braces
    theirs = with_site(tmp_path, 'words = ["posey strap", "ok"]').plain.braces
    assert not ours.are_all("TLSO with Posey strap")
    assert theirs.are_all("TLSO with Posey strap")
    assert theirs.are_all("wear when up")


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("wear when up?", id="a question"),
        pytest.param("wear when up → see letter", id="an arrow"),
        pytest.param("wearable", id="within another word"),
        pytest.param("wear 12", id="a number alone"),
        pytest.param("佩戴不可取下", id="within a Chinese sentence"),
        pytest.param("wear " * 300, id="longer than is read"),
    ],
)
def test_anything_else_is_not_plain(words):
    assert not terminology().plain.braces.are_all(words)


def test_a_length_counts_only_where_lengths_are_read():
    assert terminology().plain.braces.are_all("for 12 weeks")
    assert not terminology().plain.braces.are_all("for 12 weeks", has_lengths=False)
