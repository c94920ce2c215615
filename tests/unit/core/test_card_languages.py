"""Language files of cards: whole, in step with the English texts, and bound by rules."""

import copy
import pickle
import re
from datetime import date
from string import Formatter

import pytest

from cds_service.core.data_file import data_root, read_toml
from cds_service.core.words.languages import LanguageFile
from cds_service.core.words.phrases import (
    Day,
    NotTranslated,
    Otherwise,
    Part,
    Verbatim,
    in_brackets,
    in_language,
    joined,
    say,
)
from cds_service.core.words.wording import (
    capital,
    date_text,
    join_words,
    near_date_text,
    with_unit,
)
from cds_service.hook_files.languages import read_languages
from tests import language_texts
from tests.chart_builders import HOOK, open_service
from tests.language_texts import (
    SAME_AS_ENGLISH,
    lacking,
    texts_of,
    whole,
    whole_or_skipped,
    written,
)

LANGUAGES = read_languages([data_root("hooks")])
TODAY = date(2026, 11, 20)


@pytest.fixture(params=sorted(LANGUAGES))
def language(request):
    return LANGUAGES[request.param]


@pytest.fixture(params=whole_or_skipped(LANGUAGES, open_service()))
def whole_language(request):
    return LANGUAGES[request.param]


def blanks(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_german_and_chinese_are_there():
    assert {"de", "zh"} <= LANGUAGES.keys()


def test_nobody_has_read_ours_yet(language):
    assert not language.reviewed


def test_has_every_text(language):
    lines = lacking(language, open_service())
    file = f"hooks/languages/{language.language}.toml"
    if lines:
        listed = "\n".join(lines)
        pytest.fail(
            f"write a translation of each into {file}:\n{listed}", pytrace=False
        )


def test_has_no_text_that_nothing_says(language):
    said = texts_of(open_service())
    unused = [
        text
        for text in language.sentences
        if text not in said and text not in written()
    ]
    file = f"hooks/languages/{language.language}.toml"
    assert not unused, f"take out of {file} what no text of ours says: {unused}"


def test_every_text_has_the_placeholders_of_the_english_one(language):
    wrong = [
        english
        for english, own in language.sentences.items()
        if own and blanks(english) != blanks(own)
    ]
    assert not wrong


def test_a_line_keeps_the_colon_that_ends_its_heading(whole_language):
    lines = read_toml(data_root("hooks") / HOOK / "cards" / "texts.toml")["brace"]
    with_heading = [text for text in lines.values() if ": " in text]
    assert with_heading
    lost = [one for one in with_heading if ": " not in whole_language.sentences[one]]
    assert not lost


def test_a_translation_that_is_empty_is_none():
    unfinished = german_but(sentences=LANGUAGES["de"].sentences | {"weight": ""})
    assert not unfinished.has("weight")
    assert '"weight" = ""' in lacking(unfinished, open_service())
    assert whole({"de": unfinished}, open_service()) == []
    with pytest.raises(NotTranslated):
        in_language(say("weight"), unfinished)


def test_a_translation_with_other_words_in_braces_is_refused_by_name():
    with pytest.raises(ValueError, match=r"\{tag\} in place of \{day\}"):
        german_but(sentences={", review {day}": ", Kontrolle am {tag}"})


@pytest.mark.parametrize(
    ("joins", "fault"),
    [
        pytest.param({" or "}, "joins: lacks ' or '", id="lacking"),
        pytest.param({" but "}, "joins: has, and no text needs, ' but '", id="unknown"),
    ],
)
def test_a_language_has_just_the_joins_of_english(joins, fault):
    ours = LANGUAGES["de"].joins
    with pytest.raises(ValueError, match=fault):
        german_but(joins={one: one for one in ours.keys() ^ joins})


def german_but(**tables):
    """German with other tables."""
    return LanguageFile.model_validate(LANGUAGES["de"].model_dump() | tables)


def with_why(translation):
    sentences = LANGUAGES["de"].sentences
    return german_but(sentences=sentences | {"Why: {reason}": translation})


def test_a_line_is_said_without_its_heading_only_if_it_has_one():
    line = Part(say("Why: {reason}", reason=say("weak grip")), 2)
    assert in_language(line, with_why("Warum: {reason}")) == "schwache Handkraft"
    with pytest.raises(NotTranslated):
        in_language(line, with_why("Grund ist {reason}"))


def test_nothing_is_left_in_english(language):
    words = [
        english
        for english, own in language.sentences.items()
        if own == english and re.search(r"[a-z]{4}", re.sub(r"{\w+}", "", own))
    ]
    left = sorted(set(words) - SAME_AS_ENGLISH.get(language.language, frozenset()))
    assert not left, (
        f"translate, or list in SAME_AS_ENGLISH of tests/language_texts.py: {left}"
    )


def test_chinese_has_no_latin_words():
    words = {
        word
        for own in LANGUAGES["zh"].sentences.values()
        for word in re.findall(r"[A-Za-z]{3,}", re.sub(r"{\w+}", "", own))
        if not word.isupper()
    }
    assert words == {"Jewett", "kyphoplasty", "cds", "eGFR"}


@pytest.mark.parametrize(
    ("text", "german", "chinese"),
    [
        pytest.param(date_text(date(2027, 1, 15)), "15. Jan 2027", "2027年1月15日"),
        pytest.param(near_date_text(TODAY, TODAY), "20. Nov", "11月20日"),
        pytest.param(Day(TODAY, "month"), "Nov 2026", "2026年11月"),
        pytest.param(Day(TODAY, "year"), "2026", "2026年"),
        pytest.param("−2.8", "−2,8", "−2.8", id="decimal sign"),
        pytest.param("14.5 kg", "14,5 kg", "14.5 kg", id="with unit"),
        pytest.param("<15", "<15", "<15", id="upper limit"),
        pytest.param("≤0.5", "≤0,5", "≤0.5", id="upper limit with decimals"),
        pytest.param(
            with_unit("19.6", "ng/mL"), "19,6 ng/mL", "19.6 ng/mL", id="any unit"
        ),
        pytest.param(with_unit("<8", "s"), "<8 s", "<8 s", id="limit with unit"),
        pytest.param("T12, L1", "T12, L1", "T12, L1", id="levels"),
        pytest.param(Verbatim("L0456"), "L0456", "L0456", id="code"),
        pytest.param(join_words(["TLSO", "LSO"]), "TLSO und LSO", "TLSO和LSO"),
        pytest.param(
            in_brackets(say("weak grip"), "14.0 kg"),
            "schwache Handkraft (14,0 kg)",
            "握力弱（14.0 kg）",
            id="brackets",
        ),
        pytest.param(
            capital(say("weak grip")), "Schwache Handkraft", "握力弱", id="capital"
        ),
        pytest.param(
            joined(("denosumab", say("nothing since"))),
            "Denosumab, seither nichts",
            "地舒单抗，此后未用药",
            id="joined",
        ),
        pytest.param(
            Otherwise("what nobody translated", say("without a date")),
            "ohne Datum",
            "无日期",
            id="shorter",
        ),
    ],
)
def test_says_a_phrase(text, german, chinese):
    assert in_language(text, LANGUAGES["de"]) == german
    assert in_language(text, LANGUAGES["zh"]) == chinese


def abbreviating():
    """German with months that end in a full stop, and a first day as in French."""
    months = ("janv.", *LANGUAGES["de"].months[1:11], "déc.")
    days = {"date": "{day} {month} {year}", "near": "{day} {month}", "first": "1er"}
    return german_but(months=months, days=days | {"month": "{month}", "year": "{year}"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(Day(date(2027, 1, 1), "date"), "1er janv. 2027", id="the first"),
        pytest.param(Day(date(2027, 1, 11), "near"), "11 janv.", id="the eleventh"),
        pytest.param(
            say("Review {review}.", review=Day(date(2026, 12, 4), "near")),
            "Kontrolle 4 déc.",
            id="at the end of a sentence",
        ),
        pytest.param(
            joined((Day(date(2026, 12, 4), "near"), say("weak grip")), ". "),
            "4 déc. schwache Handkraft",
            id="in front of another sentence",
        ),
        pytest.param(
            say("{because}: ask", because=Verbatim("Orthese ...")),
            "Orthese ...: erfragen",
            id="three dots",
        ),
    ],
)
def test_a_month_may_end_in_a_full_stop(text, words):
    assert in_language(text, abbreviating()) == words


@pytest.mark.parametrize(
    "phrase",
    [
        say("weak grip"),
        say("{drug} since {since}", drug="denosumab", since=Day(TODAY, "year")),
        join_words(["TLSO", "LSO"]),
        date_text(TODAY),
        capital(say("weak grip")),
        Verbatim("L0456"),
        with_unit("19.6", "ng/mL"),
        Otherwise("what nobody translated", say("without a date")),
    ],
    ids=repr,
)
def test_a_copy_can_be_said_too(phrase, whole_language):
    for again in (pickle.loads(pickle.dumps(phrase)), copy.deepcopy(phrase)):
        assert again == phrase
        said = in_language(again, whole_language)
        assert said == in_language(phrase, whole_language)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a text of the record", id="unknown"),
        pytest.param(with_unit("78", "a"), id="unit that is a word"),
        pytest.param(with_unit("a text of the record", "kg"), id="no number"),
        pytest.param(say("no {name}", name="a text of the record"), id="word"),
        pytest.param(say("nobody wrote {this}", this="denosumab"), id="template"),
    ],
)
def test_says_nothing_by_halves(language, text):
    with pytest.raises(NotTranslated):
        in_language(text, language)


@pytest.mark.parametrize("text", ["x = [", "name = 1", "\0"])
def test_what_is_wrong_with_a_file_is_said_without_a_traceback(
    tmp_path, monkeypatch, text
):
    (tmp_path / "languages").mkdir()
    (tmp_path / "languages" / "pt.toml").write_text(text)
    monkeypatch.setattr(language_texts, "data_root", lambda _: tmp_path)
    monkeypatch.setattr("sys.argv", ["language_texts", "pt"])
    with pytest.raises(SystemExit, match=r"languages/pt\.toml") as ended:
        language_texts.main()
    assert isinstance(ended.value.code, str)
