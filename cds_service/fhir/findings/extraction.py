"""Turn the record into findings, each by the reader for its kind.

The rules are in `mappings/findings/<name>.toml`, the readers in the modules that are
imported here.
"""

from collections.abc import Mapping

from cds_service.core.findings import (
    DRUGS_NOT_READ,
    BoneDrugs,
    Finding,
    Findings,
    Gap,
    PassedOver,
)
from cds_service.core.vocabulary import (
    BoneDrugSpec,
    BooleanSpec,
    CategorySpec,
    ChangeSpec,
    ConditionSpec,
    DenosumabSpec,
    EndOfLifeSpec,
    EventSpec,
    ExamSpec,
    FindingSpec,
    FractureSpec,
    GripSpec,
    InjuringFallSpec,
    LongCourseSpec,
    MedicationSpec,
    PatientSpec,
    PlaceSpec,
    QuantitySpec,
    RecentCancerSpec,
    RepeatedFallsSpec,
    TScoreSpec,
    is_after_surgery,
)
from cds_service.fhir.findings.chart import Chart, FindingOrGap, make_gap
from cds_service.fhir.findings.drugs.bone_drug_history import (
    find_bone_drug,
    find_denosumab_overdue,
    read_history,
)
from cds_service.fhir.findings.drugs.long_steroid import find_long_steroid
from cds_service.fhir.findings.drugs.medication_list import find_medication
from cds_service.fhir.findings.encounter import find_place
from cds_service.fhir.findings.end_of_life import find_end_of_life
from cds_service.fhir.findings.events.cancer import (
    find_old_cancer,
    find_recent_cancer,
    open_by_doses_weeks_apart,
)
from cds_service.fhir.findings.events.events import find_event
from cds_service.fhir.findings.events.falls import (
    find_fall_with_injury,
    find_repeated_falls,
)
from cds_service.fhir.findings.exams import find_exam
from cds_service.fhir.findings.fractures.earlier_fracture import (
    find_earlier_fracture,
    find_index_fracture,
)
from cds_service.fhir.findings.patient import find_demographic
from cds_service.fhir.findings.problem_list import find_condition
from cds_service.fhir.findings.values.answers import find_answer
from cds_service.fhir.findings.values.change import find_change
from cds_service.fhir.findings.values.grip import find_grip
from cds_service.fhir.findings.values.measurements import find_measurement
from cds_service.fhir.findings.values.t_score import find_t_score

NOT_CONCLUDED = "what it follows from is not known"


def extract_findings(chart: Chart, specs: Mapping[str, FindingSpec]) -> Findings:
    """Read every finding of the vocabulary, as known or as a gap.

    The order of the resources makes no difference.

    Raises:
        DeadlinePassed: the record is too long for the time there is.
    """
    findings: dict[str, Finding] = {}
    gaps: dict[str, Gap] = {}
    passed: list[PassedOver] = []
    bone_drug = specs.get("bone-drug")
    drugs = (
        read_history(bone_drug, chart)
        if isinstance(bone_drug, BoneDrugSpec)
        else DRUGS_NOT_READ
    )
    for name, spec in sorted(specs.items()):
        find = _find_after_surgery if is_after_surgery(spec) else _find
        outcome, passed_over = find(spec, chart, specs, drugs)
        if passed_over:
            passed += dict.fromkeys(passed_over)  # each once
        if isinstance(outcome, Finding):
            findings[name] = outcome
        else:
            gaps[name] = outcome
    return Findings(findings, gaps, tuple(passed), drugs)


def _find_after_surgery(
    spec: FindingSpec, chart: Chart, specs: Mapping[str, FindingSpec], drugs: BoneDrugs
) -> FindingOrGap:
    """Find what is known only after the procedure; a value from before it is a gap."""
    if chart.operated_on is None:
        return make_gap(spec, "absent", "known only after surgery"), ()
    outcome, passed = _find(spec, chart, specs, drugs)
    if not isinstance(outcome, Finding):
        return outcome, passed
    if outcome.observed is None or outcome.observed < chart.operated_on:
        why = "measured before the procedure"
        return make_gap(spec, "undetermined", why, *outcome.provenance), passed
    return outcome, passed


def _find(
    spec: FindingSpec, chart: Chart, specs: Mapping[str, FindingSpec], drugs: BoneDrugs
) -> FindingOrGap:
    match spec:
        case QuantitySpec():
            outcome = _find_quantity(spec, chart)
        case ConditionSpec():
            outcome = _find_condition(spec, chart)
            outcome = open_by_doses_weeks_apart(outcome, spec, drugs)
        case EventSpec():
            outcome = _find_event(spec, chart, drugs)
        case MedicationSpec():
            outcome = _find_drug(spec, chart, drugs)
        case BooleanSpec() | CategorySpec():
            outcome = find_answer(spec, chart)
        case ExamSpec():
            outcome = find_exam(spec, chart)
        case PatientSpec():
            outcome = find_demographic(spec, chart)
        case PlaceSpec():
            outcome = find_place(spec, chart)
        case ChangeSpec():
            outcome = _find_change(spec, chart, specs)
        case _:
            # From the order or from other findings: `core/derivations/` finds it.
            outcome = make_gap(spec, "undetermined", NOT_CONCLUDED), ()
    return outcome


def _find_quantity(spec: QuantitySpec, chart: Chart) -> FindingOrGap:
    match spec:
        case TScoreSpec():
            return find_t_score(spec, chart)
        case GripSpec():
            return find_grip(spec, chart)
        case _:
            return find_measurement(spec, chart)


def _find_condition(spec: ConditionSpec, chart: Chart) -> FindingOrGap:
    match spec:
        case RepeatedFallsSpec():
            return find_repeated_falls(spec, chart)
        case EndOfLifeSpec():
            return find_end_of_life(spec, chart)
        case FractureSpec(kind="earlier-fracture"):
            return find_earlier_fracture(spec, chart)
        case FractureSpec():
            return find_index_fracture(spec, chart)
        case _:
            return find_condition(spec, chart)


def _find_event(spec: EventSpec, chart: Chart, drugs: BoneDrugs) -> FindingOrGap:
    match spec:
        case RecentCancerSpec():
            return find_recent_cancer(spec, chart, drugs)
        case InjuringFallSpec():
            return find_fall_with_injury(spec, chart)
        case EventSpec(name="old-cancer"):
            return find_old_cancer(spec, chart)
        case _:
            return find_event(spec, chart)


def _find_drug(spec: MedicationSpec, chart: Chart, drugs: BoneDrugs) -> FindingOrGap:
    match spec:
        case BoneDrugSpec():
            return find_bone_drug(spec, chart, drugs)
        case DenosumabSpec():
            return find_denosumab_overdue(spec, chart, drugs)
        case LongCourseSpec():
            return find_long_steroid(spec, chart)
        case _:
            return find_medication(spec, chart)


def _find_change(
    spec: ChangeSpec, chart: Chart, specs: Mapping[str, FindingSpec]
) -> FindingOrGap:
    base = specs.get(spec.of)
    if isinstance(base, QuantitySpec):
        return find_change(spec, base, chart)
    return make_gap(spec, "undetermined", NOT_CONCLUDED), ()
