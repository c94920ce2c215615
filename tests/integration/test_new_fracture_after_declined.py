"""Treatment that was declined is asked for again after a new fracture, of any bone."""

import json
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest

from cds_service.audit.store import AuditStore
from tests.chart_builders import (
    PATIENT,
    Resource,
    brace,
    days_ago,
    inpatient,
    kyphoplasty,
    order_sign,
    problem,
    strong_and_nourished,
)
from tests.integration.ward import Ward

LATER = 20  # days from the answer to the next signing
ASKED = "no bone drug"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AuditStore]:
    path = tmp_path_factory.mktemp("declined") / "audit.sqlite3"
    with closing(AuditStore(f"sqlite:///{path}", wait_seconds=10)) as log:
        yield log


def broken(icd: str, day: int, **members: object) -> Resource:
    """Return a fracture that began so many days after the answer, recorded then."""
    onset = {"onsetDateTime": days_ago(-day)}
    return problem(icd, number=f"f{icd}-{day}", days=-day, **onset | members)


def recorded(icd: str, day: int, **members: object) -> Resource:
    """Return a fracture without an onset."""
    return problem(icd, number=f"r{icd}-{day}", days=-day, **members)


SECOND = broken("S32.030A", -400)


def summary_after_declined(
    store: AuditStore, first: list[Resource], later: list[Resource]
) -> str:
    """Return what a signing says some weeks after treatment was declined."""
    ward, patient = Ward(store), str(uuid4())

    def card(record: list[Resource], days: int = 0) -> dict[str, str]:
        whole = [*strong_and_nourished(), inpatient(), *record]
        body = order_sign(whole, kyphoplasty(), hook_instance=str(uuid4()))
        ours = json.loads(json.dumps(body).replace(PATIENT, patient))
        return ward.sign(ours, days=days)["rehabilitation"]

    shown = card(first)
    assert ASKED in shown["summary"]
    ward.override(shown, "patientDeclines")
    return card(later, days=LATER)["summary"]


@pytest.mark.parametrize(
    "new",
    [
        pytest.param(broken("S72.001A", 15), id="hip"),
        pytest.param(broken("S22.080A", 15), id="vertebra"),
        pytest.param(broken("S32.501A", 15), id="pelvis"),
        pytest.param(broken("S52.501A", 15), id="forearm"),
        pytest.param(broken("M80.031A", 15), id="forearm-by-osteoporosis"),
        pytest.param(recorded("S72.001A", 15), id="hip-without-onset"),
        pytest.param(
            broken("S72.001A", 15, code={"text": "Hip fracture"}), id="hip-in-words"
        ),
    ],
)
def test_a_later_fracture_ends_what_was_declined(store, new):
    assert ASKED in summary_after_declined(store, [SECOND], [SECOND, new])


def test_a_second_hip_ends_what_was_declined_after_the_first(store):
    first = broken("S72.002A", -60)
    later = [first, broken("S72.001A", 15)]
    assert ASKED in summary_after_declined(store, [first], later)


@pytest.mark.parametrize(
    "known",
    [
        pytest.param([], id="none"),
        pytest.param([broken("S72.001A", -5)], id="hip-of-before"),
        pytest.param([broken("S32.010A", -3)], id="the-treated-vertebra"),
        pytest.param([recorded("S72.001A", -5)], id="hip-without-onset"),
    ],
)
def test_a_fracture_known_then_ends_nothing(store, known):
    record = [SECOND, *known]
    assert ASKED not in summary_after_declined(store, record, record)


@pytest.mark.parametrize(
    ("known", "later"),
    [
        pytest.param(
            broken("S72.001A", -5), recorded("S72.001D", 15), id="a-later-visit"
        ),
        pytest.param(
            recorded("S72.001A", -5), recorded("S72.001A", 15), id="the-same-recorded"
        ),
        pytest.param(SECOND, recorded("S32.010A", 15), id="the-treated-recorded"),
        pytest.param(SECOND, broken("S32.010A", 15), id="the-treated-dated"),
        pytest.param(
            SECOND,
            broken(
                "S72.001A", 15, verificationStatus={"coding": [{"code": "refuted"}]}
            ),
            id="refuted",
        ),
        pytest.param(
            SECOND, broken("S72.001A", LATER + 5), id="a-day-that-is-yet-to-come"
        ),
        pytest.param(SECOND, problem("I10", days=-15, number="bp"), id="no-fracture"),
    ],
)
def test_what_is_no_new_fracture_ends_nothing(store, known, later):
    first = [SECOND] if known is SECOND else [SECOND, known]
    assert ASKED not in summary_after_declined(store, first, [*first, later])


def test_a_broken_hip_ends_no_answer_on_a_brace(store):
    ward, patient = Ward(store), str(uuid4())

    def cards(record: list[Resource], days: int = 0) -> dict[str, dict[str, str]]:
        whole = [*strong_and_nourished(), inpatient(), *record]
        body = order_sign(whole, kyphoplasty(), brace(), hook_instance=str(uuid4()))
        ours = json.loads(json.dumps(body).replace(PATIENT, patient))
        return ward.sign(ours, days=days)

    ward.override(cards([])["braceLimit"], "instability")
    assert "braceLimit" not in cards([broken("S72.001A", 15)], days=LATER)
