"""Whose an entry is, by its address in the Bundle, if the call names no server."""

from typing import Any

import pytest

from cds_service.fhir.gathering.query_results import QueryResult, of_one_server
from cds_service.fhir.raw_json import Json
from cds_service.fhir.references import BundleEntry, bases_of, bases_of_call

A, B = "https://a.example.org/fhir", "https://b.example.org/fhir"


def listed(kind: str, *bases: str, **members: Any) -> tuple[Json, QueryResult]:
    """A list with an entry under each base, as it was sent and as it was read."""
    entries = [
        BundleEntry(
            {"resourceType": kind, "id": f"{number}", **members},
            f"{base}/{kind}/{number}",
        )
        for number, base in enumerate(bases)
    ]
    sent = [{"fullUrl": one.full_url, "resource": one.resource} for one in entries]
    answer = QueryResult(state="given", entries=tuple(entries))
    return {"resourceType": "Bundle", "entry": sent}, answer


SUBJECT_AT_A = {"subject": {"reference": f"{A}/Patient/p1"}}


@pytest.mark.parametrize(
    ("lists", "left_out"),
    [
        pytest.param([("Condition", A), ("Observation", A)], [0, 0], id="one-address"),
        pytest.param(
            [("Condition", A), ("Observation", B)], [1, 1], id="two-addresses"
        ),
        pytest.param([("Condition", A, B)], [2], id="two-in-one-list"),
    ],
)
def test_two_addresses_are_nobody_s_where_the_call_names_no_server(
    lists: list[tuple[str, ...]], left_out: list[int]
) -> None:
    made = [listed(kind, *bases) for kind, *bases in lists]
    bases = bases_of_call([None], *(sent for sent, _ in made))
    answers = {f"{place}": answer for place, (_, answer) in enumerate(made)}
    found = of_one_server(answers, bases).values()
    assert [answer.foreign for answer in found] == left_out


def test_the_patient_s_address_tells_which_of_two_is_ours() -> None:
    conditions, ours = listed("Condition", A, **SUBJECT_AT_A)
    observations, theirs = listed("Observation", B)
    bases = bases_of_call([None], conditions, observations)
    found = of_one_server({"ours": ours, "theirs": theirs}, bases)
    assert (found["ours"].foreign, found["theirs"].foreign) == (0, 1)


def test_an_entry_s_address_does_not_matter_where_references_tell_of_another() -> None:
    """A gateway that writes its inner address there."""
    conditions, answer = listed("Condition", B, **SUBJECT_AT_A)
    bases = bases_of_call([None], conditions)
    assert of_one_server({"conditions": answer}, bases)["conditions"].foreign == 0
    assert bases.name_of(f"{A}/Patient/p1") == "Patient/p1"


INNER = "http://inner:8080/fhir"


@pytest.mark.parametrize(
    ("aliases", "base", "left_out"),
    [
        pytest.param([], B, 0, id="guessed without aliases"),
        pytest.param([INNER], B, 1, id="another server than the site names"),
        pytest.param([INNER], INNER, 0, id="its inner address"),
        pytest.param([INNER], A, 0, id="its own"),
    ],
)
def test_where_the_site_names_aliases_no_other_address_is_guessed(
    aliases: list[str], base: str, left_out: int
) -> None:
    _, answer = listed("Observation", base)
    empty = QueryResult(state="empty")
    answers = {"boneDensity": answer, "conditions": empty}
    results = of_one_server(answers, bases_of([A, *aliases]))
    assert results["boneDensity"].foreign == left_out
    assert results["boneDensity"].is_cut == (left_out > 0)
