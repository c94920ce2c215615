"""A call of whose record nothing can be read is refused, with the reason."""

import pytest

from cds_service.errors import EvidenceUnavailable
from cds_service.fhir.gathering.patient_status import replacement_of
from cds_service.fhir.gathering.plan import plan_prefetch
from cds_service.fhir.gathering.query_results import QueryResult
from cds_service.fhir.gathering.refusals import refuse_without_evidence
from cds_service.fhir.references import BundleEntry

PLAN = plan_prefetch(
    {"patient": "Patient/{{context.patientId}}", "conditions": "Condition?patient=1"}
)
EMPTY = QueryResult(state="empty")
GIVEN = QueryResult(
    state="given", entries=(BundleEntry({"resourceType": "Condition"}),)
)


def failed(reason: str, note: str = "why") -> QueryResult:
    return QueryResult(state="failed", reason=reason, note=note)


def patient(**members) -> QueryResult:
    return QueryResult(
        state="given",
        entries=(BundleEntry({"resourceType": "Patient", "id": "1", **members}),),
    )


def refusal(first: QueryResult, second: QueryResult) -> EvidenceUnavailable:
    with pytest.raises(EvidenceUnavailable) as caught:
        refuse_without_evidence(PLAN, {"patient": first, "conditions": second})
    return caught.value


@pytest.mark.parametrize(
    ("first", "second", "issue"),
    [
        ("http-401", "http-401", "login"),
        ("expired", "expired", "expired"),
        ("http-403", "http-403", "forbidden"),
        ("http-404", "http-404", "not-found"),
        ("http-429", "http-429", "throttled"),
        ("unreachable", "unreachable", "transient"),
        ("timeout", "http-503", "transient"),
        ("breaker", "dns", "transient"),
        ("tls", "reset", "transient"),
        ("http-401", "http-403", "processing"),
        ("no-server", "no-server", "processing"),
        ("answer", "unreachable", "processing"),
    ],
)
def test_nothing_readable_is_refused_with_its_reason(first, second, issue):
    assert refusal(failed(first), failed(second)).issue == issue


def test_a_reason_is_said_once_with_all_that_it_is_about():
    same = failed("unreachable", "the server cannot be reached")
    assert str(refusal(same, same)).count("cannot be reached") == 1
    assert "patient, conditions: the server cannot be reached" in str(
        refusal(same, same)
    )


@pytest.mark.parametrize(
    "first", [EMPTY, failed("timeout"), patient(), patient(active=True)]
)
@pytest.mark.parametrize("second", [EMPTY, GIVEN])
def test_anything_that_was_read_is_a_record(first, second):
    refuse_without_evidence(PLAN, {"patient": first, "conditions": second})


@pytest.mark.parametrize("reason", ["http-404", "http-410"])
def test_f17_a_patient_who_is_not_there_has_no_record_unless_something_of_theirs_is(
    reason,
):
    assert refusal(failed(reason), EMPTY).issue == "not-found"
    refuse_without_evidence(PLAN, {"patient": failed(reason), "conditions": GIVEN})


REPLACED = {"type": "replaced-by", "other": {"reference": "Patient/2"}}


def test_f17_a_patient_not_in_use_has_no_record_unless_another_took_its_place():
    assert refusal(patient(active=False), GIVEN).issue == "business-rule"
    refuse_without_evidence(
        PLAN, {"patient": patient(active=False, link=[REPLACED]), "conditions": GIVEN}
    )


@pytest.mark.parametrize(
    ("link", "name"),
    [
        ({"type": "replaced-by", "other": {"reference": "Patient/2"}}, "Patient/2"),
        (
            {
                "type": "replaced-by",
                "other": {"reference": "https://x.org/fhir/Patient/2/_history/4"},
            },
            "Patient/2",
        ),
        ({"type": "Replaced-By", "other": {"reference": "Patient/2"}}, "Patient/2"),
        ({"type": "REPLACED_BY", "other": {"reference": "Patient/2"}}, "Patient/2"),
        ({"type": "seealso", "other": {"reference": "Patient/2"}}, ""),
        ({"type": "replaced-by", "other": {"display": "Hallie Hoeger"}}, ""),
        ({"type": "replaced-by", "other": {"reference": "Patient/Hallie Hoeger"}}, ""),
        ({"type": "replaced-by", "other": {"reference": "Patient/"}}, ""),
        ({"type": "replaced-by", "other": None}, ""),
        (None, ""),
    ],
)
def test_a_replacement_is_named_by_a_plain_id_alone(link, name):
    assert replacement_of({"link": [link]}) == name
