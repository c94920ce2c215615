"""Words about the record support no "no"; free words for a disease do."""

import pytest

from tests.chart_builders import problem
from tests.codes import ICD, codeable
from tests.gathered_records import findings_beside

TELLING_NOTHING = [
    "Patient declines to discuss past medical history",
    "Patient has a second MRN",
    "Will bring a list of her illnesses tomorrow",
    "Reprise des antécédents en cours, dossier incomplet",
    "Akte wird gerade eingescannt",
    "既往歴：紙カルテをスキャン取込中",
]


@pytest.mark.parametrize("title", TELLING_NOTHING)
def test_words_about_the_record_leave_diabetes_open(title):
    entry = problem("x", days=20, code={"text": title})
    assert "diabetes" in findings_beside([entry]).gaps


@pytest.mark.parametrize(
    "title",
    [
        "GERD",
        "Arterielle Hypertonie",
        "高血圧",
        "Gonarthrosis",
        "Hypertension, letter to GP sent",
        "PMH: gout",
        "Family history unknown",
        "Advance directive on file",
    ],
)
def test_what_says_nothing_about_her_own_history_leaves_nothing_open(title):
    entry = problem("x", days=20, code={"text": title})
    assert findings_beside([entry]).known["diabetes"].value is False


def test_words_next_to_a_code_leave_nothing_open():
    code = codeable(ICD, "K21.9") | {"text": "Reflux, seen by Dr Hall"}
    entry = problem("x", days=20, code=code)
    assert findings_beside([entry]).known["diabetes"].value is False
