"""A grave illness in the title next to a code of everyday is asked about at discharge."""

import pytest

from tests.patients.inpatients import coded
from tests.patients.leaving import summaries_beside


@pytest.mark.parametrize("code", ["I10", "E11.9"])
@pytest.mark.parametrize(
    "title",
    [
        *("post-op stroke", "Stroke", "acute stroke 19/11", "NSTEMI", "HTN; new CVA"),
        *("postop. Schlaganfall", "AVC post-opératoire", "Ictus postoperatorio"),
        *("Beroerte", "udar", "脳梗塞", "脑梗死", "뇌졸중", "stroke Nov 2026"),
    ],
)
def test_a_grave_name_since_the_operation_is_asked_about(title, code):
    (summary,) = summaries_beside(coded(code, title, days=1))
    assert "1 recent entry not understood" in summary


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("I10", "Essential (primary) hypertension"),
        ("I10", "Hypertension, h/o stroke"),
        ("I10", "HTN s/p CVA 2019"),
        ("I10", "Hypertonie, Z.n. Schlaganfall 2018"),
        ("I10", "Bluthochdruck, Apoplex 2012"),
        ("I10", "HTA, antécédent d'AVC"),
        ("I10", "HTA, ictus previo"),
        ("I10", "hypertensie, CVA in VG"),
        ("I10", "高血圧 脳梗塞後"),
        ("I10", "고혈압, 뇌졸중 병력"),
        ("I10", "HTN, no stroke"),
        ("I10", "HTN, risk of stroke"),
        ("I10", "HTN, stroke clinic follow-up"),
        ("E78.5", "Hyperlipidemia, history of NSTEMI 2015"),
        ("I48.91", "Atrial fibrillation, stroke prophylaxis"),
        ("I25.10", "CAD s/p NSTEMI 2014"),
        ("K59.00", "Constipation, no ileus"),
        ("I69.30", "Sequelae of cerebral infarction"),
        ("I67.9", "Cerebrovascular disease"),
    ],
)
def test_what_is_over_denied_or_a_risk_is_not(code, title):
    assert summaries_beside(coded(code, title, days=1)) == []


@pytest.mark.parametrize("title", ["Stroke", "Schlaganfall"])
def test_nor_is_one_of_before(title):
    assert summaries_beside(coded("I10", title, days=300)) == []
