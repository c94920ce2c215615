"""Acts and buttons: which rules fire, what is pre-selected (E10), and what never removes one."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds_service.core.acts.recommendations import recommend
from cds_service.core.acts.rule_file import Rule
from cds_service.core.facts.chart_facts import rank_facts
from cds_service.core.facts.signals import find_signals
from tests.chart_builders import HOOK, open_service
from tests.fact_builders import (
    DAY,
    any_values,
    brace,
    policy_with,
    recommended,
    signals_of,
    situation,
    support_order,
)

REFERRALS = ("bone-treatment", "rehabilitation")


def test_every_augmentation_is_reviewed_and_trained():
    found = recommended({})
    assert set(REFERRALS) <= found.keys()
    assert found["rehabilitation"].text.startswith("walk by next day")


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"age": 66.0}, id="age"),
        pytest.param({"age": 60.0, "bmd-t-score": -2.5}, id="t-score"),
        pytest.param(
            {"age": 60.0, "prior-vertebral-fracture": True}, id="earlier-fracture"
        ),
    ],
)
def test_liaison_is_chosen_where_weak_bone_is_likely(values):
    assert recommended(values)["bone-treatment"].is_preselected
    assert not recommended({"age": 60.0, "bmd-t-score": -2.4})[
        "bone-treatment"
    ].is_preselected


def test_nothing_is_chosen_under_50():
    found = recommended({"age": 45.0, "bmd-t-score": -3.0, "repeated-falls": True})
    assert not [
        one.rule.id for one in found.values() if one.is_preselected and one.template
    ]


@pytest.mark.parametrize(
    ("values", "is_chosen"),
    [
        pytest.param({}, False, id="usual"),
        pytest.param({"hip-fracture": True}, True, id="hip"),
        pytest.param({"repeated-falls": True}, True, id="falls"),
        pytest.param({"bmi": 17.0}, True, id="weak-muscle"),
        pytest.param({"repeated-falls": True, "dementia": True}, False, id="dementia"),
    ],
)
def test_rehabilitation_is_chosen_for_hip_muscle_and_falls(values, is_chosen):
    assert (
        recommended({"age": 75.0, **values})["rehabilitation"].is_preselected
        is is_chosen
    )


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        pytest.param(
            "present-spinal-infection",
            {"bone-treatment", "rehabilitation", "dietitian"},
            id="infection",
        ),
        pytest.param(
            "sepsis", {"bone-treatment", "rehabilitation", "dietitian"}, id="sepsis"
        ),
        pytest.param(
            "new-deficit", {"rehabilitation", "dietitian", "falls-clinic"}, id="deficit"
        ),
        pytest.param(
            "recent-cancer",
            {"bone-treatment", "rehabilitation", "dietitian"},
            id="cancer",
        ),
        pytest.param(
            "unstable-fracture",
            {"rehabilitation", "dietitian", "falls-clinic"},
            id="unstable",
        ),
    ],
)
def test_no_referral_where_something_else_comes_first(name, gone):
    found = recommended({"age": 75.0, "bmi": 17.0, "repeated-falls": True, name: True})
    assert not gone & found.keys()


def test_a_dietitian_is_chosen_by_weight_or_mna_alone():
    assert recommended({"age": 75.0, "bmi": 17.0})["dietitian"].is_preselected
    assert recommended({"age": 75.0, "mna-score": 15.0})["dietitian"].is_preselected
    assert not recommended({"age": 75.0, "mna-score": 20.0})["dietitian"].is_preselected


def test_one_measurement_at_most_and_never_a_scan_that_is_known():
    measures = [
        name for name in recommended({"age": 75.0}) if name.startswith("measure-")
    ]
    assert len(measures) == 1
    assert "measure-dxa" not in recommended({"age": 75.0, "bmd-t-score": -2.0})


@pytest.mark.parametrize("draft", [True, False])
@pytest.mark.parametrize("kind", [*REFERRALS, "dietitian", "falls-clinic"])
def test_what_is_ordered_already_is_not_offered(kind, draft):
    values = {"age": 75.0, "bmi": 17.0, "repeated-falls": True}
    assert recommended(values)[kind].label
    found = recommended(values, support_order(kind, is_draft=draft))[kind]
    assert (found.label, found.template) == ("", None)
    assert [one.kind for one in found.already] == [kind]


def test_a_site_with_liaison_in_its_order_set_has_no_button():
    found = recommended({"age": 75.0}, policy=policy_with(fls_in_order_set=True))[
        "bone-treatment"
    ]
    assert (found.label, found.template) == ("", None)


# --- properties

VALUES = any_values("inputs", "others")
SUPPORT = st.lists(
    st.sampled_from(
        [
            brace(),
            brace(is_draft=False, reference="DeviceRequest/active"),
            support_order("bed-rest", hours=None),
            support_order("rehabilitation", is_draft=False),
        ]
    ),
    unique_by=lambda one: one.reference,
)
SAFETY = {"brace-correction", "bed-rest"}


@given(st.fixed_dictionaries({}, optional=VALUES), st.data(), SUPPORT)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_adding_a_finding_never_removes_a_safety_recommendation(known, data, orders):
    missing = sorted(VALUES.keys() - known.keys())
    if not missing:
        return
    name = data.draw(st.sampled_from(missing))
    more = {**known, name: data.draw(VALUES[name])}
    before, after = (recommended(values, *orders).keys() for values in (known, more))
    assert before & SAFETY <= after


@given(st.fixed_dictionaries({}, optional=VALUES), SUPPORT)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_every_recommendation_names_the_signals_that_made_it_and_no_other(
    known, orders
):
    fired = signals_of(known, *orders)
    for one in recommended(known, *orders).values():
        assert all(fired.get(signal.name, signal) == signal for signal in one.fired_by)
        assert "{" not in one.text + one.label


def test_a_rule_that_names_a_fact_says_the_evidence_of_the_fact():
    given = situation({"repeated-falls": True})
    signals = find_signals(given)
    held = rank_facts(open_service().hooks[HOOK].facts, signals, (), common={})
    rule = Rule.model_validate(
        {**WHOLE, "when": {"any-signal": ["F23"]}, "text": "balance ({because})"}
    )
    [act] = recommend(given, signals, held, [rule])
    assert act.text == "balance (repeated falls)"


# --- rules as such

WHOLE = {
    "id": "x",
    "topic": "rehabilitation",
    "heading": "X",
    "when": {"always": True},
    "text": "x",
    "owner": "maintainers",
    "approved": date(2026, 1, 1),
    "review-by": date(2027, 1, 1),
}


@pytest.mark.parametrize(
    "members",
    [
        {"text": ""},
        {"text": "", "texts": [{"label": "y"}]},
        {"order": "dietitian-referral"},
        {"unknown": 1},
        {"when": {"if-any": ["low-mna"]}},
        {"topic": "surgery"},
    ],
    ids=str,
)
def test_a_rule_that_is_not_whole_is_refused(members):
    Rule.model_validate(WHOLE)
    with pytest.raises(ValueError, match=r"(?s)."):
        Rule.model_validate({**WHOLE, **members})


def test_every_rule_has_an_owner_a_review_date_and_a_text_for_every_case():
    for one in open_service().hooks[HOOK].rules:
        assert one.owner
        assert one.review_by > DAY
        if one.texts and one.when.always:
            assert not one.texts[-1].signals or one.id == "bone-treatment"
