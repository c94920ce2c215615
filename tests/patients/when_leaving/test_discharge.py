"""A patient leaves after a kyphoplasty: what is open, each with its act, or no card."""

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.chart_builders import (
    Asked,
    Resource,
    days_ago,
    dose,
    measured,
    ordered,
    patient,
    problem,
    site_service,
)
from tests.codes import ICD, codeable
from tests.patients.inpatients import (
    ALENDRONATE,
    RISEDRONATE,
    TERIPARATIDE,
    ZOLEDRONATE,
    T,
    chart,
    coded,
    given,
    medication,
    statement,
    worn,
)
from tests.patients.leaving import (
    SERVICE,
    appointment,
    discharge,
    everything_arranged,
    kyphoplasty_done,
    leave,
    leaving_chart,
    pathology,
    worn_now,
)

LEAVING = "Leaving after kyphoplasty L1 (18 Nov): "
NO_DRUG = f"{LEAVING}no bone drug started. Start, or FLS by letter?"
PHYSIOTHERAPY = ordered("rehabilitation", days=1)
DENOSUMAB = "M05BX04"
VISIT = "2026-12-04"
OSTEOPOROSIS = [{"text": "osteoporosis"}]


class Leaver(NamedTuple):
    """What a surgeon reads of one patient.

    Attributes:
        must: patterns that the card holds, summary or detail.
        never: patterns that no part of it holds.
    """

    record: tuple[Resource, ...]
    summary: str
    indicator: str = "info"
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


OPEN = [
    pytest.param(Leaver(leaving_chart(PHYSIOTHERAPY), NO_DRUG), id="no-bone-drug"),
    pytest.param(
        Leaver(
            leaving_chart(PHYSIOTHERAPY, worn_now(), ordered("biopsy", days=3)),
            NO_DRUG,
            must=(r"\*\*Brace:\*\* TLSO off by 15 Jan$", r"\*\*Biopsy:\*\* pending"),
        ),
        id="drug-brace-biopsy",
    ),
    pytest.param(
        Leaver(
            leaving_chart(), NO_DRUG, must=(r"\*\*Rehabilitation:\*\* not ordered",)
        ),
        id="no-physiotherapy",
    ),
    pytest.param(
        Leaver(
            leaving_chart(*everything_arranged()[:2]),
            f"{LEAVING}physiotherapy not ordered. Refer, or by letter?",
            never=("bone drug",),
        ),
        id="only-physiotherapy",
    ),
    pytest.param(
        Leaver(
            leaving_chart(ordered("bone-treatment", days=1), PHYSIOTHERAPY),
            f"{LEAVING}no bone drug started, review ordered (19 Nov) without a date."
            " When?",
        ),
        id="review-without-a-date",
    ),
    pytest.param(
        Leaver(
            leaving_chart(given("denosumab", DENOSUMAB, 145), PHYSIOTHERAPY),
            f"{LEAVING}next denosumab due 28 Dec, no date found. Book it?",
            never=("no bone drug",),
        ),
        id="next-denosumab",
    ),
    pytest.param(
        Leaver(
            leaving_chart(given("denosumab", DENOSUMAB, 196), PHYSIOTHERAPY),
            f"{LEAVING}denosumab was due 8 Nov (last 8 May). Dose before discharge?",
        ),
        id="denosumab-due",
    ),
    pytest.param(
        Leaver(
            leaving_chart(given("denosumab", DENOSUMAB, 256), PHYSIOTHERAPY),
            f"{LEAVING}denosumab overdue (last 9 Mar 2026). Bone specialist before"
            " discharge.",
            "warning",
        ),
        id="denosumab-overdue",
    ),
    pytest.param(
        Leaver(
            leaving_chart(given("denosumab", DENOSUMAB, 256), *everything_arranged()),
            f"{LEAVING}denosumab overdue (last 9 Mar 2026). Bone specialist before"
            " discharge.",
            "warning",
        ),
        id="an-order-is-no-dose",
    ),
    pytest.param(
        Leaver(
            leaving_chart(given("zoledronate", ZOLEDRONATE, 300), PHYSIOTHERAPY),
            f"{LEAVING}next zoledronate due 24 Jan, no date found. Book it?",
        ),
        id="next-zoledronate",
    ),
    pytest.param(
        Leaver(
            leaving_chart(medication("zoledronate", ZOLEDRONATE, 1), PHYSIOTHERAPY),
            f"{LEAVING}zoledronate ordered, last dose not found. Give it, or book it?",
            never=("no bone drug",),
        ),
        id="zoledronate-ordered-not-given",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                statement("teriparatide", TERIPARATIDE, 800, 250, "completed"),
                PHYSIOTHERAPY,
            ),
            f"{LEAVING}teriparatide ended Mar 2026, nothing since. Follow-on drug, or"
            " FLS by letter?",
            "warning",
        ),
        id="anabolic-ended",
    ),
    pytest.param(
        Leaver(
            leaving_chart(statement("risedronate", RISEDRONATE, 1100), PHYSIOTHERAPY),
            f"{LEAVING}fracture on risedronate (since 2023). Check intake, FLS by"
            " letter?",
            never=("no bone drug",),
        ),
        id="fracture-on-a-drug",
    ),
    pytest.param(
        Leaver(
            leaving_chart(medication("alendronate", ALENDRONATE, 1400), PHYSIOTHERAPY),
            f"{LEAVING}alendronate prescribed 2023, intake not recorded. Ask, then FLS"
            " by letter?",
            never=("no bone drug",),
        ),
        id="prescribed-years-ago",
    ),
    pytest.param(
        Leaver(
            leaving_chart(coded("M80.08XA", "fracture of L3", days=500), PHYSIOTHERAPY),
            f"{LEAVING}second vertebral fracture in 2 years, no bone drug. Start, or"
            " FLS by letter?",
            "warning",
        ),
        id="second-fracture",
    ),
    pytest.param(
        Leaver(
            leaving_chart(coded("S72.001A", days=90), PHYSIOTHERAPY),
            f"{LEAVING}hip fracture Aug 2026, now the spine, no bone drug. Start, or"
            " FLS by letter?",
            "warning",
        ),
        id="hip-and-spine",
    ),
    pytest.param(
        Leaver(
            leaving_chart(kyphoplasty_done("T12", number="also"), PHYSIOTHERAPY),
            "Leaving after kyphoplasty T12 and L1 (18 Nov): two fractures at once, no"
            " bone drug started. Start, or FLS by letter?",
        ),
        id="two-levels",
    ),
    pytest.param(
        Leaver(
            leaving_chart(coded("S32.030A", "fracture of L3", days=1), PHYSIOTHERAPY),
            f"{LEAVING}recent fracture of L3 not treated. Who follows it up?",
            must=(r"\*\*Bone drug:\*\* none started",),
        ),
        id="new-fracture-since",
    ),
    pytest.param(
        Leaver(
            leaving_chart(coded("M46.46", "discitis", days=8), worn_now()),
            f"{LEAVING}spinal infection (discitis, 12 Nov). Who follows it up?",
            "warning",
            never=("Start, or", "exercise", "training from", "Brace", "physiotherapy"),
        ),
        id="infection",
    ),
    pytest.param(
        Leaver(
            leaving_chart(coded("C50.911", "breast cancer", days=900)),
            f"{LEAVING}breast cancer (2024), no biopsy found. Who settles the cause?",
            "warning",
            never=("training from", "Start, or"),
        ),
        id="cancer-without-biopsy",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                coded("C50.911", "breast cancer", days=900), ordered("biopsy", days=3)
            ),
            f"{LEAVING}no bone drug started. Start once the cause is known, or FLS by"
            " letter?",
            must=(r"\*\*Biopsy:\*\* pending",),
            never=("training from",),
        ),
        id="cancer-with-biopsy",
    ),
    pytest.param(
        Leaver(
            leaving_chart(coded("F03.C0", "Severe dementia", days=900)),
            f"{LEAVING}severe dementia, no bone drug started. One that a carer or nurse"
            " can give?",
            must=("carer-led walking",),
        ),
        id="dementia",
    ),
    pytest.param(
        Leaver(
            leaving_chart(*everything_arranged(), worn_now()),
            f"{LEAVING}who ends the TLSO? Off by 15 Jan?",
            must=(r"TLSO \(L0456\), off by 15 Jan 2027, sooner if comfortable",),
        ),
        id="brace-without-end",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                *everything_arranged(),
                worn_now(
                    days=75,
                    authoredOn=days_ago(75),
                    occurrencePeriod={"start": days_ago(75)},
                ),
                kyphoplasty_done(days=80, number="first", encounter=None),
            ),
            f"{LEAVING}TLSO worn 10 weeks. Still needed?",
        ),
        id="brace-worn-too-long",
    ),
    pytest.param(
        Leaver(
            leaving_chart(*everything_arranged(), ordered("biopsy", days=3)),
            f"{LEAVING}biopsy result pending. Who looks at it?",
        ),
        id="biopsy-without-report",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                *everything_arranged(),
                ordered("biopsy", days=3),
                pathology(status="preliminary"),
            ),
            f"{LEAVING}biopsy result pending. Who looks at it?",
        ),
        id="preliminary-is-not-back",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                *everything_arranged(),
                ordered("biopsy", days=3),
                pathology(order="s-other"),
            ),
            f"{LEAVING}biopsy result pending. Who looks at it?",
        ),
        id="report-of-another-order",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                *everything_arranged(), ordered("biopsy", days=3), pathology(days=30)
            ),
            f"{LEAVING}biopsy result pending. Who looks at it?",
        ),
        id="report-from-before",
    ),
    pytest.param(
        Leaver(
            chart(
                coded("M80.08XA", days=20),
                kyphoplasty_done(None, number="d", code={"text": "Vertebroplasty"}),
                PHYSIOTHERAPY,
            ),
            "Leaving after vertebroplasty (18 Nov): no bone drug started. Start, or FLS"
            " by letter?",
        ),
        id="recognised-by-words",
    ),
    pytest.param(
        Leaver(
            chart(
                coded("M80.08XA", days=40),
                kyphoplasty_done(days=29, encounter=None),
                PHYSIOTHERAPY,
            ),
            "Leaving after kyphoplasty L1 (22 Oct): no bone drug started. Start, or FLS"
            " by letter?",
        ),
        id="another-stay-in-30-days",
    ),
    pytest.param(
        Leaver(
            chart(coded("M80.08XA", days=60), kyphoplasty_done(days=40), PHYSIOTHERAPY),
            "Leaving after kyphoplasty L1 (11 Oct): no bone drug started. Start, or FLS"
            " by letter?",
        ),
        id="long-stay",
    ),
    pytest.param(
        Leaver(
            leaving_chart(PHYSIOTHERAPY, appointment("Bone clinic", day=days_ago(3))),
            NO_DRUG,
        ),
        id="visit-in-the-past",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                PHYSIOTHERAPY,
                ordered("bone-treatment", days=1),
                appointment(
                    order="s-bone-treatment", day="2026-12-04", status="cancelled"
                ),
            ),
            f"{LEAVING}no bone drug started, review ordered (19 Nov) without a date."
            " When?",
        ),
        id="visit-cancelled",
    ),
    pytest.param(
        Leaver(
            leaving_chart(PHYSIOTHERAPY, appointment("Eye clinic", day="2026-12-04")),
            NO_DRUG,
        ),
        id="visit-for-something-else",
    ),
    pytest.param(
        Leaver(
            leaving_chart(
                given("denosumab", DENOSUMAB, 1),
                appointment("Fracture liaison service", day="2026-12-04"),
                PHYSIOTHERAPY,
            ),
            f"{LEAVING}next denosumab due 19 May, no date found. Book it?",
        ),
        id="visit-months-before-the-dose",
    ),
    pytest.param(
        Leaver(
            leaving_chart(PHYSIOTHERAPY, appointment("Endocrinology", day=VISIT)),
            NO_DRUG,
        ),
        id="endocrinology-for-no-reason-told",
    ),
    pytest.param(
        Leaver(leaving_chart(PHYSIOTHERAPY, measured(T, -1.4), age=86), NO_DRUG),
        id="whatever-the-t-score",
    ),
    pytest.param(
        Leaver(
            leaving_chart(PHYSIOTHERAPY, age=45),
            f"{LEAVING}age 45, no bone drug. Review (FLS) if a fragility fracture?",
        ),
        id="young",
    ),
]


@pytest.mark.parametrize("leaver", OPEN)
def test_says_what_is_open_with_its_act(leaver: Leaver) -> None:
    (card,) = leave(leaver.record)
    text = f"{card['summary']}\n{card.get('detail', '')}"
    assert card["summary"] == leaver.summary
    assert card["indicator"] == leaver.indicator
    for pattern in leaver.must:
        assert re.search(pattern, text, re.MULTILINE), (pattern, text)
    for pattern in (*leaver.never, r"\d ?%", r"1 in \d", "[Rr]isk:"):
        assert not re.search(pattern, text), (pattern, text)


NO_CARD = [
    pytest.param(leaving_chart(*everything_arranged()), id="all-arranged"),
    pytest.param(
        leaving_chart(statement("alendronate", ALENDRONATE, 5), PHYSIOTHERAPY),
        id="drug-started",
    ),
    pytest.param(
        leaving_chart(medication("alendronate", ALENDRONATE, 1), PHYSIOTHERAPY),
        id="drug-prescribed-for-home",
    ),
    pytest.param(
        leaving_chart(
            given("denosumab", DENOSUMAB, 145),
            appointment("Fracture liaison service", day="2026-12-28"),
            PHYSIOTHERAPY,
        ),
        id="next-dose-booked",
    ),
    pytest.param(
        leaving_chart(
            given("denosumab", DENOSUMAB, 1),
            appointment("Fracture liaison service", day=VISIT, number="first"),
            appointment("Denosumab injection", day="2027-05-20"),
            PHYSIOTHERAPY,
        ),
        id="dose-booked-after-another-visit",
    ),
    pytest.param(
        leaving_chart(appointment("Bone clinic", day=VISIT), PHYSIOTHERAPY),
        id="bone-clinic-booked",
    ),
    pytest.param(
        leaving_chart(appointment("Zoledronate infusion", day=VISIT), PHYSIOTHERAPY),
        id="infusion-booked",
    ),
    pytest.param(
        leaving_chart(
            appointment("Endocrinology", day=VISIT, reasonCode=OSTEOPOROSIS),
            PHYSIOTHERAPY,
        ),
        id="endocrinology-for-osteoporosis",
    ),
    pytest.param(
        leaving_chart(
            *everything_arranged()[:2],
            appointment("Physiotherapy", day="2026-12-04", number="gym"),
        ),
        id="physiotherapy-booked",
    ),
    pytest.param(
        leaving_chart(
            *everything_arranged(),
            worn_now(occurrencePeriod={"start": days_ago(0), "end": "2027-01-15"}),
        ),
        id="brace-with-an-end",
    ),
    pytest.param(
        leaving_chart(*everything_arranged(), ordered("biopsy", days=3), pathology()),
        id="biopsy-back",
    ),
    pytest.param(
        leaving_chart(
            *everything_arranged(),
            ordered("biopsy", days=3),
            pathology(days=1, order="s-biopsy"),
        ),
        id="biopsy-back-by-its-order",
    ),
    pytest.param(chart(coded("M80.08XA", days=20)), id="no-augmentation"),
    pytest.param(
        chart(coded("M80.08XA", days=40), kyphoplasty_done(days=31, encounter=None)),
        id="31-days-ago-in-another-stay",
    ),
    pytest.param(
        chart(
            coded("M80.08XA", days=40),
            kyphoplasty_done(performedDateTime=None, encounter=None),
        ),
        id="no-day-and-no-stay",
    ),
    pytest.param(
        chart(coded("M80.08XA", days=40), kyphoplasty_done(status="not-done")),
        id="not-done",
    ),
    pytest.param(
        chart(coded("M80.08XA", days=40), kyphoplasty_done(days=-3)), id="planned"
    ),
    pytest.param(
        chart(
            coded("M80.08XA", days=40),
            kyphoplasty_done(subject={"reference": "Patient/other"}),
        ),
        id="another-patient",
    ),
    pytest.param(
        leaving_chart({**patient(), "deceasedBoolean": True})[1:], id="deceased"
    ),
    pytest.param(leaving_chart(coded("Z51.5", days=5)), id="hospice"),
]


@pytest.mark.parametrize("record", NO_CARD)
def test_nothing_open_shows_no_card(record: tuple[Resource, ...]) -> None:
    assert leave(record) == []


def test_another_patients_dose_and_visit_never_count() -> None:
    theirs = {"subject": {"reference": "Patient/other"}}
    visit = appointment("Bone clinic", day="2026-12-04")
    visit["participant"][0]["actor"]["reference"] = "Patient/other"
    record = leaving_chart(PHYSIOTHERAPY, dose("denosumab", days=30, **theirs))
    (card,) = leave((*record, visit))
    assert card["summary"] == NO_DRUG


UNREAD = [
    ("medications", "medication list not readable", "the medication list"),
    ("appointments", "appointments not readable", "appointments"),
    ("pathology", "pathology reports not readable", "pathology reports"),
    ("supplyRequests", "list of supply orders not readable", "active supply orders"),
    ("deviceRequests", "list of device orders not readable", "active device orders"),
    ("imagingStudies", "imaging studies not readable", "imaging studies"),
    ("encounter", "present stay not readable", "the visit or stay"),
]


@pytest.mark.parametrize(("key", "summary", "name"), UNREAD)
def test_names_a_list_that_was_not_read(key: str, summary: str, name: str) -> None:
    (card,) = leave(leaving_chart(PHYSIOTHERAPY), failed=(key,))
    assert summary in card["summary"]
    assert not any(one.get("isRecommended") for one in card["suggestions"])
    assert re.search(rf"\*\*Not known:\*\*.*{name}", card["detail"])


COMPLETE = leaving_chart(statement("alendronate", ALENDRONATE, 5), PHYSIOTHERAPY)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        pytest.param("conditions", "the problem list", id="problems"),
        pytest.param("deviceRequests", "active device orders", id="braces"),
        pytest.param("supplyRequests", "active supply orders", id="braces as supplies"),
        pytest.param("pathology", "pathology reports", id="tissue"),
        pytest.param("imagingStudies", "imaging studies", id="studies"),
        pytest.param("encounter", "the visit or stay", id="reason of the stay"),
    ],
)
def test_no_card_says_nothing_is_open_of_a_list_that_was_not_read(
    key: str, name: str
) -> None:
    """An infection, a dose, a brace or a metastasis would stand there."""
    assert leave(COMPLETE) == []
    (card,) = leave(COMPLETE, failed=(key,))
    assert card["indicator"] == "info"
    assert card["summary"] == (
        f"Leaving after kyphoplasty L1 (18 Nov): {name} not read whole. Check in the chart?"
    )
    assert re.search(rf"\*\*Not known:\*\*.*{name}", card["detail"])


def test_a_drug_may_be_older_than_the_doses_that_were_read() -> None:
    (card,) = leave(COMPLETE, failed=("administrations",))
    assert "alendronate on the list, start not recorded" in card["summary"]
    assert re.search(r"\*\*Not known:\*\*.*given medications", card["detail"])


def test_physiotherapy_is_not_called_not_ordered_if_the_orders_were_not_read() -> None:
    record = leaving_chart(statement("alendronate", ALENDRONATE, 5))
    assert "physiotherapy not ordered" in leave(record)[0]["summary"]
    (card,) = leave(record, failed=("serviceRequests",))
    assert "not ordered" not in card["summary"] + card["detail"]
    assert re.search(r"\*\*Not known:\*\*.*active orders", card["detail"])


def test_many_lists_that_were_not_read_are_counted_by_no_name() -> None:
    keys = ("conditions", "pathology", "deviceRequests")
    (card,) = leave(COMPLETE, failed=keys)
    assert "several lists not read whole" in card["summary"]


@pytest.mark.parametrize("key", ["appointments", "boneDensity"])
def test_what_decides_nothing_here_makes_no_card(key: str) -> None:
    assert leave(COMPLETE, failed=(key,)) == []


def test_nothing_is_asked_of_somebody_who_died() -> None:
    record = leaving_chart({**patient(), "deceasedBoolean": True})[1:]
    assert leave(record, failed=("deviceRequests",)) == []


def test_unreadable_procedures_show_no_card() -> None:
    assert leave(leaving_chart(), failed=("procedures",)) == []


def test_unreadable_procedures_leave_an_entry_that_names_nobody() -> None:
    asked = Asked()
    assert leave(leaving_chart(), asked, failed=("procedures",)) == []
    (entry,) = asked.log.entries
    assert (entry.kind, entry.patient) == ("near-miss", None)
    assert entry.content == {"nearMisses": [], "proceduresUnread": True}


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"performedDateTime": {"day": 1}}, id="a day that is none"),
        pytest.param({"id": 7}, id="an id that is none"),
        pytest.param({"code": "kyphoplasty"}, id="a code that is none"),
    ],
)
def test_a_broken_procedure_leaves_an_entry(broken: dict[str, Any]) -> None:
    """It may be the kyphoplasty: an answer without cards would say it is not."""
    asked = Asked()
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(**broken))
    assert leave(record, asked) == []
    (entry,) = asked.log.entries
    assert entry.content == {"nearMisses": [], "proceduresUnread": True}


@pytest.mark.parametrize(
    ("blank", "noted"),
    [
        pytest.param({"patient", "procedures"}, ["near-miss"], id="nobody looked"),
        pytest.param({"procedures"}, [], id="no procedures"),
        pytest.param({"patient"}, [], id="procedures, and none of them ours"),
    ],
)
def test_null_for_the_patient_is_no_answer(blank: set[str], noted: list[str]) -> None:
    """`null` says that there is none, and every patient has a Patient."""
    asked = Asked()
    body = discharge(chart())
    body["prefetch"] |= dict.fromkeys(blank)
    reply = asked.client.post(f"/cds-services/{SERVICE}", json=body)
    assert (reply.status_code, reply.json) == (200, {"cards": []})
    assert [one.kind for one in asked.log.entries] == noted


def test_a_discharge_without_augmentation_leaves_no_entry() -> None:
    asked = Asked()
    assert leave(chart(), asked) == []
    assert asked.log.entries == []


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder: Path = tmp_path_factory.mktemp("site")
    toml = '[policy]\ndischarge-biopsy-owner = "surgical ward"\ndischarge-days = 60\n'
    return Asked(site_service(folder, toml))


def test_a_site_names_who_looks_at_a_result(ward: Asked) -> None:
    (card,) = leave(leaving_chart(PHYSIOTHERAPY, ordered("biopsy", days=3)), ward)
    assert "**Biopsy:** pending, owner: surgical ward" in card["detail"]


def test_a_site_sets_how_long_a_discharge_is_about_it(ward: Asked) -> None:
    record = chart(
        coded("M80.08XA", days=60), kyphoplasty_done(days=45, encounter=None)
    )
    assert leave(record) == []
    assert len(leave(record, ward)) == 1


BUTTONS = [
    pytest.param(leaving_chart(PHYSIOTHERAPY), [("FLS", True)], id="no-drug"),
    pytest.param(
        leaving_chart(given("denosumab", DENOSUMAB, 145), PHYSIOTHERAPY),
        [("FLS", False)],
        id="denosumab-in-time",
    ),
    pytest.param(
        leaving_chart(coded("M46.46", "discitis", days=8)), [], id="infection"
    ),
    pytest.param(
        leaving_chart(ordered("bone-treatment", days=1), PHYSIOTHERAPY),
        [],
        id="ordered",
    ),
    pytest.param(
        leaving_chart(coded("S72.001A", days=90)),
        [("FLS", True), ("rehabilitation", True)],
        id="hip-fracture",
    ),
]
NAMES = {
    "FLS": "Refer to fracture liaison service",
    "rehabilitation": "Refer to rehabilitation",
}


@pytest.mark.parametrize(("record", "buttons"), BUTTONS)
def test_offers_what_is_not_placed(
    record: tuple[Resource, ...], buttons: list[tuple[str, bool]]
) -> None:
    (card,) = leave(record)
    offered = [
        (one["label"], one["isRecommended"]) for one in card.get("suggestions", ())
    ]
    assert offered == [(NAMES[name], chosen) for name, chosen in buttons]


def test_a_worn_brace_keeps_a_reason_to_stay() -> None:
    unstable = coded("S32.012A", "unstable burst fracture of L1", days=20)
    (card,) = leave(leaving_chart(*everything_arranged(), worn_now(), unstable))
    assert "reason to keep the TLSO" in card["summary"]
    assert "Corrected order" not in card["detail"]


def test_a_draft_brace_is_none_of_a_discharge() -> None:
    assert leave(leaving_chart(*everything_arranged(), worn("TLSO"))) == []


def test_an_empty_problem_list_is_not_complete():
    """Not even the fracture stands there: nobody kept it."""
    listed = leaving_chart(*everything_arranged())
    record = tuple(one for one in listed if one["resourceType"] != "Condition")
    (card,) = leave(record)
    said = "the problem list names no disease. Check in the chart?"
    assert card["summary"] == f"{LEAVING}{said}"


CM, GM = ICD, "http://fhir.de/CodeSystem/bfarm/icd-10-gm"


def fracture_of(system: str, code: str) -> Resource:
    """Return a fracture of two days ago, by its code alone."""
    concept = codeable(system, code)
    return problem("x", number="pair", days=2, code=concept, onsetDateTime=days_ago(2))


@pytest.mark.parametrize(
    ("system", "code", "pair"),
    [
        pytest.param(CM, "S22.080A", "T11-T12", id="T11 or T12"),
        pytest.param(CM, "S22.060A", "T7-T8", id="T7 or T8"),
        pytest.param(GM, "S22.06", "T11-T12", id="GM T11 or T12"),
        pytest.param(GM, "S22.04", "T7-T8", id="GM T7 or T8"),
        pytest.param(GM, "S22.02", "T3-T4", id="GM T3 or T4"),
    ],
)
def test_a_fracture_whose_code_names_two_vertebrae_is_not_treated(
    system: str, code: str, pair: str
) -> None:
    (card,) = leave(leaving_chart(*everything_arranged(), fracture_of(system, code)))
    assert f"recent fracture of {pair} not treated" in card["summary"]


def test_a_code_of_two_vertebrae_is_of_the_treated_one() -> None:
    treated = kyphoplasty_done("T12", number="also")
    fracture = fracture_of(CM, "S22.080A")
    cards = leave(leaving_chart(*everything_arranged(), treated, fracture))
    assert not any("not treated" in card["summary"] for card in cards)


@pytest.mark.parametrize("code", ["S32.012A", "M53.2X6"])
def test_an_unstable_spine_is_said_where_no_training_is_placed(code: str) -> None:
    """It forbids what would else be asked for: that is not "nothing open"."""
    treated = statement("alendronate", ALENDRONATE, 5)
    fracture = fracture_of(CM, code)
    (card,) = leave(leaving_chart(treated, fracture))
    assert "no training before it is stable" in card["summary"]
    assert card["indicator"] == "info"
    assert leave(leaving_chart(treated, fracture, PHYSIOTHERAPY)) == []


NO_END = f"{LEAVING}who ends the TLSO? Off by "
ENDED = {"start": days_ago(2), "end": days_ago(1)}
GOES_ON = {"start": days_ago(0), "end": "2027-01-08"}


@pytest.mark.parametrize(
    "brace",
    [
        pytest.param(worn_now(status="completed"), id="today"),
        pytest.param(worn_now(status="completed", days=2), id="of the operation's day"),
        pytest.param(
            worn_now(
                status="completed",
                days=5,
                occurrenceDateTime=f"{days_ago(1)}T10:00:00Z",
            ),
            id="ordered before, delivered since",
        ),
    ],
)
def test_a_brace_that_was_delivered_is_worn(brace: Resource) -> None:
    (card,) = leave(leaving_chart(*everything_arranged(), brace))
    assert card["summary"].startswith(NO_END)


def test_so_is_one_that_is_dated_by_its_month() -> None:
    brace = worn_now(status="completed", authoredOn="2026-11")
    (card,) = leave(leaving_chart(*everything_arranged(), brace))
    assert "Who ends it, and when?" in card["summary"]


@pytest.mark.parametrize(
    "braces",
    [
        pytest.param([worn_now(status="completed", days=5)], id="before"),
        pytest.param([worn_now(status="completed", authoredOn=None)], id="no day"),
        pytest.param(
            [worn_now(status="completed", days=2, occurrencePeriod=ENDED)], id="ended"
        ),
        pytest.param([worn_now(status="entered-in-error")], id="in error"),
        pytest.param(
            [
                worn_now(status="completed", days=2),
                worn_now(
                    number="next",
                    occurrencePeriod=GOES_ON,
                    priorRequest=[{"reference": "DeviceRequest/tlso"}],
                ),
            ],
            id="another order goes on with it",
        ),
        pytest.param(
            [worn_now(status="completed", occurrencePeriod=GOES_ON)], id="with an end"
        ),
    ],
)
def test_a_brace_that_is_over_or_has_its_end_makes_no_card(
    braces: list[Resource],
) -> None:
    assert leave(leaving_chart(*everything_arranged(), *braces)) == []


@pytest.mark.parametrize(
    "visit",
    [
        "Dentist: bisphosphonate clearance",
        "Dental check before denosumab",
        "Visit prior to denosumab",
        "Zahnarzt vor Zoledronat",
        "Bilan dentaire avant acide zolédronique",
        "Dentista antes de denosumab",
        "Blood test before zoledronate",
        "Pharmacy pick-up denosumab",
        "FLS phone call not reached",
        "Osteoporosis clinic: did not attend",
    ],
)
def test_a_visit_that_prepares_or_failed_is_none_for_the_bone(visit: str) -> None:
    (card,) = leave(leaving_chart(PHYSIOTHERAPY, appointment(visit, day=VISIT)))
    assert card["summary"] == NO_DRUG


@pytest.mark.parametrize(
    "members",
    [
        {"extension": [{"url": "x", "valueString": "patient declined visit"}]},
        {"description": "FLS phone call not reached"},
        {"description": "Bring the dentist's clearance"},
    ],
)
def test_nor_is_one_with_words_that_leave_it_open(members: Resource) -> None:
    visit = appointment("Osteoporosis clinic", day=VISIT, **members)
    (card,) = leave(leaving_chart(PHYSIOTHERAPY, visit))
    assert card["summary"] == NO_DRUG


@pytest.mark.parametrize(
    "visit",
    [
        "Osteoporosis clinic",
        "Osteoporose-Sprechstunde",
        "FLS follow-up visit",
        "Fracture liaison phone call",
        "Fracture Liaison Service (FLS) new patient 30 min",
        "Bone health clinic 1st visit, room 12",
        "Denosumab injection",
        "Prolia 60 mg s.c.",
        "Infusion Zoledronat 5 mg",
        "Aclasta infusion clinic",
        "Prolia-Spritze",
    ],
)
def test_an_ordinary_visit_for_the_bone_is_one(visit: str) -> None:
    assert leave(leaving_chart(PHYSIOTHERAPY, appointment(visit, day=VISIT))) == []


@pytest.mark.parametrize(
    "words",
    [
        "Follow-up visit after kyphoplasty",
        "Physiotherapy and bone clinic",
        "Room 12",
        "Denosumab 60 mg s.c.",
    ],
)
def test_nor_does_an_ordinary_description_leave_it_open(words: str) -> None:
    visit = appointment("Osteoporosis clinic", day=VISIT, description=words)
    assert leave(leaving_chart(PHYSIOTHERAPY, visit)) == []
