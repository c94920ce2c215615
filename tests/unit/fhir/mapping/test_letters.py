"""The letters of a language are those of its own words, and of no other script."""

import re
import shutil

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.language import (
    OF_LISTS,
    read_languages,
)
from cds_service.fhir.mapping.files.letters import faults_of, listed_letters
from tests.builders import MAPPINGS
from tests.word_example_files import EXAMPLES, read

OURS = read_languages([MAPPINGS])
LISTED = sorted(OF_LISTS)


def faults_with(tmp_path, letters: str, words: str = "ženklas") -> list[str]:
    """The faults of a file with these letters, whose words are all the same."""
    folder = tmp_path / "mappings" / "texts"
    folder.mkdir(parents=True)
    rules = "".join(f'[{one}]\nany = ["{words}"]\n' for one in LISTED)
    (folder / "xx.toml").write_text(f'letters = "{letters}"\n{rules}', encoding="utf-8")
    try:
        read_languages([MAPPINGS, tmp_path / "mappings"])
    except DataFileError as error:
        return [
            str(fault)
            for fault in error.faults
            if fault.key == "letters" and fault.file.endswith("xx.toml")
        ]
    return []


@pytest.mark.parametrize(
    ("letters", "words", "expected"),
    [
        pytest.param("", "ženklas", "lack letters .*: ž;", id="none"),
        pytest.param("ąč", "ženklas šuo", "lack letters .*: š ž;", id="others"),
        pytest.param("žб", "ženklas", "script in which .*: б;", id="cyrillic"),
        pytest.param(
            "ž\\uac00-\\ud7a3", "ženklas", "script in which .*: 가", id="hangul"
        ),
        pytest.param("^ž", "ženklas", "'\\^' is no small letter", id="turned"),
        pytest.param("]ž", "ženklas", "']' is no small letter", id="bracket"),
        pytest.param("Ž", "ženklas", "'Ž' is no small letter", id="capital"),
        pytest.param("à-ž", "ženklas", "'à-ž' is no range", id="range"),
        pytest.param("a-zž", "ženklas", "'a-z' is no range", id="ascii"),
    ],
)
def test_wrong_letters_are_named(tmp_path, letters, words, expected):
    (message,) = faults_with(tmp_path, letters, words)
    assert re.search(expected, message)


def test_letters_of_the_words_pass(tmp_path):
    assert not faults_with(tmp_path, "ąčęėįšųūž")


def test_a_range_of_signs_is_taken_whole():
    assert listed_letters("\uac00-\uac02") == {"\uac00", "\uac01", "\uac02"}


@pytest.mark.parametrize(
    "code", [code for code, one in OURS.items() if one.letters is not None]
)
def test_our_letters_hold_those_of_our_examples(code):
    """English examples have words of all languages, so all letters are asked."""
    letters = (one.letters for one in OURS.values() if one.letters is not None)
    known = frozenset[str]().union(*map(listed_letters, letters)) | {"ł"}
    concepts = read(EXAMPLES / "texts" / f"{code}.toml").values()
    texts = [text for one in concepts for text in one.get("examples", ())]
    assert [*faults_of(OURS[code].letters or "", texts, known)] == []


def test_the_words_that_letters_wait_for_are_those_of_all_our_languages():
    of_each = [one.concepts.keys() for one in OURS.values() if one.letters is not None]
    assert frozenset.intersection(*map(frozenset, of_each)) == OF_LISTS


def test_letters_of_our_own_wait_for_the_words_too(tmp_path):
    """A new file of ours would else lower what is asked of it."""
    texts = tmp_path / "mappings" / "texts"
    shutil.copytree(MAPPINGS / "texts", texts)
    content = 'letters = "åäö"\n[brace]\nany = ["korsett på"]\n'
    (texts / "sv.toml").write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"have no words yet: .*dementia"):
        read_languages([tmp_path / "mappings"])
