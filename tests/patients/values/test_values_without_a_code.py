"""A value of a list that was asked for by codes, and that has no code of a system."""

import pytest

from tests.chart_builders import (
    ask,
    by_topic,
    days_ago,
    kyphoplasty,
    of_patient,
    order_sign,
)
from tests.codes import LOINC, UCUM, codeable
from tests.patients.reassuring import reassuring_record

WITHOUT_SYSTEM = {"coding": [{"code": "38267-1", "display": "DXA T-score"}]}


def value(code, number, unit, **members):
    """Return a value of two days ago that no code of a system names."""
    said = {"status": "final", "code": code, "effectiveDateTime": days_ago(2)}
    said["valueQuantity"] = {"value": number, "unit": unit, "system": UCUM}
    return of_patient("Observation", "bare", **said | members)


def detail_with(key, entry):
    """Return the detail of the card if this list has the entry as well."""
    body = order_sign(reassuring_record(), kyphoplasty())
    listed = body["prefetch"][key]
    listed.setdefault("entry", []).append({"resource": entry})
    listed["total"] = len(listed["entry"])
    return by_topic(ask(body))["rehabilitation"]["detail"]


@pytest.mark.parametrize(
    ("key", "entry"),
    [
        pytest.param(
            "boneDensity", value(WITHOUT_SYSTEM, -3.4, "{T-score}"), id="no system"
        ),
        pytest.param(
            "boneDensity",
            value({"text": "DXA T-score lumbar spine"}, -3.4, "{T-score}"),
            id="words",
        ),
        pytest.param(
            "function", value({"text": "Handkraft"}, 8, "kg"), id="grip, German"
        ),
        pytest.param(
            "function", value({"text": "6 m walk time"}, 20, "s"), id="walking time"
        ),
    ],
)
def test_it_is_named_and_reassures_nobody(key, entry):
    detail = detail_with(key, entry)
    assert "1 entry broken" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"status": "entered-in-error"}, id="void"),
        pytest.param({"valueQuantity": None}, id="no value"),
        pytest.param(
            {"code": codeable("urn:local", "X1", "Something else")}, id="local code"
        ),
    ],
)
def test_what_says_no_value_or_another_thing_changes_nothing(members):
    entry = value({"text": "T-score"}, -3.4, "{T-score}") | members
    entry = {name: one for name, one in entry.items() if one is not None}
    assert "below the usual" in detail_with("boneDensity", entry)


@pytest.mark.parametrize("code", ["38267-1", "80948-3"])
def test_a_t_score_whose_members_were_not_read_is_named(code):
    said = {"status": "final", "code": codeable(LOINC, code)}
    said |= {"effectiveDateTime": days_ago(2)}
    said["hasMember"] = [{"reference": "Observation/elsewhere"}]
    detail = detail_with("boneDensity", of_patient("Observation", "panel", **said))
    assert "T-score not used (" in detail.partition("**Not known:**")[2]
    assert "below" not in detail


def test_a_t_score_whose_members_were_read_is_what_they_say():
    said = {"status": "final", "code": codeable(LOINC, "38267-1")}
    said |= {"effectiveDateTime": days_ago(10)}
    said["hasMember"] = [{"reference": "Observation/o-bmd-t-score"}]
    entry = of_patient("Observation", "panel", **said)
    assert "below the usual" in detail_with("boneDensity", entry)
