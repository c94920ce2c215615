"""Builders of an inpatient's record in a line each: problems, drugs, doses, braces.

A woman of 75 in hospital without a bone drug, unless said.
"""

from typing import Any

from tests.chart_builders import (
    Resource,
    ask,
    blood_count,
    brace,
    by_topic,
    days_ago,
    dose,
    drug,
    inpatient,
    kyphoplasty,
    of_patient,
    order_sign,
    ordered_elsewhere,
    patient,
    problem,
)
from tests.codes import ATC, HCPCS, ICD, codeable

T = "bmd-t-score"
ALENDRONATE, RISEDRONATE, ZOLEDRONATE = "M05BA04", "M05BA07", "M05BA08"
TERIPARATIDE, ABALOPARATIDE, ROMOSOZUMAB = "H05AA02", "H05AA04", "M05BX06"
FAILED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "forbidden"}],
}


def chart(
    *record: Resource,
    sex: str = "female",
    age: int = 75,
    drugs: bool = True,
    place: str = "IMP",
) -> tuple[Resource, ...]:
    """This patient's record, with lists that were read and say nothing else."""
    usual = [
        problem("hypertension"),
        ordered_elsewhere(),
        blood_count(),
        inpatient(place),
    ]
    usual += [drug("losartan")] if drugs else []
    return (patient(sex=sex, age=age), *usual, *record)


def coded(
    code: str, words: str = "", *, days: int | None = 20, **members: Any
) -> Resource:
    """An active problem by ICD-10-CM that began so many days ago."""
    began = {} if days is None else {"onsetDateTime": days_ago(days)}
    number = f"c-{code.replace('.', '')}-{days}"
    said = {"code": codeable(ICD, code, words), "recordedDate": days_ago(days or 30)}
    return problem(code, number=number, **said | began | members)


def worded(words: str, *, days: int = 20) -> Resource:
    """An active problem in words alone."""
    number = f"c-{abs(hash(words)) % 10**6}"
    return problem(
        words, number=number, code={"text": words}, onsetDateTime=days_ago(days)
    )


def medication(name: str, code: str, days: int, **members: Any) -> Resource:
    """A prescription by ATC, in force."""
    coded_drug = codeable(ATC, code, name.capitalize())
    said = {"authoredOn": days_ago(days), "medicationCodeableConcept": coded_drug}
    return drug("losartan", number=f"m-{name}-{days}", **said | members)


def statement(
    name: str, code: str, start: int, end: int | None = None, status: str = "active"
) -> Resource:
    """What the patient reports to take since so many days, or took."""
    period = {"start": days_ago(start)} | (
        {"end": days_ago(end)} if end is not None else {}
    )
    coded_drug = codeable(ATC, code, name.capitalize())
    return of_patient(
        "MedicationStatement",
        f"st-{name}",
        status=status,
        medicationCodeableConcept=coded_drug,
        effectivePeriod=period,
    )


def given(name: str, code: str, days: int) -> Resource:
    """A dose given in hospital or clinic."""
    coded_drug = codeable(ATC, code, name.capitalize())
    return dose(
        "denosumab",
        days=days,
        number=f"a-{name}-{days}",
        medicationCodeableConcept=coded_drug,
    )


def worn(words: str, code: str = "L0456", **members: Any) -> Resource:
    """A draft brace, its words as an order writes them."""
    return brace(codeCodeableConcept=codeable(HCPCS, code, words), **members)


def cards_by_topic(
    record: tuple[Resource, ...],
    drafts: tuple[Resource, ...] = (),
    failed: tuple[str, ...] = (),
) -> dict[str, Resource]:
    """The cards at the signing of these drafts, of a kyphoplasty where none is among them.

    Args:
        failed: prefetch keys that could not be read.
    """
    if not any(order["id"].startswith("k") for order in drafts):
        drafts = (kyphoplasty(), *drafts)
    body = order_sign(record, *drafts)
    body["prefetch"] |= dict.fromkeys(failed, FAILED)
    return by_topic(ask(body))
