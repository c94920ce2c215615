"""A broken bone in a title is read as in a note: `X-ray spine, T8 fracture`."""

from collections.abc import Callable

import pytest

from tests.chart_builders import (
    Resource,
    ask,
    brace,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.patients.reassuring import (
    Cards,
    cards_of,
    end_is_selected,
    imaging,
    reassuring_record,
)


def order(title: str, **members: str) -> Resource:
    said = {"status": "active", "intent": "order", "authoredOn": days_ago(5)}
    return of_patient("ServiceRequest", "sr", code={"text": title}, **said | members)


def act(title: str) -> Resource:
    done = {"status": "completed", "performedDateTime": days_ago(5)}
    return of_patient("Procedure", "act", code={"text": title}, **done)


def study(title: str) -> Resource:
    when = {"status": "available", "started": days_ago(5)}
    return of_patient("ImagingStudy", "study", description=title, **when)


def report(title: str) -> Resource:
    return imaging("Osteoporotic fracture of L1.", code={"text": title})


def drafted(title: str) -> Cards:
    drafts = kyphoplasty(), brace(), order(title, status="draft")
    return by_topic(ask(order_sign(reassuring_record(), *drafts)))


def braced(title: str) -> Cards:
    worn = {**brace(), "codeCodeableConcept": {"text": title}}
    return by_topic(ask(order_sign(reassuring_record(), kyphoplasty(), worn)))


def detail(cards: Cards) -> str:
    text: str = cards["rehabilitation"]["detail"]
    return text


RECORDED = [order, act, study, report]
ANOTHER = [
    "X-ray spine T8 fracture",
    "MRI spine, T8 compression fracture",
    "Röntgen BWS, Fraktur BWK 8",
    "MRT LWS bei BWK 8 Fraktur",
    "Radiographie rachis, fracture T8",
    "CT T11-L2, fractures of L1, T12",
    "X-ray spine, multilevel fractures",
    "Physiotherapy T8 and L1 fractures",
    "X-ray spine ?T8 fracture",
]


@pytest.mark.parametrize("build", RECORDED)
@pytest.mark.parametrize("title", ANOTHER)
def test_another_vertebra_in_a_title_leaves_an_earlier_fracture_open(
    build: Callable[[str], Resource], title: str
) -> None:
    assert "below the usual" not in detail(cards_of(build(title)))


@pytest.mark.parametrize("title", ANOTHER)
def test_so_it_does_in_an_order_that_is_signed_with_the_operation(title: str) -> None:
    assert "below the usual" not in detail(drafted(title))


@pytest.mark.parametrize("build", RECORDED)
def test_no_end_of_a_brace_is_chosen_next_to_it(
    build: Callable[[str], Resource],
) -> None:
    title = "X-ray spine T8 fracture"
    assert not end_is_selected(cards_of(build(title)))
    assert not end_is_selected(drafted(title))


@pytest.mark.parametrize("build", RECORDED)
@pytest.mark.parametrize(
    "title",
    [
        "CT pelvis, pelvic fracture",
        "X-ray pelvis, sacral fracture",
        "CT cervical spine, odontoid fracture",
        "Röntgen Becken, Beckenfraktur",
    ],
)
def test_another_broken_bone_in_a_title_is_not_passed_over(
    build: Callable[[str], Resource], title: str
) -> None:
    assert "below the usual" not in detail(cards_of(build(title)))


@pytest.mark.parametrize(
    "title",
    [
        "TLSO for T8 fracture",
        "TLSO, T12-L1 fractures",
        "TLSO multilevel fractures",
        "TLSO, odontoid fracture",
        "TLSO, pelvic fracture",
        "TLSO bei BWK 8 Fraktur",
        "Corset, fracture T8",
    ],
)
def test_so_is_one_in_the_title_of_a_brace(title: str) -> None:
    cards = braced(title)
    assert "below the usual" not in detail(cards)
    assert not end_is_selected(cards)


ORDINARY = [
    "CT lumbar spine L1 fracture",
    "X-ray L1 fracture",
    "X-ray lumbar spine",
    "MRI lumbar spine",
    "MRI spine L1 compression fracture",
    "MRI T11-L2",
    "X-ray thoracolumbar spine T11-L2",
    "CT T11-L2, L1 fracture",
    "Röntgen LWS",
    "Röntgen LWS, Fraktur LWK 1",
    "MRT LWS bei LWK 1 Fraktur",
    "CT LWS, osteoporotische Fraktur",
    "Radiographie rachis lombaire",
    "IRM rachis, fracture L1",
    "Physiotherapy L1 fracture",
    "Physiotherapy vertebral fracture",
    "Osteoporosis clinic, vertebral fracture",
    "Refer to fracture liaison service",
    "DXA",
    "Röntgen BWS und LWS in 2 Ebenen",
]


@pytest.mark.parametrize("build", [order, drafted])
@pytest.mark.parametrize("title", ORDINARY)
def test_an_ordinary_title_changes_nothing(
    build: Callable[[str], Resource], title: str
) -> None:
    cards = drafted(title) if build is drafted else cards_of(build(title))
    assert "below the usual" in detail(cards)


@pytest.mark.parametrize("build", [study, report])
@pytest.mark.parametrize(
    "title",
    [
        *ORDINARY[:17],
        "X-ray lumbar spine AP/lat",
        "XR LUMBAR SPINE 2 VIEWS",
        "LS-Wirbelsäule seitl.",
        "CT L-spine w/o contrast, L1 fx",
    ],
)
def test_nor_does_the_title_of_an_examination(
    build: Callable[[str], Resource], title: str
) -> None:
    assert "below the usual" in detail(cards_of(build(title)))


@pytest.mark.parametrize(
    "title",
    [
        "TLSO",
        "TLSO for L1 fracture",
        "TLSO brace L1 compression fracture",
        "Lumbar orthosis, osteoporotic fracture",
        "LSO for vertebral fracture",
        "Jewett brace, L1 fracture",
        "Hyperextensionsorthese bei LWK 1 Fraktur",
    ],
)
def test_nor_does_that_of_a_brace_for_the_treated_vertebra(title: str) -> None:
    cards = braced(title)
    assert "below the usual" in detail(cards)
    assert end_is_selected(cards)


@pytest.mark.parametrize("title", ["3-point brace T12-L1", "TLSO T10-L3"])
def test_vertebrae_that_a_brace_covers_are_not_broken(title: str) -> None:
    assert "below the usual" in detail(braced(title))


def test_a_pelvic_belt_is_no_brace_of_the_spine() -> None:
    assert "braceLimit" not in braced("Pelvic belt")
    assert "braceLimit" not in braced("Pelvic brace for pelvic fracture")
