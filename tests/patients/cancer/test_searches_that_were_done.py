"""A search for another cause was done, and its result is not on record yet."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, LOINC, codeable
from tests.patients.leaving import everything_arranged, leave, leaving_chart
from tests.patients.reassuring import cards_of, end_is_selected

BIOPSY = {"text": "Biopsy L1"}
SEARCHES = [
    pytest.param(BIOPSY, id="biopsy"),
    pytest.param(codeable(CPT, "62267"), id="disc aspiration"),
    pytest.param({"text": "PET-CT"}, id="PET"),
    pytest.param({"text": "Serum protein electrophoresis"}, id="electrophoresis"),
    *(
        pytest.param({"text": title}, id=title)
        for title in (
            *("Blood cultures x2", "Blutkultur", "Hémocultures", "Posiew krwi"),
            *("CT-guided biopsy", "Stanzbiopsie", "Beckenkammbiopsie", "Biopsie"),
            *("Serum electrophoresis", "PSA, total", "CA 15-3", "Mammografía"),
            *("MRI whole spine with contrast", "MRT LWS mit KM"),
        )
    ),
    pytest.param(codeable(CPT, "87040"), id="culture of blood"),
    pytest.param(codeable(CPT, "72158"), id="MRI with contrast"),
    *(
        pytest.param(codeable(LOINC, code), id=f"LOINC {code} without words")
        for code in ("600-7", "24351-9", "33358-3", "2857-1", "2039-6", "6875-9")
    ),
]
ORDINARY = ["Urine culture", "Throat swab culture", "Skin biopsy", "PSA screening"]


def done(code, days=1):
    return of_patient(
        "ServiceRequest",
        "search",
        status="completed",
        intent="order",
        code=code,
        authoredOn=days_ago(days),
    )


def report(days=0, status="final", **members):
    said = {
        "category": [codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "PAT")],
        "code": {"text": "Surgical pathology"},
        "conclusion": "No malignancy.",
        "effectiveDateTime": days_ago(days),
        "issued": f"{days_ago(days)}T10:00:00Z",
    }
    return of_patient("DiagnosticReport", "r", status=status, **said | members)


@pytest.mark.parametrize("code", SEARCHES)
def test_until_its_result_comes_nobody_is_reassured(code):
    cards = cards_of(done(code))
    assert "below the usual" not in cards["rehabilitation"]["detail"]
    assert not end_is_selected(cards)


@pytest.mark.parametrize("status", ["registered", "preliminary"])
def test_nor_beside_a_report_that_is_not_final(status):
    cards = cards_of(done(BIOPSY), report(status=status))
    assert "below the usual" not in cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param((done(BIOPSY, days=60),), id="long ago"),
        pytest.param((done({"text": "CBC"}),), id="no search"),
        *(pytest.param((done({"text": one}),), id=one) for one in ORDINARY),
    ],
)
def test_what_was_done_long_ago_or_searches_nothing_leaves_nothing_open(entries):
    assert "below the usual" in cards_of(*entries)["rehabilitation"]["detail"]


def test_a_final_report_says_itself_what_was_found():
    words = cards_of(done(BIOPSY), report())["rehabilitation"]["detail"]
    alone = cards_of(report())["rehabilitation"]["detail"]
    assert words == alone


def stay(days, **members):
    """A stay in hospital that began so many days ago."""
    said = {
        "status": "in-progress",
        "class": {"code": "IMP"},
        "period": {"start": days_ago(days)},
    }
    return of_patient("Encounter", "enc-1", **said | members)


def xray(**members):
    return report(
        category=[codeable("http://terminology.hl7.org/CodeSystem/v2-0074", "RAD")],
        code={"text": "X-ray lumbar spine"},
        conclusion="No acute fracture.",
        **members,
    )


def leaving(*entries):
    """The cards of somebody for whom all else is arranged."""
    chart = leaving_chart(*everything_arranged())
    if any(one["resourceType"] == "Encounter" for one in entries):
        chart = tuple(one for one in chart if one["resourceType"] != "Encounter")
    cards = leave((*chart, *entries))
    return [card["summary"] for card in cards]


@pytest.mark.parametrize("title", ["PET-CT", "Bone scan", "Knochenszintigraphie"])
@pytest.mark.parametrize("days", [1, 10])
def test_who_leaves_is_told_of_a_result_that_is_not_back(title, days):
    (said,) = leaving(done({"text": title}, days))
    assert "malignancy of bone not excluded. Who settles the cause?" in said


def test_a_biopsy_that_was_taken_is_pending():
    (said,) = leaving(done(BIOPSY))
    assert "biopsy result pending" in said


def test_within_the_stay_a_result_is_awaited_for_longer():
    search = done({"text": "PET-CT"}, days=20)
    (said,) = leaving(search, stay(25))
    assert "malignancy of bone not excluded" in said


@pytest.mark.parametrize(
    "encounter",
    [
        pytest.param(stay(15), id="ordered before the stay"),
        pytest.param(stay(25, **{"class": {"code": "AMB"}}), id="no stay"),
    ],
)
def test_what_was_done_before_the_stay_is_awaited_for_two_weeks(encounter):
    assert leaving(done({"text": "PET-CT"}, days=20), encounter) == []


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(xray(), id="an X-ray"),
        pytest.param(
            report(basedOn=[{"reference": "ServiceRequest/other"}]),
            id="of another order",
        ),
    ],
)
def test_a_report_of_something_else_is_not_its_result(other):
    search = done({"text": "PET-CT"})
    assert any(
        "malignancy of bone not excluded" in said for said in leaving(search, other)
    )
    detail = cards_of(search, other)["rehabilitation"]["detail"]
    assert "below the usual" not in detail


def test_its_own_report_settles_it():
    named = [{"reference": "ServiceRequest/search"}]
    search, own = done({"text": "PET-CT"}), report(basedOn=named)
    assert "below the usual" in cards_of(search, own)["rehabilitation"]["detail"]


@pytest.mark.parametrize("status", ["active", "completed"])
@pytest.mark.parametrize(
    ("title", "missing"),
    [
        ("Blood cultures", "spinal infection"),
        ("Beckenkammbiopsie", "malignancy of bone"),
        ("Liver biopsy", "malignancy of bone"),
        ("Serumelektrophorese", "malignancy of bone"),
        ("Mammography", "malignancy of bone"),
        ("MRI whole spine with contrast", "malignancy of bone and spinal infection"),
    ],
)
def test_who_leaves_is_told_what_is_awaited_in_whatever_words(title, missing, status):
    (said,) = leaving(done({"text": title}) | {"status": status})
    assert f"{missing} not excluded. Who settles the cause?" in said


@pytest.mark.parametrize("status", ["active", "completed"])
@pytest.mark.parametrize("title", ["CT-guided biopsy", "Stanzbiopsie", "Biopsie"])
def test_a_biopsy_of_no_named_place_is_pending_as_one_of_the_vertebra(title, status):
    (said,) = leaving(done({"text": title}) | {"status": status})
    assert "biopsy result pending" in said


@pytest.mark.parametrize("title", ["PSA", "Mammogram", "Blood cultures"])
def test_a_test_that_was_ordered_for_a_screening_is_not_awaited_for_ever(title):
    old = done({"text": title}, days=20) | {"status": "active"}
    assert leaving(old) == []


def test_an_active_order_is_settled_by_the_report_that_names_it_alone():
    order = done({"text": "MRI whole spine with contrast"}) | {"status": "active"}
    named = [{"reference": "ServiceRequest/search"}]
    assert leaving(order, report()) != []
    assert leaving(order, report(basedOn=named)) == []


@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_culture_or_sample_brings_no_line(title):
    assert leaving(done({"text": title})) == []
