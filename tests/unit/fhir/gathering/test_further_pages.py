"""Whether a list goes on: no further page has to be shown, not guessed from a bad link."""

import pytest
from jiter import LosslessFloat

from cds_service.fhir.gathering.bundles import next_page, total_of
from cds_service.fhir.gathering.plan import Template
from cds_service.fhir.gathering.query_results import read_result
from tests.next_pages import ADDRESS, UNUSABLE

CONDITIONS = Template("conditions", "Condition?patient=1", "Condition", is_search=True)


def page(link, **members):
    condition = {"resource": {"resourceType": "Condition", "id": "c1"}}
    return {"resourceType": "Bundle", "entry": [condition], "link": link, **members}


@pytest.mark.parametrize("link", UNUSABLE.values(), ids=UNUSABLE)
def test_a_next_page_without_an_address_is_one_all_the_same(link):
    assert next_page(page(link)) == ""


@pytest.mark.parametrize(
    "link",
    [
        pytest.param([{"relation": "Next", "url": ADDRESS}], id="in capitals"),
        pytest.param([{"relation": " next ", "url": ADDRESS}], id="in blanks"),
        pytest.param({"relation": "next", "url": ADDRESS}, id="outside a list"),
        pytest.param(
            [{"rel": "x"}, {"relation": "next", "url": ADDRESS}], id="after a bad one"
        ),
    ],
)
def test_the_next_page_is_found_however_its_link_is_written(link):
    assert next_page(page(link)) == ADDRESS


@pytest.mark.parametrize(
    "link",
    [
        None,
        [],
        {},
        [None],
        [{"relation": "self", "url": ADDRESS}, {"relation": "first", "url": ADDRESS}],
    ],
    ids=str,
)
def test_a_list_without_a_next_link_ends(link):
    assert next_page(page(link)) is None
    assert read_result(CONDITIONS, [page(link)]).state == "given"


def links(**addresses):
    return [{"relation": name, "url": url} for name, url in addresses.items()]


def test_a_last_page_that_is_another_one_was_not_sent():
    further = links(self=f"{ADDRESS}&page=1", last=f"{ADDRESS}&page=7")
    found = read_result(CONDITIONS, [page(further)])
    assert found.note == "incomplete: the last page was not sent"
    assert not read_result(CONDITIONS, [page(further, total=1)]).is_cut


@pytest.mark.parametrize("same", ["self", "first"])
def test_a_page_that_is_the_last_one_ends_the_list(same):
    found = read_result(CONDITIONS, [page(links(last=ADDRESS, **{same: ADDRESS}))])
    assert not found.is_cut


@pytest.mark.parametrize("relation", ["previous", "Prev"])
def test_an_earlier_page_without_an_address_was_not_sent(relation):
    found = read_result(CONDITIONS, [page([{"relation": relation}])])
    assert found.is_cut


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        *((3, 3), ("3", 3), (0, 0), (3.0, 3), (1e2, 100), (LosslessFloat(b"3.0"), 3)),
        *(("-1", None), (-1, None), (2.5, None), (True, None)),
    ],
)
def test_a_total_is_read_from_a_number_or_digits(total, expected):
    assert total_of({"total": total}) == expected


@pytest.mark.parametrize("total", ["99", 99.0, 1e2, LosslessFloat(b"99.0")], ids=repr)
def test_a_total_in_another_form_says_that_entries_lack(total):
    assert read_result(CONDITIONS, [page([], total=total)]).is_cut


UNCLEAR = [-1, 2.5, 1e300, True, False, "99.0", "99+", "", [], [99], {}, {"value": 99}]


@pytest.mark.parametrize("total", UNCLEAR, ids=repr)
def test_a_total_that_is_not_understood_leaves_the_list_open(total):
    assert read_result(CONDITIONS, [page([], total=total)]).is_cut
    empty = {"resourceType": "Bundle", "total": total}
    assert read_result(CONDITIONS, [empty]).state == "failed"


@pytest.mark.parametrize("total", [None, 1, 1.0, "1"], ids=repr)
def test_a_total_that_was_reached_or_is_not_stated_leaves_nothing_open(total):
    assert not read_result(CONDITIONS, [page([], total=total)]).is_cut
