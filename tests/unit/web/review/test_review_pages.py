"""The review pages: find, timeline, why, integrity, comparison, export, review work, privacy, accessibility."""

import json
import re
import shutil
from dataclasses import replace
from html import unescape

import pytest

from cds_service.audit.chain import AuditEntry
from cds_service.errors import AuditUnavailable
from tests.audit_builders import purge
from tests.chart_builders import measured, open_service, patient, strong_and_nourished
from tests.review_desk import ReviewDesk, words

ENTRY = re.compile(r"/audit/entries/([0-9a-f-]{36})\"")


def listed(page):
    """Ids of the entries of a list, in order."""
    return list(dict.fromkeys(ENTRY.findall(page)))


# --- 1 find


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """Three patients, a refusal, feedback on a card; the newest last."""
    folder = tmp_path_factory.mktemp("log")
    desk = ReviewDesk(folder)
    desk.sign(patient="pat-a")
    desk.later(days=1)
    weak = desk.sign(patient="pat-b", with_brace=True)
    content = desk.content(weak)
    card = next(
        one
        for one in content["cards"]
        if one["source"]["topic"]["code"] == "rehabilitation"
    )
    desk.tell(card["uuid"], "overridden", reason="patientDeclines")
    desk.later(days=1)
    desk.sign(*strong_and_nourished(), patient="pat-c")
    desk.later(days=1)
    desk.refuse()
    desk.store.close()
    return folder / "audit.sqlite3", desk.now


@pytest.fixture
def filled(desk, log):
    """A desk over a copy of that log."""
    file, desk.now = log
    shutil.copy(file, desk.store.database.file)
    return desk


def entries_of(desk, name):
    by_patient = {one.patient: one for one in desk.all("answer", "refusal")}
    return by_patient[name]


@pytest.fixture
def entry(filled):
    """The answer that has most in it."""
    return entries_of(filled, "pat-b")


@pytest.fixture
def anna(filled):
    return filled.reviewer()


@pytest.mark.parametrize(
    ("query", "patients"),
    [
        ("", ["REFUSED", "pat-c", "pat-b", "pat-a"]),
        ("kind=answer", ["pat-c", "pat-b", "pat-a"]),
        ("kind=refusal", ["REFUSED"]),
        ("patient=pat-b", ["pat-b"]),
        ("patient=Patient/pat-b", ["pat-b"]),
        ("user=Practitioner/7&kind=answer", ["pat-c", "pat-b", "pat-a"]),
        ("user=Practitioner/8", []),
        ("since=2026-11-21&until=2026-11-22", ["pat-c", "pat-b"]),
        ("since=2026-11-21T08:00Z&until=2026-11-21T10:00Z", ["pat-b"]),
        ("outcome=refracture&band=above", ["pat-b", "pat-a"]),
        ("outcome=refracture&band=not-different", []),
        ("feedback=overridden", ["pat-b"]),
        ("feedback=accepted", []),
        ("feedback=none", ["pat-c", "pat-a"]),
        ("warning=yes", []),
        ("partial=yes", []),
        ("rule=brace-correction", ["pat-b"]),
        ("reason=patient-mismatch", ["REFUSED"]),
        ("status=400", ["REFUSED"]),
        ("result=refused", ["REFUSED"]),
    ],
)
def test_entries_are_found_by(filled, query, patients):
    page = filled.reviewer().get(f"/audit?{query}")
    refused = filled.newest("refusal")
    expected = [
        refused if one == "REFUSED" else entries_of(filled, one) for one in patients
    ]
    assert listed(page) == [one.id for one in expected]


def test_the_page_of_what_is_no_id_is_not_there_and_not_noted(filled, anna):
    before = len(filled.all("read"))
    anna.get("/audit/patients/Schmidt,%20Anna", 404)
    assert len(filled.all("read")) == before


def test_an_answer_is_found_by_hook_instance_and_by_card(anna, entry):
    assert listed(anna.get(f"/audit?hook={entry.hook_instance}")) == [entry.id]
    assert listed(anna.get(f"/audit?card={entry.cards[0].card}&kind=answer")) == [
        entry.id
    ]


@pytest.mark.parametrize(
    "query",
    [
        *[
            "status=7",
            "status=abc",
            "since=yesterday",
            "until=9999-12-31",
            "band=huge",
            "feedback=x",
            "partial=maybe",
            "kind=everything",
        ],
        "patient=" + "x" * 300,
        "patient=*%25*",
        "patient=Schmidt,+Anna",
        "patient=*Anna+Schmidt*",
        "user=Dr.+Anna+Schmidt",
        "encounter=visit+of+Anna",
        "reason=eyJhbGciOiJIUzI1NiJ9.token",
    ],
)
def test_a_filter_that_cannot_be_read_is_said_at_its_field_and_asks_nothing(
    filled, anna, query
):
    before = len(filled.all("read"))
    page = anna.get(f"/audit?{query}", 400)
    assert 'class="fault"' in page
    assert listed(page) == []
    assert len(filled.all("read")) == before


def test_a_long_list_is_turned_page_by_page_without_gap_or_repeat(desk):
    for number in range(120):
        desk.later(seconds=number % 3)  # some at the same moment
        desk.store.append(
            AuditEntry(
                kind="note", at=desk.now, user="anna", content={"text": str(number)}
            )
        )
    anna = desk.reviewer()
    address, seen = "/audit?kind=work", []
    while address:
        page = anna.get(address)
        seen += listed(page)
        following = re.search(r'<a rel="next" href="([^"]+)"', page)
        address = unescape(following.group(1)) if following else ""
    assert seen == [one.id for one in desk.all("note")]
    assert len(seen) == 120


# --- 2 timeline


def test_a_timeline_tells_each_visit_from_the_order_to_the_feedback(filled):
    filled.later(days=1)
    filled.sign(*strong_and_nourished(), patient="pat-b", number=2)
    page = filled.reviewer().get("/audit/patients/pat-b")
    text = words(page)
    newest, oldest = listed(page)
    assert (oldest, newest) == tuple(
        one.id for one in reversed(filled.all("answer")) if one.patient == "pat-b"
    )
    assert "Order: PKP L1" in text
    assert "findings" in text
    assert "rehabilitation overridden: patientDeclines" in text
    for card in filled.content(filled.newest("answer"))["cards"]:
        assert card["summary"] in text
    assert not re.search("pat-[ac]", page)
    # a computed figure, which these cards withhold; the entry's page has it whole
    assert "in 12 months" not in text


# --- 2 and 3: cards as shown, and why


def cards_on(page):
    """Texts of the cards of a page."""
    return [words(one) for one in re.findall(r"<article.*?</article>", page, re.DOTALL)]


def plain(markdown):
    return " ".join(
        re.sub(r"^- ", "", markdown.replace("**", ""), flags=re.MULTILINE).split()
    )


def test_cards_are_shown_as_they_stand_in_the_log(filled, entry):
    shown = cards_on(filled.reviewer().get(f"/audit/entries/{entry.id}"))
    cards = filled.content(entry)["cards"]
    assert len(shown) == len(cards) == 2
    for text, card in zip(shown, cards, strict=True):
        assert card["summary"] in text
        assert plain(card["detail"]).replace("\\", "") in text
        for suggestion in card.get("suggestions", ()):
            assert suggestion["label"] in text


def test_todays_texts_do_not_change_what_was_shown(filled, tmp_path):
    entry = entries_of(filled, "pat-a")
    before = cards_on(filled.reviewer().get(f"/audit/entries/{entry.id}"))
    filled.store.close()
    # a service that could not render a single card
    other = replace(open_service(), hooks={})
    later = ReviewDesk(tmp_path, service=other)
    later.now = filled.now
    assert cards_on(later.reviewer().get(f"/audit/entries/{entry.id}")) == before
    later.store.close()


def test_an_entry_tells_inputs_gaps_sources_figures_and_digests(filled, entry):
    text = words(filled.reviewer().get(f"/audit/entries/{entry.id}"))
    content = filled.content(entry)
    assert "T-score bmd-t-score −3.2 10 Nov 2026 Observation/o-bmd-t-score" in text
    for finding in content["findings"]:
        assert finding["name"] in text
        for source in finding["sources"]:
            assert source["resource"] in text
    assert f"{len(content['gaps'])} gaps" in text
    for digest in content["digests"].values():
        assert digest in text
    figure = next(
        one
        for one in content["assessments"][0]["models"]
        if one["model"] == "sarcopenia-pvm-2022"
    )
    assert f"{figure['risk'] * 100:.1f} %" in text
    assert "its figure is shown" in text
    for rule in content["recommendations"]:
        assert rule in text
    assert (
        "Feedback : overridden (patientDeclines) on the card about rehabilitation"
        in text
    )


def test_what_could_not_be_read_is_said(desk):
    entry = desk.sign(patient(), measured("bmi", 21))
    content = desk.content(entry)
    text = words(desk.reviewer().get(f"/audit/entries/{entry.id}"))
    assert all(name in text for name in content["record"]["unread"])
    assert "asked for, not there" in text


def test_a_replay_with_the_same_models_is_identical(filled, anna):
    for entry in filled.all("answer"):
        assert "Identical" in words(anna.get(f"/audit/entries/{entry.id}/replay"))
        assert filled.newest("read").result == "identical"
    # it holds no figures
    anna.get(f"/audit/entries/{filled.newest('refusal').id}/replay", 404)


def test_a_replay_with_another_model_names_what_differs(filled, entry, tmp_path):
    filled.store.close()
    service = open_service()
    fewer = {
        name: model
        for name, model in service.models.items()
        if name != "sarcopenia-pvm-2022"
    }
    later = ReviewDesk(tmp_path, service=replace(service, models=fewer))
    later.now = filled.now
    text = words(later.reviewer().get(f"/audit/entries/{entry.id}/replay"))
    assert "Different" in text
    assert "sarcopenia-pvm-2022: not in force any more" in text
    later.store.close()


# --- 4 integrity


def test_the_pages_name_the_command_that_proves_the_log_and_claim_nothing_themselves(
    filled, anna
):
    entry = filled.store.reader.entry(entries_of(filled, "pat-b").id)
    of_entry = words(anna.get(f"/audit/entries/{entry.id}"))
    assert all(
        one in of_entry for one in (entry.hash, entry.previous_hash, entry.commitment)
    )
    integrity = words(anna.get("/audit/integrity"))
    assert filled.store.reader.head().hash in integrity
    assert all("kyphoplasty-cds audit verify" in text for text in (of_entry, integrity))
    assert not any(
        "erified" in text for text in (of_entry, integrity, words(anna.get("/audit")))
    )
    assert anna.post("/audit/integrity").status_code == 404


def test_a_purged_entry_says_that_its_content_is_gone(filled, entry):
    purge(filled.store.database, filled.now)
    text = words(filled.reviewer().get(f"/audit/entries/{entry.id}"))
    assert "deleted after its retention" in text
    assert "pat-b" not in text


# --- 5 export


def test_an_export_takes_what_the_filter_shows_and_is_an_entry(filled, anna):
    response = anna.post("/audit/export", format="ndjson", patient="pat-b")
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert [line["id"] for line in lines[:-1]] == [entries_of(filled, "pat-b").id]
    assert lines[-1]["manifest"]["count"] == 1
    entry = filled.newest("export")
    assert (entry.user, entry.patient) == ("anna", "pat-b")
    assert filled.content(entry)["filter"] == {
        "kinds": ["answer", "refusal"],
        "patient": "pat-b",
    }
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "form", [{}, {"format": "pdf"}, {"format": "csv", "status": "x"}]
)
def test_an_export_that_cannot_be_read_takes_nothing(filled, form):
    assert filled.reviewer().post("/audit/export", **form).status_code == 400
    assert filled.all("export") == ()


def test_a_reviewer_exports_no_looks_of_others(filled):
    assert (
        filled.reviewer().post("/audit/export", format="csv", kind="looks").status_code
        == 403
    )
    paul = filled.reviewer("paul", "privacy-officer")
    assert paul.post("/audit/export", format="csv", kind="looks").status_code == 200


# --- 6 review work


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("mark", {"mark": "committee", "note": "asked the ward"}),
        ("note", {"note": "asked the ward"}),
    ],
)
def test_a_mark_or_a_note_is_an_entry_about_the_entry(filled, anna, entry, kind, form):
    assert anna.post(f"/audit/entries/{entry.id}/mark", **form).status_code == 303
    made = filled.newest(kind)
    assert (made.user, made.result, made.about, made.patient) == (
        "anna",
        form.get("mark"),
        entry.id,
        "pat-b",
    )
    assert "asked the ward" in anna.get(f"/audit/entries/{entry.id}")


@pytest.mark.parametrize(
    "form", [{}, {"note": "  "}, {"mark": "invented"}, {"note": "x" * 2001}]
)
def test_nothing_said_is_no_mark(filled, entry, form):
    assert (
        filled.reviewer().post(f"/audit/entries/{entry.id}/mark", **form).status_code
        == 400
    )
    assert filled.all("mark", "note") == ()


# --- 7 privacy


def test_every_look_is_an_entry_with_what_was_looked_at(filled, anna, entry):
    looks = {
        "/audit?patient=pat-b": ("find", "pat-b", None),
        "/audit/patients/pat-b": ("timeline", "pat-b", None),
        f"/audit/entries/{entry.id}": ("entry", "pat-b", entry.id),
        f"/audit/entries/{entry.id}/replay": ("replay", "pat-b", entry.id),
        "/audit/figures": ("figures", None, None),
        "/audit/integrity": ("integrity", None, None),
    }
    for address, (view, patient_id, about) in looks.items():
        anna.get(address)
        look = filled.newest("read")
        assert (look.user, look.patient, look.about) == ("anna", patient_id, about)
        assert filled.content(look)["view"] == view


def test_a_look_without_its_entry_shows_nothing(filled, anna, entry, monkeypatch):

    def refuse(_entry, _until=None):
        raise AuditUnavailable("The audit entry could not be written.")

    monkeypatch.setattr(filled.store, "append", refuse)
    for address in (
        "/audit",
        "/audit/patients/pat-b",
        f"/audit/entries/{entry.id}",
        "/audit/figures",
    ):
        page = anna.get(address, 503)
        assert "Refracture" not in page
        assert listed(page) == []


# --- 8 accessible, and safe


def test_what_is_not_there_is_a_page_that_says_so(anna):
    for address in (
        "/audit/entries/none",
        "/audit/nothing",
        "/audit/entries",
        "/audit/patients",
    ):
        assert "Not found" in anna.get(address, 404)
    assert anna.post("/audit/figures").status_code == 404
