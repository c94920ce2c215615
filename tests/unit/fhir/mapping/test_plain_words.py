"""Which words of a brace order are plain, and how a site adds its own."""

import tomllib
from pathlib import Path

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology
from tests.order_builders import ROOT, terminology

FOLDER = ROOT / "mappings"
LANGUAGES = sorted(path.stem for path in (FOLDER / "texts").glob("*.toml"))

EXAMPLES = [
    "Posey strap ok",
    "posey strap",
    "with Posey strap",
    "TLSO, posey strap",
    "posey strap when up",
]
EXAMPLES += ["Posey strap at night", "TLSO, posey strap, 6 weeks", "Posey strap in bed"]
NOT_PLAIN = [
    "posey",
    "strap for Mrs B",
    "posey strap, unstable",
    "no posey strap",
    "posey belt kept",
    "not ok",
]
NOT_PLAIN += ["posey strap until fused", "do not change"]


def site_file(words, examples=EXAMPLES):
    return f"words = {words}\nexamples = {examples}\ncounter-examples = {NOT_PLAIN}\n"


def with_site(folder: Path, content: str) -> Terminology:
    (folder / "plain-words").mkdir()
    (folder / "plain-words" / "hospital.toml").write_text(content, encoding="utf-8")
    return Terminology(FOLDER, folder)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_its_plain_words(language):
    content = tomllib.loads(
        (FOLDER / "plain-words" / f"{language}.toml").read_text(encoding="utf-8")
    )
    assert all(
        terminology().plain_words.are_all(one, is_title=True)
        for one in content["examples"]
    )


def test_a_site_adds_its_own_words_to_ours(tmp_path):
    ours = terminology().plain_words
    theirs = with_site(tmp_path, site_file(["posey strap", "ok"])).plain_words
    assert not ours.are_all("TLSO with Posey strap")
    assert theirs.are_all("TLSO with Posey strap")
    assert theirs.are_all("wear when up")


def test_words_that_take_in_too_much_stop_the_start(tmp_path):
    with pytest.raises(
        DataFileError, match=r"plain-words/.*: counter-examples: .* is plain"
    ):
        with_site(tmp_path, site_file([".*"]))


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
    assert not terminology().plain_words.are_all(words)


def test_a_length_counts_only_where_lengths_are_read():
    assert terminology().plain_words.are_all("for 12 weeks")
    assert not terminology().plain_words.are_all("for 12 weeks", has_lengths=False)
