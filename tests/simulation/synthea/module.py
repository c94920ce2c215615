"""A Synthea module: kyphoplasty, and refracture within a year at a known rate for each T-score.

A true refracture writes an Observation that nothing of ours reads. Around it lie traps: the treated fracture coded
again as follow-up or without a level, refractures coded without a level, and fractures after the year.
"""

from collections.abc import Mapping
from typing import Any

RATES: Mapping[float, float] = {-1.8: 0.04, -2.2: 0.08, -2.6: 0.15, -3.0: 0.26, -3.4: 0.40}
TRUTH = "http://example.org/truth"
NO_LEVEL = ("M80.08XA", "Age-related osteoporosis with pathological fracture, vertebra")
State = dict[str, Any]


def module() -> State:
    states: dict[str, State] = {
        "Initial": {"type": "Initial", "direct_transition": "Age"},
        "Age": {
            "type": "Guard",
            "allow": {"condition_type": "Age", "operator": ">=", "quantity": 68, "unit": "years"},
            "direct_transition": "Some_Time",
        },
        "Some_Time": _delay(0, 36, "DXA", "months"),
        "DXA": _visit("Which_T"),
        "Which_T": _split(*((1 / len(RATES), f"T{place}") for place in range(len(RATES)))),
        **_refracture(),
        "Terminal": {"type": "Terminal"},
    }
    for place, (score, rate) in enumerate(RATES.items()):
        states |= {f"{name}{place}": state for name, state in _one(place, score, rate).items()}
    return {"name": "Kyphoplasty with known refractures", "states": states, "gmf_version": 2}


def _one(at: int, score: float, rate: float) -> dict[str, State]:
    display = "DXA Hip - left Femoral neck T-score"
    states = {
        "T": _observation("LOINC", "80946-7", display, score, "{T-score}", f"DXA_End{at}"),
        "DXA_End": _end(f"Wait{at}"),
        "Wait": _delay(5, 40, f"Op{at}"),
        "Op": _visit(f"Level{at}", "inpatient"),
        "Level": _split((0.7, f"Fx_L1_{at}"), (0.3, f"Fx_L4_{at}")),
        "Op_End": _end(f"Again{at}"),
        "Again": _split((0.25, f"D_Wait{at}"), (0.10, f"X_Wait{at}"), (0.65, f"Chance{at}")),
        "Chance": _split((rate, "Re_Wait"), (1 - rate, "No")),
    }
    for level, code in (("L1", "S32.010A"), ("L4", "S32.040A")):
        states[f"Fx_{level}_"] = _fracture(code, f"Wedge compression fracture of {level}", f"Op_{level}_{at}")
        states[f"Op_{level}_"] = _operation(level, f"Op_End{at}")
    for trap, (code, words) in (("D", ("S32.010D", "Fracture of vertebra, subsequent encounter")), ("X", NO_LEVEL)):
        states |= {
            f"{trap}_Wait": _delay(14, 28, f"{trap}_Visit{at}"),
            f"{trap}_Visit": _visit(f"{trap}_Fx{at}"),
            f"{trap}_Fx": _fracture(code, words, f"{trap}_End{at}"),
            f"{trap}_End": _end(f"Chance{at}"),
        }
    return states


def _refracture() -> dict[str, State]:
    other = ("S32.030A", "Wedge compression fracture of L3")
    return {
        "Re_Wait": _delay(15, 300, "Re_Visit"),
        "Re_Visit": _visit("Re_Truth", "emergency"),
        "Re_Truth": _observation(TRUTH, "refracture", "truth", 1, "1", "Re_How"),
        "Re_How": _split((0.75, "Re_Fx"), (0.25, "Re_NoLevel")),
        "Re_Fx": _fracture(*other, "Re_Treat"),
        "Re_NoLevel": _fracture(*NO_LEVEL, "Re_End"),
        "Re_Treat": _split((0.4, "Re_Op"), (0.6, "Re_End")),
        "Re_Op": _operation("L3", "Re_End"),
        "Re_End": _end("Terminal"),
        "No": _split((0.06, "Late_Wait"), (0.94, "Terminal")),
        "Late_Wait": _delay(430, 700, "Late_Visit"),
        "Late_Visit": _visit("Late_Fx"),
        "Late_Fx": _fracture(*other, "Late_End"),
        "Late_End": _end("Terminal"),
    }


def _coded(system: str, code: str, display: str) -> dict[str, Any]:
    return {"codes": [{"system": system, "code": code, "display": display}]}


def _observation(system: str, code: str, display: str, value: float, unit: str, then: str) -> State:
    found = {"type": "Observation", "category": "imaging", "unit": unit, "exact": {"quantity": value}}
    return found | _coded(system, code, display) | {"direct_transition": then}


def _fracture(code: str, display: str, then: str) -> State:
    return {"type": "ConditionOnset", **_coded("ICD10-CM", code, display), "direct_transition": then}


def _operation(level: str, then: str) -> State:
    """Known by its words alone: no SNOMED CT code of a kyphoplasty is among ours."""
    words = _coded("SNOMED-CT", "1231312008", f"Percutaneous balloon kyphoplasty of {level} vertebra")
    return {"type": "Procedure", **words, "duration": {"low": 30, "high": 60, "unit": "minutes"}} | {
        "direct_transition": then
    }


def _visit(then: str, kind: str = "ambulatory") -> State:
    coded = _coded("SNOMED-CT", "390906007", "Follow-up encounter")
    return {"type": "Encounter", "encounter_class": kind, **coded, "direct_transition": then}


def _end(then: str) -> State:
    return {"type": "EncounterEnd", "direct_transition": then}


def _delay(low: int, high: int, then: str, unit: str = "days") -> State:
    return {"type": "Delay", "range": {"low": low, "high": high, "unit": unit}, "direct_transition": then}


def _split(*shares: tuple[float, str]) -> State:
    return {
        "type": "Simple",
        "distributed_transition": [{"distribution": share, "transition": then} for share, then in shares],
    }
