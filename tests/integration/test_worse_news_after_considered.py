"""What was considered is asked again when the record says worse of the same fact."""

import json
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from cds_service.audit.store import AuditStore
from tests.chart_builders import (
    PATIENT,
    Resource,
    days_ago,
    dose,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
    problem,
    strong_and_nourished,
)
from tests.codes import ICD, codeable
from tests.integration.ward import Ward
from tests.patients.reassuring import imaging

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuditStore]:
    path = tmp_path_factory.mktemp("considered") / "audit.sqlite3"
    with closing(AuditStore(f"sqlite:///{path}", wait_seconds=10)) as log:
        yield log


def coded(icd: str, days: int, **members: object) -> Resource:
    return problem(icd, number="grave", days=days, **members)


def discitis(**members: object) -> Resource:
    return coded("M46.46", 10, **members)


def cancer(**members: object) -> Resource:
    return coded("C50.911", 100, **members)


def myeloma(**members: object) -> Resource:
    return coded("C90.00", 1900, **members)


def weak_leg(**members: object) -> Resource:
    return coded("M21.371", 2, **members)


def note(words: str) -> list[dict[str, str]]:
    return [{"text": words}]


def card_after_considered(
    store: AuditStore, first: list[Resource], later: list[Resource]
) -> dict[str, str]:
    """Return the later card, in the encounter of what was considered."""
    ward, patient = Ward(store), str(uuid4())

    def card(record: list[Resource], seconds: int = 0) -> dict[str, str]:
        whole = [*strong_and_nourished(), inpatient(), *record]
        body = order_sign(whole, kyphoplasty(), hook_instance=str(uuid4()))
        ours = json.loads(json.dumps(body).replace(PATIENT, patient))
        return ward.sign(ours, seconds=seconds)["rehabilitation"]

    shown = card(first)
    assert shown["indicator"] == "warning"
    ward.override(shown, "considered")
    return card(later, seconds=60)


def colour_after_considered(
    store: AuditStore, first: list[Resource], later: list[Resource]
) -> str:
    return card_after_considered(store, first, later)["indicator"]


@pytest.mark.parametrize(
    ("first", "changed"),
    [
        pytest.param(
            discitis(),
            discitis(
                code=codeable(ICD, "M46.46", text="Discitis with epidural abscess")
            ),
            id="discitis-title",
        ),
        pytest.param(
            discitis(),
            discitis(note=note("new epidural abscess 20 Nov")),
            id="discitis-note",
        ),
        pytest.param(
            discitis(),
            discitis(clinicalStatus=codeable(CLINICAL, "relapse")),
            id="discitis-relapse",
        ),
        pytest.param(
            cancer(), cancer(stage=[{"summary": {"text": "M1 (OSS)"}}]), id="stage"
        ),
        pytest.param(
            cancer(),
            cancer(clinicalStatus=codeable(CLINICAL, "recurrence")),
            id="recurrence",
        ),
        pytest.param(
            cancer(), cancer(note=note("MRI today: metastases T10, L1")), id="spread"
        ),
        pytest.param(myeloma(), myeloma(note=note("relapse 11/2026")), id="myeloma"),
        pytest.param(weak_leg(), weak_leg(severity={"text": "severe"}), id="weak-leg"),
    ],
)
def test_a_changed_entry_opens_what_was_considered(store, first, changed):
    assert colour_after_considered(store, [first], [changed]) == "warning"


@pytest.mark.parametrize(
    ("first", "report"),
    [
        pytest.param(
            discitis(),
            imaging(None, days=0, conclusionCode=[codeable(ICD, "G06.1")]),
            id="abscess-by-code",
        ),
        pytest.param(
            discitis(),
            imaging("Spondylodiscitis L1/2 with new epidural abscess.", days=0),
            id="abscess",
        ),
        pytest.param(
            cancer(),
            imaging("Osteolytic lesion T10 consistent with metastasis.", days=0),
            id="metastasis",
        ),
        pytest.param(
            weak_leg(), imaging("Spinal cord compression at T12.", days=0), id="cord"
        ),
    ],
)
def test_a_new_report_opens_what_was_considered(store, first, report):
    assert colour_after_considered(store, [first], [first, report]) == "warning"


MRI = imaging("Spondylodiscitis L1/2.", days=6)


@pytest.mark.parametrize(
    ("first", "later"),
    [
        pytest.param([discitis()], [discitis()], id="the-same"),
        pytest.param(
            [discitis()],
            [
                discitis(
                    meta={"versionId": "7", "lastUpdated": "2026-11-20T08:00:00Z"},
                    recorder={"reference": "Practitioner/9"},
                )
            ],
            id="a-new-version",
        ),
        pytest.param(
            [discitis()],
            [discitis(text={"status": "generated", "div": "<div>Discitis</div>"})],
            id="a-generated-narrative",
        ),
        pytest.param([discitis(), MRI], [discitis(), MRI], id="the-same-report"),
        pytest.param([discitis(), MRI], [discitis()], id="a-report-no-longer-sent"),
        pytest.param(
            [discitis()],
            [discitis(), imaging("No discitis. No abscess.", days=0)],
            id="a-report-that-denies-it",
        ),
        pytest.param(
            [cancer()], [cancer(), problem("I10", number="bp")], id="another-illness"
        ),
        pytest.param(
            [cancer()],
            [cancer(), dose("zoledronate", days=1)],
            id="a-dose",
        ),
        pytest.param(
            [weak_leg()],
            [
                weak_leg(),
                of_patient(
                    "Observation",
                    "bp",
                    status="final",
                    code={"text": "Blood pressure"},
                    effectiveDateTime=days_ago(0),
                    valueString="120/80",
                ),
            ],
            id="a-vital-sign",
        ),
    ],
)
def test_what_says_no_more_stays_considered(store, first, later):
    assert colour_after_considered(store, first, later) == "info"


@pytest.mark.parametrize("title", ["Breast cancer", "Bone metastasis", "Lung cancer"])
def test_what_was_considered_leads_no_more_as_a_doubt(store, title):
    """E7: words that name a cancer leave open if it is in the bone."""
    entry = problem("x", number="grave", days=3, code={"text": title})
    assert (
        "not excluded" not in card_after_considered(store, [entry], [entry])["summary"]
    )


def test_a_doubt_of_another_entry_still_leads(store):
    entry = problem("x", number="grave", days=3, code={"text": "Breast cancer"})
    words = {"text": "suspected bone metastasis"}
    another = problem("x", number="doubt", days=3, code=words)
    card = card_after_considered(store, [entry, another], [entry, another])
    assert card["summary"].startswith("Malignancy of bone not excluded")


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(cancer(), id="code"),
        *(
            problem("x", number="grave", days=3, code={"text": title})
            for title in ("Breast cancer", "Bone metastasis", "Mammakarzinom 2025")
        ),
    ],
)
def test_what_was_considered_is_still_not_known(store, entry):
    """What the fact's line named before stays open (E9) when that line is gone."""
    detail = card_after_considered(store, [entry], [entry])["detail"]
    assert "malignancy of bone not excluded" in detail.partition("Not known")[2]
