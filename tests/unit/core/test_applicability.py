"""Each study's criteria against one patient: inside, outside, absolute, not checkable."""

import pytest

from cds_service.core.study_result import ABSOLUTE, absolute_exclusions, check
from tests.chart_builders import open_service
from tests.fact_builders import facts
from tests.tables import cases

S, N, R = "sarcopenia-pvm-2022", "nvcf-nomogram-2024", "residual-pain-2025"
# A patient whom every criterion of every logistic study fits.
INSIDE = cases(__file__, "inside")


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
    ("study", "changes", "severity"), cases(__file__, "whom_the_study_included")
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
