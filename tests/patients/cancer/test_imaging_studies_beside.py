"""An imaging study that names a grave thing leaves it open; an ordinary one says nothing."""

import pytest

from tests.chart_builders import (
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
    strong_and_nourished,
)
from tests.codes import ICD, codeable

BELOW = "below the usual"
DICOM = "http://dicom.nema.org/resources/ontology/DCM"


def detail_with(**members):
    said = {"status": "available", "started": days_ago(5)}
    said |= {"modality": [{"system": DICOM, "code": "MR"}]}
    said |= {"description": "MRI lumbar spine"}
    study = of_patient("ImagingStudy", "study", **said | members)
    record = [*strong_and_nourished(), study]
    cards = by_topic(ask(order_sign(record, kyphoplasty(), brace())))
    return cards["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    "code", ["C79.51", "C90.00", "M46.46", "G06.1", "G83.4", "S32.012A", "M53.2X6"]
)
def test_its_reason_by_code_is_open(code):
    detail = detail_with(reasonCode=[codeable(ICD, code)])
    assert BELOW not in detail
    assert "not excluded (in an imaging study" in detail


@pytest.mark.parametrize(
    "members",
    [
        {"reasonCode": [{"text": "cauda equina syndrome"}]},
        {"reasonCode": [{"text": "Xyz abc"}]},
        {"description": "MRI spine for bone metastases"},
        {"reasonReference": [{"display": "Bone metastasis L1"}]},
        {"note": [{"text": "Bone metastases L1"}]},
    ],
)
def test_so_are_its_words(members):
    assert BELOW not in detail_with(**members)


@pytest.mark.parametrize(
    "description",
    [
        "MRI lumbar spine",
        "CT Abd/Pel W",
        "XR chest 2 views",
        "MRT LWS nativ",
        "Röntgen Thorax",
        "IRM lombaire",
        "Mammography screening bilateral",
        "腰椎MRI",
        "CT Lumbar Spine for kyphoplasty planning",
    ],
)
def test_an_ordinary_study_says_nothing(description):
    assert BELOW in detail_with(description=description)
    assert BELOW in detail_with(reasonCode=[codeable(ICD, "M54.50")])


def test_an_infection_of_last_year_was_answered_since():
    old = days_ago(500)
    reason = [codeable(ICD, "M46.46")]
    assert BELOW in detail_with(started=old, reasonCode=reason)


def test_a_bone_metastasis_of_last_year_counts():
    old = days_ago(500)
    reason = [codeable(ICD, "C79.51")]
    assert BELOW not in detail_with(started=old, reasonCode=reason)
