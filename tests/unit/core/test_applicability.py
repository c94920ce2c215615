"""Each study's criteria against one patient: inside, outside, absolute, not checkable."""

import pytest

from cds_service.core.models.study_result import ABSOLUTE, absolute_exclusions, check
from tests.chart_builders import open_service
from tests.fact_builders import facts

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
# A patient whom every criterion of every logistic study fits.
INSIDE = {
    "procedure": "PKP",
    "level-count": 1.0,
    "age": 76.0,
    "bmd-t-score": -2.8,
    "steroid-use": False,
    "prior-spinal-surgery": False,
    "prior-augmentation": False,
    "prior-vertebral-fracture": False,
    "severe-kidney-disease": False,
    "dementia": False,
    "malignancy": False,
    "spinal-infection": False,
    "unstable-fracture": False,
    "neurological-deficit": False,
}


def violations(study, changes):
    """Severity by finding, of everything that is not plainly met."""
    return {
        one.finding: one.severity
        for one in check(open_service().studies[study], facts({**INSIDE, **changes}))
    }


@pytest.mark.parametrize("study", [S, N, R])
def test_a_patient_inside_the_study_violates_nothing(study):
    assert violations(study, {}) == {}


# Evidence page, sections 1, 4 and 5: whom each study included and excluded.
@pytest.mark.parametrize(
    ("study", "changes", "severity"),
    [
        ("sarcopenia-pvm-2022", {"procedure": "PVP"}, "outside"),
        # elderly patients
        ("sarcopenia-pvm-2022", {"age": 59.0}, "outside"),
        ("sarcopenia-pvm-2022", {"steroid-use": True}, "outside"),
        ("nvcf-nomogram-2024", {"age": 59.0}, "outside"),
        # less than -2.5 was included
        ("nvcf-nomogram-2024", {"bmd-t-score": -2.5}, "outside"),
        ("nvcf-nomogram-2024", {"steroid-use": True}, "outside"),
        ("nvcf-nomogram-2024", {"prior-spinal-surgery": True}, "outside"),
        ("residual-pain-2025", {"procedure": "PVP"}, "outside"),
        ("residual-pain-2025", {"prior-spinal-surgery": True}, "outside"),
        # osteoporosis by DXA
        ("residual-pain-2025", {"bmd-t-score": -2.4}, "outside"),
        ("sarcopenia-pvm-2022", {"level-count": 2.0}, "no-figure"),
        ("sarcopenia-pvm-2022", {"prior-augmentation": True}, "no-figure"),
        # first vertebroplasty
        ("nvcf-nomogram-2024", {"prior-augmentation": True}, "no-figure"),
        ("residual-pain-2025", {"level-count": 2.0}, "no-figure"),
        ("residual-pain-2025", {"prior-augmentation": True}, "no-figure"),
        # osteopenic patients were among them
        ("sarcopenia-pvm-2022", {"bmd-t-score": -1.0}, None),
        ("sarcopenia-pvm-2022", {"prior-spinal-surgery": True}, None),
        ("nvcf-nomogram-2024", {"age": 60.0}, None),
        ("nvcf-nomogram-2024", {"bmd-t-score": -2.6}, None),
        ("nvcf-nomogram-2024", {"procedure": "PVP"}, None),
        # 28 of 188 had several
        ("nvcf-nomogram-2024", {"level-count": 3.0}, None),
        ("residual-pain-2025", {"bmd-t-score": -2.5}, None),
        ("residual-pain-2025", {"steroid-use": True}, None),
        ("sarcopenia-pvm-2022", {"malignancy": True}, "absolute"),
        ("sarcopenia-pvm-2022", {"spinal-infection": True}, "absolute"),
        ("sarcopenia-pvm-2022", {"neurological-deficit": True}, "absolute"),
        ("nvcf-nomogram-2024", {"malignancy": True}, "absolute"),
        ("nvcf-nomogram-2024", {"spinal-infection": True}, "absolute"),
        ("nvcf-nomogram-2024", {"unstable-fracture": True}, "absolute"),
        ("residual-pain-2025", {"malignancy": True}, "absolute"),
        ("residual-pain-2025", {"spinal-infection": True}, "absolute"),
        ("residual-pain-2025", {"neurological-deficit": True}, "absolute"),
    ],
)
def test_whom_the_study_did_not_include_is_outside_without_a_figure_or_excluded(
    study, changes, severity
):
    assert violations(study, changes) == (
        dict.fromkeys(changes, severity) if severity else {}
    )


@pytest.mark.parametrize("study", [S, N, R])
def test_what_is_not_known_is_not_checkable_and_never_taken_for_inside(study):
    found = {
        one.finding: one.severity
        for one in check(open_service().studies[study], facts({}))
    }
    assert set(found.values()) == {"not-checkable"}
    assert len(found) == len(
        {one.finding for one in open_service().studies[study].applicability}
    )


def test_only_what_is_on_record_excludes():
    assert absolute_exclusions(facts({})) == ()
    assert absolute_exclusions(facts(dict.fromkeys(ABSOLUTE, False))) == ()
    assert absolute_exclusions(facts(dict.fromkeys(ABSOLUTE, True))) == ABSOLUTE
