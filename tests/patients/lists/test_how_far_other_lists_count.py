"""What other lists name counts as long as the fact that it may be, not for a year."""

import pytest

from tests.chart_builders import days_ago, drug, of_patient
from tests.patients.reassuring import cards_of, imaging


def order(words, days):
    said = {"status": "completed", "intent": "order", "authoredOn": days_ago(days)}
    reason = [{"text": words}]
    return of_patient(
        "ServiceRequest", "s1", code={"text": "MRI"}, reasonCode=reason, **said
    )


def done(words, days):
    said = {"status": "completed", "performedDateTime": days_ago(days)}
    return of_patient("Procedure", "p9", code={"text": words}, **said)


def report(words, days):
    return imaging(words, days=days)


def given(words, days):
    reason = [{"text": words}]
    return drug(
        "losartan", number="m2", days=days, status="completed", reasonCode=reason
    )


def detail(entry):
    return cards_of(entry)["rehabilitation"]["detail"]


@pytest.mark.parametrize("days", [300, 400, 1500])
@pytest.mark.parametrize(
    ("build", "words"),
    [
        *((report, one) for one in ("Bone metastasis L3", "Fractures T8 and T9")),
        (report, "Multiple myeloma with lytic lesions"),
        *((build, "bone metastasis") for build in (order, given)),
        (order, "myeloma"),
    ],
)
def test_a_metastasis_a_myeloma_or_a_fracture_counts_for_ever(build, words, days):
    assert "below" not in detail(build(words, days))


@pytest.mark.parametrize("build", [report, order])
def test_a_broken_hip_counts_for_two_years(build):
    assert "below" not in detail(build("femoral neck fracture", 700))
    assert "below the usual" in detail(build("femoral neck fracture", 900))


@pytest.mark.parametrize(
    "words",
    [
        *("hip hemiarthroplasty", "gamma nail left femur", "ORIF hip"),
        *("Duokopfprothese", "Hüft-TEP nach Sturz", "人工骨頭置換術", "PKP术"),
    ],
)
def test_an_operation_that_nobody_judged_counts_for_two_years(words):
    assert "below" not in detail(done(words, 700))


@pytest.mark.parametrize("words", ["No metastasis.", "No fracture.", "Normal MRI."])
@pytest.mark.parametrize("days", [300, 800])
def test_an_old_report_that_denies_changes_nothing(words, days):
    assert "below the usual" in detail(report(words, days))


def test_old_words_that_nobody_understood_change_nothing():
    assert "below" not in detail(report("Some other words", 300))
    assert "below the usual" in detail(report("Some other words", 400))
