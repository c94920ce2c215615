"""Cancer of long ago that is treated now, has spread or has come back counts as recent.

The day of a diagnosis says nothing of a cancer that is still there: the aromatase
inhibitor, the metastasis, the stage and the word "recurrent" do.
"""

from collections.abc import Iterator
from datetime import timedelta

from cds_service.core.findings import BoneDrugs, DrugUse, Finding
from cds_service.core.vocabulary import ConditionSpec, RecentCancerSpec
from cds_service.fhir.findings import events
from cds_service.fhir.findings.chart import Chart, FindingOrGap, gap
from cds_service.fhir.findings.problem_list import is_in_use
from cds_service.fhir.gathering.drugs import CANCER_DRUG, MEDICATION_TYPES
from cds_service.fhir.gathering.entries import BILLED_TYPES, Entry
from cds_service.fhir.raw_json import objects, text, texts_of

SPREAD = ("kind-spread",)
TREATMENT = "cancer-treatment"
WEEKS_APART = "a bone drug was given weeks apart, as against a tumour"


def find_recent_cancer(
    spec: RecentCancerSpec, chart: Chart, drugs: BoneDrugs
) -> FindingOrGap:
    """Find a cancer of the last years, or an older one that is there now."""
    outcome, passed = events.find_event(spec, chart)
    happened = [
        event
        for event in events.happenings(spec, chart, spec.value_sets)
        if not event.stated.problem
    ]
    if isinstance(outcome, Finding) or not happened:
        return outcome, passed
    present = [one for one in happened if _has_spread(one.stated.entry, chart)]
    if not present and (_is_treated(spec, chart) or _given_too_often(drugs)):
        present = happened
    return (events.yes(spec, chart, present) if present else outcome), passed


def _has_spread(entry: Entry, chart: Chart) -> bool:
    """Tell if its code, words or stage say that it is advanced, or has come back."""
    if any(match.concept == "secondary-cancer" for match in entry.matches):
        return True
    kinds = chart.terminology.kinds
    return any(kinds.of_title(one, SPREAD) for one in _words_of(entry))


def _words_of(entry: Entry) -> Iterator[str]:
    yield from texts_of(entry.raw.get("code"))
    for stage in objects(entry.raw.get("stage")):
        yield from texts_of(stage.get("summary"))
    yield from (text(one.get("text")) for one in objects(entry.raw.get("note")))


def _is_treated(spec: RecentCancerSpec, chart: Chart) -> bool:
    """Tell if a drug against cancer is in use, or another treatment was lately."""
    if any(
        entry.drug and CANCER_DRUG in entry.drug.concepts and is_in_use(entry)
        for entry in chart.of_kind(*MEDICATION_TYPES, *BILLED_TYPES)
    ):
        return True
    since = chart.today - timedelta(days=spec.within_days)
    return any(
        entry.kind == "Procedure"
        and entry.status not in ("not-done", "entered-in-error", "preparation")
        and (
            (day := chart.calendar.effective(entry.raw, "performed")) is None
            or since <= day.day <= chart.not_after
        )
        for entry in chart.mentions_of((TREATMENT,))
    )


def _given_too_often(drugs: BoneDrugs) -> list[DrugUse]:
    return [use for use in drugs.uses if use.is_too_often]


def open_by_doses_weeks_apart(
    outcome: FindingOrGap, spec: ConditionSpec, drugs: BoneDrugs
) -> FindingOrGap:
    """Leave open what a drug against cancer does, if a bone drug is given as one.

    Its code is that of the drug against osteoporosis, and no entry says its amount.
    """
    conclusion, passed = outcome
    is_no = isinstance(conclusion, Finding) and conclusion.value is False
    often = _given_too_often(drugs)
    if not is_no or CANCER_DRUG not in spec.unclear or not often:
        return outcome
    seen = (source for use in often for source in use.provenance)
    return gap(spec, "undetermined", WEEKS_APART, *seen), passed
