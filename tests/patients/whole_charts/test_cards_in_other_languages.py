"""Cards in the reader's language: whole in it, or whole in English."""

import json
import re
from dataclasses import replace

import pytest

from cds_service.cards.texts import SUMMARY_LENGTH
from cds_service.core.data_file import data_root
from cds_service.errors import DataFileError
from cds_service.hook_files.languages import read_languages
from cds_service.loading import load_service
from cds_service.samples import SITE_FOLDER, load_samples
from cds_service.samples.requests import order_sign_request
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    NOW,
    TODAY,
    application,
    days_ago,
    drug,
    kyphoplasty,
    open_service,
    order_sign,
    ordered,
    patient,
    quiet_lists,
)
from tests.language_texts import english_words, whole_or_skipped
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    SERVICE,
    discharge,
    kyphoplasty_done,
    leaving_chart,
    worn_now,
)
from tests.patients.typical import typical_orders

LANGUAGES = read_languages([data_root("hooks")])
SAMPLES = load_samples(TODAY)
LANGUAGE = pytest.mark.parametrize(
    "language", whole_or_skipped(LANGUAGES, open_service())
)


@pytest.fixture(scope="module")
def services():
    theirs = load_service(load_site(SITE_FOLDER))
    return {
        False: replace(open_service(), languages=LANGUAGES),
        True: replace(theirs, languages=LANGUAGES),
    }


def answered(body, service, accepts):
    """The cards and the audit entry of a call that accepts these languages."""
    desk = application(service)
    desk.now = NOW
    desk.log.entries.clear()
    response = desk.post(body, headers={"Accept-Language": accepts})
    assert response.status_code == 200, response.text
    return response.json["cards"], desk.log.entries[-1]


def request_of(sample, service):
    plan = service.hooks[HOOK].discovery["prefetch"]
    return order_sign_request(sample, plan=plan)


def words_on(card):
    """Everything that a clinician reads of a card, codes apart."""
    texts = [
        card["summary"],
        card.get("detail") or "",
        card["source"]["label"],
        card["source"]["topic"]["display"],
        *(one["label"] for one in card.get("suggestions", ())),
        *(one["display"] for one in card["overrideReasons"]),
        *(one["label"] for one in card.get("links", ())),
    ]
    return "\n".join(texts).replace("Fracture Liaison Service", "FLS")


def assert_translated(words, language):
    left = english_words(words, language)
    assert not left, (
        f"{sorted(left)}: translate, or list in SHARED_WORDS of tests/language_texts.py:"
        f"\n{words}"
    )


def assert_used(language, cards, entry):
    summaries = "\n".join(card["summary"] for card in cards)
    assert entry.content["language"]["used"] == language, (
        f"a text is missing in {language}, or one of these summaries is longer than"
        f" {SUMMARY_LENGTH} characters:\n{summaries}"
    )


@LANGUAGE
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.id)
def test_a_sample_patient_is_said_whole(sample, language, services):
    service = services[sample.needs_site]
    cards, entry = answered(request_of(sample, service), service, language)
    english, _ = answered(request_of(sample, service), service, "en")
    assert len(cards) == len(english)
    for card, same in zip(cards, english, strict=True):
        words = words_on(card).replace("Length of need", "")
        assert_translated(words, language)
        assert len(card["summary"]) <= SUMMARY_LENGTH
        assert card["indicator"] == same["indicator"]
        lines = (card.get("detail") or "").count("\n")
        assert lines == (same.get("detail") or "").count("\n")
        buttons = [one.get("isRecommended") for one in card.get("suggestions", ())]
        told = [one.get("isRecommended") for one in same.get("suggestions", ())]
        assert buttons == told
    if cards:
        kept = entry.content["language"]
        assert kept == {"asked": language, "used": language, "reviewed": False}
        shown = json.loads(entry.content["cards"].text)
        assert [one["summary"] for one in shown] == [one["summary"] for one in cards]


@LANGUAGE
def test_typical_patients_are_said_whole(language, services):
    asked = [one.request() for one in typical_orders(30, seed=20261123)]
    for body in asked:
        cards, entry = answered(body, services[False], language)
        if cards:
            assert_used(language, cards, entry)
        for card in cards:
            if LANGUAGES[language].decimal == ",":
                assert not re.search(r"\d\.\d", words_on(card)), words_on(card)


BOTH_DRUGS = drug(
    "losartan",
    number="both",
    medicationCodeableConcept={"text": "Denosumab / zoledronic acid"},
)
SIGNED = [
    pytest.param((BOTH_DRUGS,), id="two drugs in one entry"),
    pytest.param(
        (coded("G06.1", "paravertebral abscess", days=5),), id="longest infection"
    ),
]


@LANGUAGE
@pytest.mark.parametrize("record", SIGNED)
def test_what_a_record_joins_is_said_in_it_too(record, language, services):
    body = order_sign((*quiet_lists(), patient(), *record), kyphoplasty())
    cards, entry = answered(body, services[False], language)
    assert_used(language, cards, entry)
    assert_translated(words_on(cards[0]), language)


SECOND_FRACTURE = coded("M80.08XA", "fracture of L3", days=500)
LONGEST = [
    pytest.param((coded("N18.6", days=400), SECOND_FRACTURE), id="dialysis"),
    pytest.param((coded("F03.C0", days=900), SECOND_FRACTURE), id="dementia"),
    pytest.param((coded("C50.911", days=900), ordered("biopsy", days=3)), id="cancer"),
    pytest.param(
        tuple(
            coded(code, days=None, recordedDate=days_ago(1))
            for code in ("S72.9", "S22.31XA", "S32.2XXA", "S52.501A")
        ),
        id="injuries",
    ),
]


@LANGUAGE
@pytest.mark.parametrize("treated", [("L1",), ("T12", "L1"), ("T12", "L1", "L3")])
@pytest.mark.parametrize("record", LONGEST)
def test_the_longest_discharge_fits_its_summary(record, treated, language, services):
    done = [kyphoplasty_done(one, number=one) for one in treated]
    record = chart(coded("M80.08XA", days=20), *done, *record)
    cards, entry = leave(language, services[False], record)
    assert_used(language, cards, entry)
    assert len(cards[0]["summary"]) <= SUMMARY_LENGTH


def test_german_as_a_surgeon_reads_it(services):
    sample = next(one for one in SAMPLES if one.id == "p3-typical-western")
    (card,), _ = answered(
        request_of(sample, services[False]), services[False], "de-AT,de;q=0.9,en;q=0.5"
    )
    assert card["summary"] == (
        "Kein Knochenmedikament nach Fragilitätsfraktur (T −2,8): "
        "mit dieser Anordnung beginnen (FLS)."
    )
    assert (
        "**Risiko:** bei etwa 1 von 8 bricht innerhalb von etwa 2 Jahren"
        in (card["detail"])
    )
    order = card["suggestions"][0]["actions"][0]["resource"]
    assert order["code"]["text"].startswith("Überweisung an den Fracture Liaison")
    assert order["code"]["coding"][0]["display"] == "Osteoporosis treatment review"
    assert order["note"][0]["text"].startswith("Frage: Welche Osteoporosetherapie")


def test_chinese_as_a_surgeon_reads_it(services):
    sample = next(one for one in SAMPLES if one.id == "p8-overdue-denosumab")
    cards, _ = answered(request_of(sample, services[False]), services[False], "zh-CN")
    assert cards[0]["summary"] == (
        "地舒单抗逾期（末次2026年2月19日），有反跳风险：术前请骨病专科会诊。"
    )


@pytest.mark.parametrize(
    "accepts",
    [
        pytest.param("en", id="English"),
        pytest.param("tlh", id="language that nobody wrote"),
        pytest.param("en-GB,de;q=0.3", id="English first"),
        pytest.param("*", id="any"),
        pytest.param(";;q=x", id="broken"),
        pytest.param("", id="empty"),
    ],
)
def test_everything_else_is_said_in_english(accepts, services):
    body = request_of(SAMPLES[2], services[False])
    cards, entry = answered(body, services[False], accepts)
    assert cards[0]["summary"].startswith("No bone drug")
    assert "language" not in entry.content


def test_no_language_is_used_that_the_site_has_not_turned_on():
    service = open_service()
    cards, _ = answered(request_of(SAMPLES[2], service), service, "de")
    assert cards[0]["summary"].startswith("No bone drug")


@pytest.mark.parametrize(
    "lacking",
    [
        pytest.param("Refer to rehabilitation", id="button"),
        pytest.param("Patient declines", id="override reason"),
        pytest.param("Guidelines, for and against", id="link"),
        pytest.param("Risk", id="heading"),
        pytest.param("before discharge", id="word"),
        pytest.param(
            "No bone drug after a fragility fracture (T {t}): start {place} (FLS).",
            id="summary",
        ),
    ],
)
def test_a_missing_sentence_says_the_whole_answer_in_english(lacking, services):
    sample = next(one for one in SAMPLES if one.id == "p14-bed-rest")
    body = request_of(sample, services[False])
    english, _ = answered(body, services[False], "en")
    german = LANGUAGES["de"]
    left = {key: own for key, own in german.sentences.items() if key != lacking}
    for sentences in (left, left | {lacking: ""}):
        less = german.model_copy(update={"sentences": sentences})
        service = replace(open_service(), languages={"de": less})
        cards, entry = answered(body, service, "de")
        assert [words_on(one) for one in cards] == [words_on(one) for one in english]
        assert entry.content["language"] == {"asked": "de", "used": "en"}


@LANGUAGE
def test_a_discharge_is_said_in_it(language, services):
    cards, entry = leave(language, services[False])
    assert_used(language, cards, entry)
    assert_translated(words_on(cards[0]), language)


def leave(language, service, record=None):
    desk = application(service)
    desk.now = NOW
    desk.log.entries.clear()
    body = discharge(record or leaving_chart(worn_now()))
    path = f"/cds-services/{SERVICE}"
    response = desk.client.post(path, json=body, headers={"Accept-Language": language})
    return response.json["cards"], desk.log.entries[-1]


def site(folder, toml):
    text = f'[site]\nname = "Test"\ntime-zone = "Europe/Berlin"\n{toml}'
    (folder / "site.toml").write_text(text, encoding="utf-8")
    return load_site(folder)


CLIENT = """
[[clients]]
issuer = "https://ehr.example"
jwks-url = "https://ehr.example/jwks"
fhir-servers = ["https://ehr.example/fhir"]
"""


def test_a_site_names_the_reader_of_a_language(tmp_path):
    toml = '[languages.de]\nreader = "Dr. A. Muster"\n[languages.zh]\n'
    used = load_service(site(tmp_path, toml)).languages
    assert {name: one.reviewed for name, one in used.items()} == {
        "de": True,
        "zh": False,
    }


def test_a_language_that_nobody_wrote_is_refused(tmp_path):
    with pytest.raises(DataFileError, match=r"languages\.tlh"):
        load_service(site(tmp_path, "[languages.tlh]\n"))


def test_a_client_speaks_no_language_that_is_off(tmp_path):
    with pytest.raises(DataFileError, match=r"languages\.de"):
        site(tmp_path, f'{CLIENT}language = "de"\n')


def test_a_client_speaks_a_language_that_is_on(tmp_path):
    found = site(tmp_path, f'[languages.de]\n{CLIENT}language = "de"\n')
    assert found.site.clients[0].language == "de"


def test_a_site_may_not_say_what_ours_bans(tmp_path):
    ours = (data_root("hooks") / "languages" / "de.toml").read_text(encoding="utf-8")
    folder = tmp_path / "hooks" / "languages"
    folder.mkdir(parents=True)
    worse = ours.replace("Kein Knochenmedikament nach", "Sie müssen es geben nach")
    worse = re.sub(r"(?s)banned = \[.*?\n\]", "banned = ['nothing-at-all']", worse)
    (folder / "de.toml").write_text(worse, encoding="utf-8")
    with pytest.raises(DataFileError, match="no card may use"):
        load_service(site(tmp_path, "[languages.de]\n"))
