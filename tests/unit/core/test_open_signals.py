"""What the record leaves open withholds the buttons that it may forbid, each by a table."""

import pytest

from cds_service.core.braces.brace_reasons import KEEP_REASONS
from cds_service.core.facts.open_signals import OPEN_SIGNALS
from cds_service.core.findings import Findings, Gap, Provenance
from cds_service.core.orders import Purpose
from cds_service.core.risk.grave_findings import KINDS
from tests.chart_builders import open_service
from tests.fact_builders import brace, facts, recommended, signals_of

# An open thing withholds these buttons (docs/cards.md, E10): fracture liaison, training,
# the dietitian, the end of a brace, HU of a CT.
EVERY = {"bone-treatment", "rehabilitation", "dietitian", "brace-correction"}
EVERY |= {"measure-ct"}
OF_THE_SPINE = {"rehabilitation", "dietitian", "brace-correction"}
WITHHELD = {
    "malignancy": EVERY,
    "bone-malignancy": EVERY,
    "recent-cancer": EVERY,
    "spinal-infection": EVERY,
    "present-spinal-infection": EVERY,
    "sepsis": EVERY,
    # F1, F2, F6 and F7 alone withhold the fracture liaison service (E10).
    "new-deficit": EVERY - {"bone-treatment"},
    "neurological-deficit": OF_THE_SPINE,
    "unstable-fracture": OF_THE_SPINE,
    "spinal-instability": OF_THE_SPINE,
    "stable-burst-fracture": OF_THE_SPINE,
    "high-energy-cause": {"brace-correction"},
    "dementia": {"rehabilitation"},
    "severe-frailty": {"rehabilitation"},
    "end-of-life": EVERY,
    "prior-vertebral-fracture": set(),
    "hip-fracture": set(),
    "pelvic-fracture": set(),
    "severe-kidney-disease": set(),
    "acute-kidney-failure": set(),
    "repeated-falls": set(),
    "fall-with-injury": set(),
    "parkinson": set(),
}
# Of a patient of 70 with weak grip and low weight, whose CT nobody has measured.
CHOSEN = {"age": 70.0, "sex": "female", "bmi": 17.0, "bone-drug": False}
CHOSEN |= dict.fromkeys(KEEP_REASONS, False)
CHOSEN |= {"grip-strength": 12.0, "mna-score": 15.0, "ct-on-record": True}


def findings_with(name="", *, reason="undetermined", resource="Condition/x"):
    """The findings of this patient, one of them named by an entry that does not decide."""
    found = facts(CHOSEN)
    if not name:
        return found
    seen = Provenance(resource, "prefetch", "", "on the problem list", "")
    gap = Gap(name, reason, "named there", (seen,))
    known = {one: found.known[one] for one in found.known if one != name}
    return Findings(known, {**found.gaps, name: gap}, bone_drugs=found.bone_drugs)


def chosen_of(findings, *orders):
    acts = recommended(findings, *(orders or (brace(),)))
    return {name for name, act in acts.items() if act.is_preselected}


def buttons():
    """The rules of a signing that may be pre-selected at all."""
    rules = open_service().hooks["kyphoplasty-order-sign"].rules
    return {rule.id for rule in rules if rule.recommended}


def test_every_button_is_in_the_table():
    assert buttons() == EVERY
    assert chosen_of(findings_with()) == EVERY


def test_every_finding_that_may_be_open_is_of_one_kind():
    listed = [finding.name for kind in KINDS.values() for finding in kind]
    assert sorted(listed) == sorted(WITHHELD)


@pytest.mark.parametrize(
    ("name", "withheld"),
    [pytest.param(name, withheld, id=name) for name, withheld in WITHHELD.items()],
)
def test_what_is_named_and_open_withholds_its_buttons(name, withheld):
    assert chosen_of(findings_with(name)) == EVERY - withheld


def test_a_report_not_understood_takes_no_choice_but_the_end_of_a_brace():
    resource = "DiagnosticReport/mri"
    found = findings_with("malignancy", reason="not-understood", resource=resource)
    assert chosen_of(found) == EVERY - {"brace-correction"}


def test_a_broken_report_takes_training_too():
    found = findings_with(
        "malignancy", reason="unreadable", resource="DiagnosticReport/mri"
    )
    assert {"rehabilitation", "brace-correction"}.isdisjoint(chosen_of(found))


def test_an_entry_not_understood_takes_no_choice_but_the_end_of_a_brace():
    """Cards page, E10: entries not understood do not count."""
    found = findings_with("malignancy", reason="not-understood")
    assert chosen_of(found) == EVERY - {"brace-correction"}


@pytest.mark.parametrize(
    ("reason", "withheld"),
    [
        ("unstable-fracture", OF_THE_SPINE),
        ("spinal-instability", OF_THE_SPINE),
        ("stable-burst-fracture", OF_THE_SPINE),
        ("neurological-deficit", OF_THE_SPINE),
    ],
)
def test_so_does_what_a_brace_is_ordered_for(reason, withheld):
    order = brace(purpose=Purpose(frozenset({reason})))
    assert chosen_of(findings_with(), order) == EVERY - withheld


def test_a_new_button_is_withheld_by_everything_that_is_open():
    rules = open_service().hooks["kyphoplasty-order-sign"].rules
    rule = next(one for one in rules if one.id == "rehabilitation")
    assert type(rule).model_fields["recommended_although"].default == ()
    assert {*rule.recommended_although} < {*OPEN_SIGNALS}


def test_an_old_cancer_that_the_card_names_is_no_doubt():
    found = findings_with("malignancy", resource="Observation/old-cancer")
    old = facts({"old-cancer": True}).known["old-cancer"]
    named = Findings(
        {**found.known, "old-cancer": old}, found.gaps, bone_drugs=found.bone_drugs
    )
    assert "cause-open" in signals_of(found)
    assert "cause-open" not in signals_of(named)
