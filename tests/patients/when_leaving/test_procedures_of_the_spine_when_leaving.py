"""A procedure that names the spine is no tumour: everyday care is quiet, the rest read."""

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.patients.leaving import summaries_beside

READ = "1 recent entry not understood. Read before leaving."


def beside(title, days=1):
    act = of_patient(
        "Procedure",
        "act",
        status="completed",
        code={"text": title},
        performedDateTime=days_ago(days),
    )
    return summaries_beside(act)


@pytest.mark.parametrize(
    "title",
    [
        "Radiologic examination, spine, lumbosacral; 2 or 3 views",
        "Post-op X-ray lumbar spine AP/lat",
        "Röntgen LWS in 2 Ebenen",
        "Röntgenkontrolle LWS",
        "MRT LWS",
        "Rx colonna lombare",
        "RX rachis lombaire face et profil",
        "腰椎X線",
        "Dressing change lumbar wound",
        "Removal of sutures back",
        "Ablation des fils dos",
        "Lumbar heat pack",
        "Intraoperative fluoroscopy lumbar spine",
    ],
)
def test_everyday_care_makes_no_card(title):
    assert beside(title) == []


@pytest.mark.parametrize(
    "title", ["Xyzzy lumbar", "Lumbar drain", "Blood patch lumbar", "Embolisation L2"]
)
def test_what_is_not_understood_is_read(title):
    (summary,) = beside(title)
    assert summary.endswith(READ)


@pytest.mark.parametrize(
    "title",
    [
        "Excision of vertebral tumour",
        "Wirbelkörperresektion bei Metastase",
        "PET-CT",
        "Bone marrow biopsy",
    ],
)
def test_what_may_be_of_a_tumour_leaves_the_cause_open(title):
    (summary,) = beside(title)
    assert "malignancy of bone not excluded" in summary


def test_so_does_an_older_act_that_names_the_spine():
    (summary,) = beside("Xyzzy lumbar", days=60)
    assert "malignancy of bone not excluded" in summary
