"""Order-sign requests broken in every way: refused by the rules or answered by the rules, in time, each on record."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.card_rules import nodes
from tests.chart_builders import by_topic
from tests.fuzz import bases
from tests.fuzz.amount import examples
from tests.fuzz.answers import check_answer, measured_of
from tests.fuzz.changes import apply, changes, splice, splices, with_key_twice
from tests.fuzz.fuzzed_service import FuzzedService
from tests.fuzz.nasty import any_json, dump
from tests.generated_patients import signings

ONE_IN_EIGHT = st.integers(0, 7).map(lambda number: number == 3)
# Where a change is made: most of a request outside these is refused at once.
WITHIN = st.sampled_from(
    [(), ("context",), *3 * [("context", "draftOrders")], *3 * [("prefetch",)]]
)
AUGMENTATIONS = frozenset(bases.names()) - {"brace after", "another order"}


def ask(subject: FuzzedService, body: dict[str, Any], *, again: bool) -> Any:
    """The answer to this request, which keeps every rule; asked again it is the same to the octet."""
    octets = dump(body)
    answer = subject.answer(octets)
    if answer is None:
        return None
    check_answer(answer)
    # a server that fails is given a rest, which the second answer says
    if again and "fhirServer" not in body:
        assert subject.answer(octets) == answer
    return answer


@examples(0.1)
@given(body=st.binary(max_size=60) | any_json.map(dump))
def test_any_octets_and_any_json_are_refused(subject, body):
    assert subject.answer(body) is None


@examples(0.14)
@given(
    name=st.sampled_from(bases.names()),
    cuts=splices,
    twice=st.none() | st.integers(0, 10**6),
)
def test_a_request_damaged_on_its_way_is_refused_or_answered_by_the_rules(
    subject, name, cuts, twice
):
    text = dump(bases.request(name))
    if twice is not None:
        ambiguous = with_key_twice(text, twice)
        answer = subject.answer(ambiguous)
        if answer is not None:  # it is ambiguous in what nobody reads
            assert ambiguous.startswith(text[: text.index(b'"prefetch"')])
            assert "fhirServer" in bases.request(name) or answer == subject.answer(text)
    answer = subject.answer(splice(text, cuts))
    if answer is not None:
        check_answer(answer)


@examples(0.34)
@given(
    name=st.sampled_from(bases.names()), under=WITHIN, made=changes, again=ONE_IN_EIGHT
)
def test_a_request_with_any_part_broken_is_refused_or_answered_by_the_rules(
    subject, name, under, made, again
):
    body = bases.request(name)
    apply(body, made, under=under, fixed=bases.FIXED)
    answer = ask(subject, body, again=again)
    if (
        answer is not None
        and name in AUGMENTATIONS
        and body["context"] == bases.request(name)["context"]
    ):
        assert "rehabilitation" in by_topic(answer["cards"])


@examples(0.03)
@given(made=changes)
def test_no_input_of_a_broken_record_is_a_number_that_nobody_wrote(subject, made):
    body = bases.request("small")
    apply(body, made, under=("prefetch",), fixed=bases.FIXED)
    answer = ask(subject, body, again=False)
    if answer is not None:
        written = {
            one for _, value in nodes(body) if (one := as_number(value)) is not None
        }
        assert set(measured_of(answer["cards"])) <= written


def as_number(value: Any) -> float | None:
    """The number that a value is or spells."""
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


@examples(0.01)
@given(patient=signings(), made=changes)
def test_any_patient_with_a_broken_record_still_gets_the_card(subject, patient, made):
    """There is none in a hospice, or where nothing is open."""
    body = bases.signing(list(patient.record), *patient.drafts)
    whole = ask(subject, body, again=False)
    apply(body, made, under=("prefetch",), fixed=bases.FIXED)
    answer = ask(subject, body, again=False)
    if answer is not None and "rehabilitation" in by_topic(whole["cards"]):
        assert "rehabilitation" in by_topic(answer["cards"])
