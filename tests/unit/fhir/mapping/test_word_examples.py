"""Words recognise the texts that they were written for, and leave others alone.

The texts are in `tests/word_examples/`, in folders and files named as the words' own.
"""

import pytest

from cds_service.errors import DataFileError
from cds_service.fhir.mapping.files.language import read_languages
from cds_service.loading import find_faults
from tests.builders import MAPPINGS, terminology
from tests.chart_builders import site_service
from tests.word_example_files import EXAMPLES, read

LEAST = 8  # of each kind, for each list
PLAIN = terminology().plain.by_folder()


CONCEPTS = {
    (path.stem, concept): texts
    for path in sorted((EXAMPLES / "texts").glob("*.toml"))
    for concept, texts in read(path).items()
}
PLAIN_WORDS = {
    (folder, path.stem): read(path)
    for folder in PLAIN
    for path in sorted((EXAMPLES / folder).glob("*.toml"))
}
KIND_FILES = sorted((EXAMPLES / "kinds").glob("*.toml"))
KINDS = {kind: texts for path in KIND_FILES for kind, texts in read(path).items()}
DURATIONS = read(EXAMPLES / "durations.toml")


@pytest.mark.parametrize(("language", "concept"), CONCEPTS, ids="-".join)
def test_the_words_of_a_concept_name_their_examples_alone(language, concept):
    texts, only = CONCEPTS[language, concept], frozenset({concept})

    def is_named(text):
        return terminology().text_concepts(text, only) == only

    assert [one for one in texts["examples"] if not is_named(one)] == []
    assert [one for one in texts["counter-examples"] if is_named(one)] == []


@pytest.mark.parametrize(("folder", "language"), PLAIN_WORDS, ids="-".join)
def test_plain_words_take_in_their_examples_alone(folder, language):
    texts = PLAIN_WORDS[folder, language]

    def is_plain(text):
        return PLAIN[folder].are_all(text, is_title=True)

    assert [one for one in texts["examples"] if not is_plain(one)] == []
    assert [one for one in texts["counter-examples"] if is_plain(one)] == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_names_its_examples_alone(kind):
    def is_named(text):
        return bool(terminology().kinds.named(text, (kind,)))

    assert [one for one in KINDS[kind]["examples"] if not is_named(one)] == []
    assert [one for one in KINDS[kind]["counter-examples"] if is_named(one)] == []


@pytest.mark.parametrize("name", DURATIONS)
def test_a_list_about_time_names_its_examples_alone(name):
    def is_named(text):
        return terminology().durations.words.names(text, name)

    assert [one for one in DURATIONS[name]["examples"] if not is_named(one)] == []
    assert [one for one in DURATIONS[name]["counter-examples"] if is_named(one)] == []


def test_a_kind_has_its_examples_in_a_file_of_the_same_name():
    assert len(KINDS) == sum(len(read(path)) for path in KIND_FILES)
    for path in KIND_FILES:
        assert set(read(path)) <= set(read(MAPPINGS / "kinds" / path.name))


@pytest.mark.parametrize("path", sorted(MAPPINGS.rglob("*.toml")), ids=lambda p: p.stem)
def test_no_row_of_a_phrase_is_broken_at_a_space(path):
    for phrase in path.read_text(encoding="utf-8").split("'''")[1::2]:
        rows = [row for row in phrase.splitlines() if row.strip()]
        assert [row for row in rows if row.endswith(" ")] == []
        assert len({len(row) - len(row.lstrip()) for row in rows}) <= 1


def test_every_list_of_words_has_its_examples():
    concepts = {
        (language, concept)
        for language, one in read_languages([MAPPINGS]).items()
        for concept in one.concepts
    }
    plain = {
        (folder, path.stem)
        for folder in PLAIN
        for path in (MAPPINGS / folder).glob("*.toml")
    }
    kinds = {("kinds", name) for name in terminology().kinds.names}
    exampled = {*CONCEPTS, *PLAIN_WORDS, *(("kinds", name) for name in KINDS)}
    lacking = sorted((concepts | plain | kinds) - exampled)
    assert lacking == [], f"write their examples in tests/word_examples/: {lacking}"
    gone = sorted(exampled - concepts - plain - kinds)
    assert gone == [], f"these examples have no words: {gone}"
    shown = {
        **CONCEPTS,
        **PLAIN_WORDS,
        **{("kinds", name): texts for name, texts in KINDS.items()},
        **{("durations", name): texts for name, texts in DURATIONS.items()},
    }
    few = [
        (*one, list_)
        for one in shown
        for list_ in ("examples", "counter-examples")
        if len(shown[one].get(list_, ())) < LEAST
    ]
    assert few == [], f"write at least {LEAST} of each: {few}"


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        pytest.param(
            "texts/hu.toml",
            '[dxa]\nany = ["fuzo"]\nexamples = ["Fűző", "Ortézis"]\n',
            "dxa.examples: 'Ortézis' is not recognised",
            id="missed",
        ),
        pytest.param(
            "texts/hu.toml",
            # by the words of another language
            '[dxa]\nany = ["fuzo"]\ncounter-examples = ["nyak", "DXA"]\n',
            "dxa.counter-examples: 'DXA' is recognised",
            id="taken in",
        ),
        pytest.param(
            "plain-words/hospital.toml",
            'words = ["posey strap"]\nexamples = ["Posey strap", "posey belt"]\n',
            "examples: 'posey belt' is not recognised",
            id="not plain",
        ),
        pytest.param(
            "plain-words/hospital.toml",
            'words = [".*"]\ncounter-examples = ["posey belt"]\n',
            "counter-examples: 'posey belt' is recognised",
            id="plain",
        ),
    ],
)
def test_start_and_check_try_the_examples_of_a_site(tmp_path, file, content, fault):
    path = tmp_path / "mappings" / file
    path.parent.mkdir(parents=True)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError) as error:
        site_service(tmp_path)
    assert str(error.value) == f"{path}: {fault}"
    assert [str(one) for one in find_faults(tmp_path)] == [f"{path}: {fault}"]
