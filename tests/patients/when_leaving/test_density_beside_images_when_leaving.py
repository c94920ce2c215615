"""When the bone is measured says nothing of an image in the same title."""

import pytest

from tests.patients.leaving import act_ordered, summaries_beside


@pytest.mark.parametrize(
    "title",
    [
        *("CCT, nach Entlassung Knochendichte", "CCT; ambulant Knochendichte"),
        *("CT Thorax, nach Entlassung Knochendichte", "CCT, DXA ambulant"),
        *("MRT Schädel, in 3 Monaten Knochendichte", "CT head, outpatient DXA"),
        *("Duplex Bein, nach Entlassung DXA", "頭部CT、退院後 骨密度"),
        "CT Schädel. Nach Entlassung: Knochendichte",
    ],
)
def test_the_image_is_asked_about(title: str) -> None:
    assert len(summaries_beside(act_ordered(title))) == 1


@pytest.mark.parametrize(
    "title",
    [
        *("CT LWS Zementkontrolle, nach Entlassung Knochendichte", "CCT ambulant"),
        *("Knochendichte nach Entlassung", "DXA, outpatient", "MRT in 3 Monaten"),
        *("CCT, nach Entlassung", "Echo, nach Entlassung Knochendichte"),
    ],
)
def test_without_such_an_image_nothing_is(title: str) -> None:
    assert summaries_beside(act_ordered(title)) == []
