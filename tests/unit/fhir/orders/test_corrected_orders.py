"""A corrected order differs from its draft in its time alone, whatever else the draft holds."""

from copy import deepcopy
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.braces.bracing import Correction
from cds_service.fhir.orders.suggested.brace_correction import correct_brace_order
from cds_service.fhir.orders.support.signed_support import find_draft_support_orders
from cds_service.fhir.shapes import is_valid
from tests.codes import ICD, UCUM, codeable
from tests.order_builders import brace, bundle, signing, terminology

TODAY, END, REVIEW = date(2026, 11, 20), date(2027, 1, 15), date(2026, 12, 4)
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
START = "2026-11-21"

words = st.sampled_from(
    ["wear when up", "äß椎 unstable", "do not change", "for 6 weeks"]
)
extensions = st.lists(
    st.builds(
        lambda value: {"url": "https://ehr.example.org/x", "valueString": value}, words
    ),
    min_size=1,
    max_size=2,
)
beside = st.builds(lambda found: {"extension": found}, extensions)
reference = st.sampled_from(
    [{"reference": "Condition/1"}, {"reference": "Condition/2", "display": "why"}]
)
# Any of these may stand in an order; none of them is its end.
ELEMENTS = {
    "meta": st.just(
        {
            "versionId": "3",
            "profile": ["https://ehr.example.org/p"],
            "tag": [{"code": "x"}],
        }
    ),
    "language": st.just("en"),
    "extension": extensions,
    "identifier": st.just(
        [
            {
                "system": "urn:local",
                "value": "0042",
                "_value": {"extension": [{"url": "u:x"}]},
            }
        ]
    ),
    "priority": st.sampled_from(["routine", "asap"]),
    "_priority": beside,
    "_authoredOn": beside,
    "_intent": beside,
    "reasonCode": st.just([codeable(ICD, "M80.08XA", "fracture")]),
    "reasonReference": st.lists(reference, min_size=1, max_size=2),
    "supportingInfo": st.lists(reference, min_size=1, max_size=1),
    "basedOn": st.just([{"reference": "CarePlan/1"}]),
    "groupIdentifier": st.just({"value": "g-1"}),
    "note": st.lists(
        st.builds(
            lambda said: {"text": said, "time": "2026-11-20T08:00:00.120Z"}, words
        ),
        min_size=1,
    ),
    "parameter": st.just(
        [{"code": {"text": "height"}, "valueQuantity": {"value": 21.5, "unit": "cm"}}]
    ),
    "insurance": st.just([{"reference": "Coverage/1"}]),
    "contained": st.just(
        [{"resourceType": "Basic", "id": "b", "code": {"text": "kept"}}]
    ),
}
TWELVE_WEEKS = {"value": 12, "unit": "wk", "system": UCUM, "code": "wk"}
REPEAT = {
    "frequency": 1,
    "period": 1,
    "periodUnit": "d",
    "_frequency": {"extension": [{"url": "u:x"}]},
}


def unknown(url):
    return {"extension": [{"url": url, "valueCode": "unknown"}]}


timings = st.sampled_from(
    [
        {},
        {"occurrencePeriod": {"start": START}},
        {"occurrencePeriod": {"start": START, "end": "2027-03-01"}},
        {
            "occurrencePeriod": {
                "start": START,
                "_start": unknown("u:s"),
                "_end": unknown("u:e"),
                "id": "p",
            }
        },
        {"occurrencePeriod": {"start": START, "_end": unknown(ABSENT)}},
        {
            "occurrencePeriod": {
                "start": START,
                "extension": [{"url": "u:p", "valueString": "kept"}],
            }
        },
        {"occurrenceDateTime": START},
        {"occurrenceDateTime": START, "_occurrenceDateTime": unknown("u:d")},
        {"_occurrenceDateTime": unknown("u:d")},
        {"occurrenceTiming": {"repeat": {**REPEAT}}},
        {
            "occurrenceTiming": {
                "repeat": {**REPEAT, "boundsDuration": TWELVE_WEEKS},
                "extension": [{"url": "u:t"}],
            }
        },
        {
            "occurrenceTiming": {
                "repeat": {
                    **REPEAT,
                    "boundsPeriod": {"start": START, "_end": unknown("u:e")},
                }
            }
        },
        {
            "occurrenceTiming": {
                "event": [START],
                "_event": [unknown("u:v")],
                "code": {"text": "when upright"},
            }
        },
    ]
)
orders = st.builds(
    lambda more, timing: brace(**deepcopy({**more, **timing})),
    st.fixed_dictionaries({}, optional=ELEMENTS),
    timings,
)
TIMES = (
    "occurrencePeriod",
    "occurrenceDateTime",
    "_occurrenceDateTime",
    "occurrenceTiming",
)


def corrected(draft):
    (found,) = find_draft_support_orders(signing(bundle(draft)), terminology())
    correction = Correction(
        order=found, start=None if found.start else TODAY, review=REVIEW, end=END
    )
    return correct_brace_order(draft, correction, terminology())


def without_times(order):
    return {name: value for name, value in order.items() if name not in TIMES}


def kept_of(period, *set_days):
    """A period without the days that are set, and without the mark that one was not known."""
    rest = {name: value for name, value in period.items() if name not in set_days}
    return {name: value for name, value in rest.items() if value != unknown(ABSENT)}


def assert_only_its_period_changed(before, after):
    assert after["end"] == END.isoformat()
    set_days = ("end",) if "start" in before else ("end", "start")
    assert kept_of(before, *set_days) == kept_of(after, *set_days)


@settings(max_examples=400, deadline=None)
@given(draft=orders)
def test_a_correction_changes_the_time_and_nothing_else(draft):
    given_draft = deepcopy(draft)
    order = corrected(draft)
    assert draft == given_draft
    assert order is not None
    assert is_valid(order, "DeviceRequest")
    assert without_times(order) == without_times(draft)
    if "occurrenceTiming" in draft:
        before, after = draft["occurrenceTiming"], order["occurrenceTiming"]
        assert {**before, "repeat": None} == {**after, "repeat": None}
        bounds = ("boundsPeriod", "boundsDuration", "boundsRange")
        rest = [
            {
                name: value
                for name, value in one.get("repeat", {}).items()
                if name not in bounds
            }
            for one in (before, after)
        ]
        assert rest[0] == rest[1]
        assert_only_its_period_changed(
            before.get("repeat", {}).get("boundsPeriod", {}),
            after["repeat"]["boundsPeriod"],
        )
        return
    assert set(order) & set(TIMES) == {"occurrencePeriod"}
    before = dict(draft.get("occurrencePeriod", {}))
    # A single date becomes the start, with what is said of it.
    moved = {"occurrenceDateTime": "start", "_occurrenceDateTime": "_start"}
    before |= {moved[name]: draft[name] for name in moved if name in draft}
    assert_only_its_period_changed(before, order["occurrencePeriod"])
