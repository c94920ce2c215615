"""Charts as Hypothesis draws them: what hospitals record of such patients, in any mixture.

A chart's lists are read and not empty, unless a change takes that away. Every entry has
an id of its own, so that a change can name the one it changes.
"""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.chart_builders import (
    STRONG,
    Resource,
    augmented,
    bed_rest,
    blood_count,
    dose,
    drug,
    inpatient,
    measured,
    ordered,
    ordered_elsewhere,
    patient,
    period,
    problem,
    quiet_lists,
)
from tests.codes import ATC, ICD, codeable
from tests.generated_patients import Signing
from tests.patients.charts import METHODS, augmentation, brace

# By measure: the range, and the step in which it is written down.
MEASURES: dict[str, tuple[float, float, float]] = {
    "bmd-t-score": (-4.5, 0.5, 0.1),
    "bmi": (15, 38, 0.1),
    "grip-strength": (6, 40, 1),
    "gait-speed": (0.3, 1.5, 0.1),
    "appendicular-muscle-index": (4, 8.5, 0.1),
    "mna-score": (8, 30, 0.5),
    "ct-attenuation": (10, 170, 1),
    "pma-rate": (35, 65, 1),
    "multifidus-smi": (60, 250, 1),
    "psoas-total-area": (6, 25, 0.1),
}
OFTEN = ("bmd-t-score", "bmi")
# By ICD-10-CM code: what the entry is called.
USUAL = {
    "E11.9": "Type 2 diabetes",
    "M81.0": "Age-related osteoporosis",
    "M80.08XA": "Osteoporotic fracture of vertebra",
    "M80.08XD": "Osteoporotic fracture of vertebra, follow-up",
    "R29.6": "Repeated falls",
    "Z91.81": "History of falling",
    "S72.001A": "Fracture of neck of right femur",
    "Z85.3": "History of breast cancer",
    "C44.91": "Basal cell carcinoma of skin",
    "F03.90": "Dementia",
    "G20": "Parkinson's disease",
    "N18.30": "Chronic kidney disease stage 3",
    "Z98.1": "Arthrodesis status",
}
RARE = {
    "C50.911": "Malignant neoplasm of right breast",
    "C61": "Malignant neoplasm of prostate",
    "C79.51": "Secondary malignant neoplasm of bone",
    "C90.00": "Multiple myeloma",
    "A41.9": "Sepsis",
    "M46.46": "Discitis, lumbar region",
    "R29.898": "Weakness of both legs",
    "S32.012A": "Unstable burst fracture of first lumbar vertebra",
    "W11.XXXA": "Fall from ladder",
    "N18.6": "End stage renal disease",
    "F03.C0": "Severe dementia",
    "Z51.5": "Palliative care",
}
DAYS = (1, 9, 60, 250, 500, 1100, 1500, 2600)
DRUGS = {
    "alendronate": "M05BA04",
    "risedronate": "M05BA07",
    "denosumab": "M05BX04",
    "zoledronate": "M05BA08",
    "teriparatide": "H05AA02",
    "prednisone": "H02AB07",
    "colecalciferol": "A11CC05",
    "apixaban": "B01AF02",
}
GIVEN = ("denosumab", "zoledronate")
LEVELS = (["L1"], ["T12"], ["L2"], ["T12", "L1"], ["T12", "L1", "L2"])
BRACES: tuple[Callable[[], Resource], ...] = (
    brace,
    lambda: brace(occurrencePeriod=period(0, 42)),
    lambda: brace(occurrencePeriod=period(0, 84)),
    lambda: brace("TLSO x 3 months"),
    lambda: brace(note=[{"text": "Length of need: 99"}]),
)
BED_REST = (4, 24, 72, None)


@st.composite
def charts(draw: st.DrawFn) -> Signing:
    """Any chart whose lists were read, with an augmentation among the orders.

    One in three is of a patient with so little against her that a figure may be below
    the usual.
    """
    if draw(_one_in(3)):
        return draw(_calm_charts())
    record = [
        patient(
            sex=draw(st.sampled_from(("female", "female", "male"))),
            age=draw(st.integers(48, 96)),
        ),
        problem("I10", number="c-usual"),
        drug("losartan", number="m-usual"),
        ordered_elsewhere(),
        blood_count(),
    ]
    record += draw(_measures())
    record += draw(_problems())
    record += draw(_drugs())
    if draw(_one_in(4)):
        record.append(augmented(draw(st.sampled_from(DAYS))))
    place = draw(st.sampled_from(("IMP", "AMB", "")))
    record += [inpatient(place)] if place else []
    kinds = ("rehabilitation", "dietitian", "bone-treatment")
    record += [ordered(kind) for kind in kinds if draw(_one_in(6))]
    return Signing(tuple(record), tuple(draw(_drafts())))


@st.composite
def _calm_charts(draw: st.DrawFn) -> Signing:
    age, t = draw(st.integers(55, 78)), draw(st.integers(-22, 3)) / 10
    bmi = draw(st.integers(200, 300)) / 10
    measures = {"bmd-t-score": t, "bmi": bmi} | draw(
        st.sampled_from((STRONG, {}, {"ct-attenuation": 120}))
    )
    record = [
        patient(sex=draw(st.sampled_from(("female", "male"))), age=age),
        *quiet_lists(),
        *(
            measured(name, value, method={"text": METHODS.get(name, name)})
            for name, value in measures.items()
        ),
    ]
    return Signing(
        tuple(record), tuple(augmentation(levels=draw(st.sampled_from(LEVELS[:3]))))
    )


def _one_in(number: int) -> st.SearchStrategy[bool]:
    """Seldom true, and false where Hypothesis makes an example smaller."""
    return st.integers(1, number).map(lambda drawn: drawn == number)


@st.composite
def _measures(draw: st.DrawFn) -> list[Resource]:
    found = []
    for name, (low, high, step) in MEASURES.items():
        if not draw(_one_in(2 if name in OFTEN else 6)):
            continue
        steps = draw(st.integers(0, round((high - low) / step)))
        method = draw(st.sampled_from((METHODS.get(name, ""), "")))
        found.append(
            measured(
                name,
                round(low + steps * step, 1),
                days=draw(st.sampled_from((5, 40, 300, 900))),
                **({"method": {"text": method}} if method else {}),
            )
        )
    return found


@st.composite
def _problems(draw: st.DrawFn) -> list[Resource]:
    codes = draw(st.lists(st.sampled_from(sorted(USUAL)), max_size=3, unique=True))
    if draw(_one_in(4)):
        codes.append(draw(st.sampled_from(sorted(RARE))))
    names = USUAL | RARE
    return [
        condition(
            code,
            names[code],
            days=draw(st.sampled_from(DAYS)),
            status=draw(st.sampled_from(("active", "active", "active", "resolved"))),
        )
        for code in codes
    ]


@st.composite
def _drugs(draw: st.DrawFn) -> list[Resource]:
    names = draw(st.lists(st.sampled_from(sorted(DRUGS)), max_size=2, unique=True))
    found = [
        prescription(
            name,
            days=draw(st.sampled_from(DAYS)),
            status=draw(st.sampled_from(("active", "active", "stopped", "completed"))),
        )
        for name in names
    ]
    if draw(_one_in(6)):
        found.append(
            dose(draw(st.sampled_from(GIVEN)), days=draw(st.sampled_from(DAYS)))
        )
    return found


@st.composite
def _drafts(draw: st.DrawFn) -> list[Resource]:
    found = augmentation(
        draw(st.sampled_from(("kyphoplasty", "kyphoplasty", "vertebroplasty"))),
        draw(st.sampled_from(LEVELS)),
    )
    if draw(_one_in(4)):
        found.append(draw(st.sampled_from(BRACES))())
    if draw(_one_in(6)):
        found.append(bed_rest(draw(st.sampled_from(BED_REST))))
    return found


# --- entries by code, which changes add too


def condition(
    code: str, words: str, *, days: int, status: str = "active", **members: Any
) -> Resource:
    """An entry of the problem list by ICD-10-CM, its start on the day it was recorded."""
    one = problem(code, number=f"c-{code}", days=days, status=status)
    said = {"code": codeable(ICD, code, words), "onsetDateTime": one["recordedDate"]}
    return one | said | members


def prescription(name: str, *, days: int, status: str = "active") -> Resource:
    """A prescription by its ingredient."""
    coded = codeable(ATC, DRUGS[name], name.capitalize())
    return drug(
        "losartan",
        number=f"m-{name}",
        days=days,
        status=status,
        medicationCodeableConcept=coded,
    )


def of_kind(signing: Signing, *kinds: str) -> Sequence[Resource]:
    """The record's entries of these kinds."""
    return [one for one in signing.record if one["resourceType"] in kinds]
