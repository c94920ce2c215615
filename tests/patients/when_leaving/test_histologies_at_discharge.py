"""An order of histology is a biopsy whose result somebody must look at."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import CPT, SCT, codeable
from tests.patients.inpatients import statement
from tests.patients.leaving import (
    everything_arranged,
    leave,
    leaving_chart,
    pathology,
)

L1 = [codeable(SCT, "66794005")]
PENDING = "biopsy result pending"


def order(title: str, *, days: int = 1, number: str = "histo", **members: Any) -> Any:
    """An order of so many days ago under this title."""
    said = {
        "status": "active",
        "intent": "order",
        "code": {"text": title},
        "authoredOn": days_ago(days),
    }
    return of_patient("ServiceRequest", number, **said | members)


def report(*, days: int = 0) -> Any:
    return pathology(days=days) | {"conclusion": "No malignancy."}


def cards_beside(*entries: Any) -> list[Any]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    drug = statement("alendronate", "M05BA04", 1)
    return leave(leaving_chart(*everything_arranged(), drug, *entries))


@pytest.mark.parametrize(
    "title",
    [
        "Histologie LWK 1",
        "Histopathology vertebral body L1",
        "Tissue exam by pathologist",
        "Surgical pathology exam bone L1",
        "Knochenstanze zur Histologie",
        "Gewebeprobe LWK 1",
        "Probeexzision LWK 1",
        "Probeentnahme LWK 1",
        "PE LWK1",
        "trephine L1",
        "Jamshidi",
        "Anatomopathologie colonne L1",
        "Examen anatomopathologique",
        "Histología vértebra L1",
        "Esame istologico vertebra L1",
        "Histologisch onderzoek wervel L1",
        "Badanie histopatologiczne",
        "病理検査",
        "病理组织学检查",
    ],
)
def test_an_order_of_histology_is_awaited(title: str) -> None:
    (card,) = cards_beside(order(title))
    assert PENDING in card["summary"]


@pytest.mark.parametrize(
    "where",
    [
        pytest.param({"bodySite": L1}, id="site"),
        pytest.param({"specimen": [{"display": "Vertebral body L1"}]}, id="specimen"),
    ],
)
@pytest.mark.parametrize("code", ["88304", "88305", "88307", "88309"])
def test_so_is_its_code_where_a_vertebra_is_named(code: str, where: Any) -> None:
    (card,) = cards_beside(order("", code=codeable(CPT, code), **where))
    assert PENDING in card["summary"]


def test_a_code_of_any_tissue_alone_is_none_of_a_vertebra() -> None:
    assert not cards_beside(order("", code=codeable(CPT, "88305")))


@pytest.mark.parametrize(
    "title",
    [
        "Histologie Haut",
        "Surgical pathology colon polyp",
        "Surgical pathology, breast core",
        "Histologie Mamma",
        "Examen anatomopathologique placenta",
        "Pap smear",
        "Neuropathology consult",
        "Speech language pathology evaluation",
        "Blood smear review by pathologist",
        "Follow-up after histology",
        "Besprechung Histologie",
        "Blutprobenentnahme",
        "Jamshidi needle",
        "X-ray spine, no pathology",
        "Keine Histologie",
    ],
)
def test_other_tissue_and_other_pathology_bring_no_card(title: str) -> None:
    assert not cards_beside(order(title))


@pytest.mark.parametrize(
    "where",
    [
        pytest.param({"bodySite": [{"text": "Skin of back"}]}, id="site"),
        pytest.param({"specimen": [{"display": "Skin, left arm"}]}, id="specimen"),
    ],
)
def test_nor_does_a_sample_of_another_organ(where: Any) -> None:
    assert not cards_beside(order("Tissue exam by pathologist", **where))


def test_its_final_report_settles_it() -> None:
    assert not cards_beside(order("Histologie LWK 1"), report())


def test_an_older_report_does_not() -> None:
    (card,) = cards_beside(order("Histologie LWK 1"), report(days=5))
    assert PENDING in card["summary"]


def test_one_report_settles_a_biopsy_and_its_histology() -> None:
    biopsy = order("Biopsy L1", days=2, number="biopsy")
    assert not cards_beside(biopsy, order("Histologie LWK 1"), report())


def test_an_earlier_biopsy_is_another_one() -> None:
    biopsy = order("Biopsy L1", days=12, number="biopsy")
    (card,) = cards_beside(biopsy, report(days=9), order("Histologie LWK 1"))
    assert PENDING in card["summary"]
