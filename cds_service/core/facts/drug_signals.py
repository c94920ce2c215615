"""Signals of bone drugs and steroids.

Exactly one state of the bone drugs holds (`core/drugs/drug_states.py`), and it is a
signal. Its `because` is a clause without an act, which a fact completes: `{Because}:
ask, then review (FLS).` Its `words` have the values of these placeholders:

- `drugs`: the state as it reads after another fact, `no bone drug`, `on alendronate`,
  `alendronate stopped 2023`;
- `drug`, `Drug`, `injected` (`yes` if others give it, else empty) and `forbidden_by`
  (`arteries`, `clots`, `calcium`, else empty) of every state with a drug;
- `last`, `month`, `followed` (`nothing found since Mar 2026`, `alendronate only ordered
  since`) of overdue denosumab;
- `last` and `due` of denosumab in time or due;
- `end` of what ended or was stopped, and `followed` (`nothing since`) of an anabolic
  drug that ended;
- `since`, `started`, and `months` (`4 months`, `2 weeks`) of a drug that is taken;
- `open` (`prescribed 2021, intake not recorded`), `ordered`, `since` of one without a
  dose;
- `entries` (`9 medication entries`) if none was found or nothing is known.
"""

from typing import get_args

from cds_service.core.drugs.drug_states import DrugSignal, DrugState
from cds_service.core.facts.situation import (
    Detector,
    Signal,
    Situation,
    register,
    signal,
)
from cds_service.core.findings import Finding
from cds_service.core.words.phrases import say
from cds_service.core.words.wording import capital, since_text


def _state_signal(name: DrugSignal) -> Detector:
    def detect(situation: Situation) -> Signal | None:
        state = situation.drug_state
        return _signal(state, situation) if state.signal == name else None

    return detect


def _signal(state: DrugState, situation: Situation) -> Signal:
    words = {**state.words, "drugs": state.clause}
    return Signal(state.because, _evidence(state, situation), words=words)


def _evidence(state: DrugState, situation: Situation) -> tuple[Finding, ...]:
    """Return the drug that leads, with its entries; without one, what was read."""
    finding = situation.findings.known.get("bone-drug")
    if state.use is None:
        return (finding,) if finding else ()
    drug, provenance = state.use.name, state.use.provenance
    return (Finding("bone-drug", True, "1", None, provenance, label=drug),)


for _name in get_args(DrugSignal):
    register(_name, _state_signal(_name))

# States of a drug that was taken before the fracture.
ON_DRUG = ("denosumab-due", "denosumab-in-time", "long-on-drug", "early-on-drug")


@signal("fracture-on-drug")
def _fracture_on_drug(situation: Situation) -> Signal | None:
    state = situation.drug_state
    return _signal(state, situation) if state.signal in ON_DRUG else None


@signal("steroid-three-months")
def _steroid(situation: Situation) -> Signal | None:
    """Find `prednisone since 2024`; an entry of the problem list has no day."""
    if not situation.findings.is_true("long-term-steroid"):
        return None
    finding = situation.findings.known["long-term-steroid"]
    drug = finding.label or say("steroid")
    start = since_text(finding.observed, situation.today) if finding.observed else ""
    words = {"drug": drug, "Drug": capital(drug), "since": start}
    because = say("long-term {what}", what=drug)
    if start:
        because = say("{drug} since {since}", drug=drug, since=start)
    return Signal(because, (finding,), words=words)
