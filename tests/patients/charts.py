"""Patients written down in a line or two, as the FHIR R4 resources an EHR would send."""

import json
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests import chart_builders as chart
from tests.chart_builders import TODAY, Resource
from tests.codes import ATC, CPT, HCPCS, ICD, SCT, codeable
from tests.generated_patients import Signing


def _table(name: str) -> Any:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


METHODS, DRUGS = (_table("charts.toml")[name] for name in ("methods", "drugs"))
SNOMED_LEVELS = {"T12": "23215003", "L1": "66794005", "L2": "14293000"}
ONE_LEVEL = {"kyphoplasty": "22514", "vertebroplasty": "22511"}  # CPT, lumbar
# CPT, each further level
ONE_MORE = {"kyphoplasty": "22515", "vertebroplasty": "22512"}


def age_in_days(on: str) -> int:
    return (TODAY - date.fromisoformat(on)).days


def measured(
    name: str,
    value: Any,
    *,
    method: str | None = None,
    days: int = 14,
    on: str | None = None,
) -> Resource:
    """An Observation, measured as its study did unless another method is given; an empty method is not recorded."""
    words = METHODS.get(name, "") if method is None else method
    members = {"method": {"text": words}} if words else {}
    return chart.measured(name, value, days=age_in_days(on) if on else days, **members)


def problem(
    code: str, *, text: str = "", days: int = 700, number: str = ""
) -> Resource:
    """An active entry of the problem list, by ICD-10-CM."""
    return chart.problem(
        code,
        days=days,
        code=codeable(ICD, code, text),
        number=number or f"c-{code.replace('.', '')}",
    )


def drug(name: str, *, days: int = 90) -> Resource:
    """A prescription in force."""
    coded = codeable(ATC, DRUGS[name], name.capitalize())
    return chart.drug(
        "losartan", number=f"m-{name}", days=days, medicationCodeableConcept=coded
    )


def augmentation(
    kind: str = "kyphoplasty", levels: Iterable[str] = ("L1",), **members: Any
) -> list[Resource]:
    """Draft orders, one for each level, as they are billed: the first level and each further one."""
    found = []
    for number, level in enumerate(levels):
        code = (ONE_MORE if number else ONE_LEVEL)[kind]
        site = [codeable(SCT, SNOMED_LEVELS[level], level)]
        found.append(
            chart.kyphoplasty(
                number=f"augmentation-{number}", code=code, bodySite=site, **members
            )
        )
    return found


def in_words(words: str, *, number: str = "words") -> Resource:
    """A draft ServiceRequest that has no code."""
    return chart.bed_rest(None, number=number, code={"text": words})


def brace(
    words: str = "TLSO", *, code: str | None = "L0456", **members: Any
) -> Resource:
    """A draft brace, by HCPCS or in words alone."""
    held = codeable(HCPCS, code, words) if code else {"text": words}
    return chart.brace(codeCodeableConcept=held, **members)


def earlier(on: str) -> Resource:
    """A kyphoplasty that was done on this day."""
    return chart.of_patient(
        "Procedure",
        f"done-{on}",
        status="completed",
        code=codeable(CPT, "22514"),
        performedDateTime=on,
    )


@lru_cache(maxsize=4096)
def ask_once(body: str) -> list[Resource]:
    """The cards of this request, as JSON."""
    return chart.ask(json.loads(body))


def cards_of(signing: Signing) -> list[Resource]:
    """The cards of a patient; not to be changed."""
    return ask_once(json.dumps(signing.request()))
