"""Turns the record into findings, each by the reader for its kind.

`extract_findings` does so for each name in the vocabulary.

The rules are in `mappings/findings/<name>.toml`; the readers of the Patient, of exams
and of answers are here, the others in the modules that are imported.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from cds_service.core.card_signals import OLD
from cds_service.core.findings import (
    DRUGS_NOT_READ,
    BoneDrugs,
    Finding,
    Findings,
    Gap,
    PassedOver,
    Provenance,
)
from cds_service.core.rule_signals import FRAGILITY_AGE
from cds_service.core.vocabulary import (
    AnswerSpec,
    BoneDrugSpec,
    BooleanSpec,
    CategorySpec,
    ChangeSpec,
    ConditionSpec,
    DenosumabSpec,
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
from cds_service.core.wording import say_date
from cds_service.fhir.findings import measurements
from cds_service.fhir.findings.bone_density import find_t_score
from cds_service.fhir.findings.bone_drug_history import (
    find_bone_drug,
    find_denosumab_overdue,
    read_history,
)
from cds_service.fhir.findings.cancer import find_recent_cancer
from cds_service.fhir.findings.chart import (
    Chart,
    FindingOrGap,
    Reading,
    age_in_words,
    gap,
    known,
)
from cds_service.fhir.findings.earlier_fracture import (
    find_earlier_fracture,
    find_index_fracture,
)
from cds_service.fhir.findings.events import find_event
from cds_service.fhir.findings.falls import find_fall_with_injury, find_repeated_falls
from cds_service.fhir.findings.long_steroid import find_long_steroid
from cds_service.fhir.findings.medication_list import find_medication
from cds_service.fhir.findings.names import says_another_measure
from cds_service.fhir.findings.observations import (
    RETRACTED,
    status_problem,
    time_problem,
)
from cds_service.fhir.findings.problem_list import find_condition
from cds_service.fhir.findings.quantities import ANOTHER_MEASURE, Refused
from cds_service.fhir.gathering.entries import Entry
from cds_service.fhir.gathering.picking import EXAM_TYPES
from cds_service.fhir.raw_json import Json, member, text, texts_of, truth
from cds_service.fhir.site_calendar import Moment

NOT_CONCLUDED = "what it follows from is not known"


def extract_findings(chart: Chart, specs: Mapping[str, FindingSpec]) -> Findings:
    """Read every finding in the vocabulary as known or as a gap.

    Whatever the order of the resources.

    Raises:
        DeadlinePassed: the record is too long for the time there is.
    """
    found: dict[str, Finding] = {}
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
            passed += dict.fromkeys(passed_over)
        if isinstance(outcome, Finding):
            found[name] = outcome
        else:
            gaps[name] = outcome
    return Findings(found, gaps, tuple(passed), drugs)


def _find_after_surgery(
    spec: FindingSpec, chart: Chart, specs: Mapping[str, FindingSpec], drugs: BoneDrugs
) -> FindingOrGap:
    """Find what only the procedure tells, once it is done and not from before it."""
    if chart.operated_on is None:
        return gap(spec, "absent", "known only after surgery"), ()
    outcome, passed = _find(spec, chart, specs, drugs)
    if not isinstance(outcome, Finding):
        return outcome, passed
    if outcome.observed is None or outcome.observed < chart.operated_on:
        why = "measured before the procedure"
        return gap(spec, "undetermined", why, *outcome.provenance), passed
    return outcome, passed


def _find(
    spec: FindingSpec, chart: Chart, specs: Mapping[str, FindingSpec], drugs: BoneDrugs
) -> FindingOrGap:
    match spec:
        case QuantitySpec():
            found = _find_quantity(spec, chart)
        case ConditionSpec():
            found = _find_condition(spec, chart)
        case EventSpec():
            found = _find_event(spec, chart)
        case MedicationSpec():
            found = _find_drug(spec, chart, drugs)
        case BooleanSpec() | CategorySpec():
            found = find_answer(spec, chart)
        case ExamSpec():
            found = find_exam(spec, chart)
        case PatientSpec():
            found = find_demographic(spec, chart)
        case PlaceSpec():
            found = find_place(spec, chart)
        case ChangeSpec():
            found = _find_change(spec, chart, specs)
        case _:  # from the order, or from other findings: core/derived.py
            found = gap(spec, "undetermined", NOT_CONCLUDED), ()
    return found


def _find_quantity(spec: QuantitySpec, chart: Chart) -> FindingOrGap:
    match spec:
        case TScoreSpec():
            return find_t_score(spec, chart)
        case GripSpec():
            return measurements.find_grip(spec, chart)
        case _:
            return measurements.find_quantity(spec, chart)


def _find_condition(spec: ConditionSpec, chart: Chart) -> FindingOrGap:
    match spec:
        case RepeatedFallsSpec():
            return find_repeated_falls(spec, chart)
        case FractureSpec(kind="earlier-fracture"):
            return find_earlier_fracture(spec, chart)
        case FractureSpec():
            return find_index_fracture(spec, chart)
        case _:
            return find_condition(spec, chart)


def _find_event(spec: EventSpec, chart: Chart) -> FindingOrGap:
    match spec:
        case RecentCancerSpec():
            return find_recent_cancer(spec, chart)
        case InjuringFallSpec():
            return find_fall_with_injury(spec, chart)
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
        return measurements.find_change(spec, base, chart)
    return gap(spec, "undetermined", NOT_CONCLUDED), ()


# --- the Patient

SEXES = ("male", "female")


def find_demographic(spec: PatientSpec, chart: Chart) -> FindingOrGap:
    """Read age in completed years, sex as recorded, or whether the patient has died."""
    raw = chart.record.patient
    if raw is None:
        return gap(spec, "not-read", chart.unread(spec) or "could not be read"), ()
    read = chart.record.reads.get(spec.key)
    source = Provenance(
        f"Patient/{text(raw.get('id'))}",
        read.origin if read else "fhir",
        "",
        "",
        spec.rule,
    )
    if spec.name == "deceased":
        return _deceased(spec, chart, raw, source), ()
    element = "birthDate" if spec.name == "age" else "gender"
    left_out = {
        name
        for one in chart.record.unreadable
        if one.key == spec.key
        for name in one.concepts
    }
    if element in left_out:
        return gap(spec, "unreadable", f"{element} is not readable", source), ()
    written = text(raw.get(element))
    if not written:
        return gap(spec, "absent", f"{element} is not recorded", source), ()
    if spec.name == "age":
        return _age(spec, chart, written, source), ()
    unclear = gap(spec, "undetermined", "recorded as neither male nor female", source)
    return known(spec, written, source) if written in SEXES else unclear, ()


def _age(
    spec: PatientSpec, chart: Chart, written: str, source: Provenance
) -> Finding | Gap:
    """Age in completed years.

    A birth date without day or month may mean two ages. The older one counts, but
    nothing is chosen for it, and nobody is taken to be old enough for a figure.
    """
    first = chart.calendar.first_day(written)
    last = chart.calendar.last_day(written)
    if first is None or last is None:
        return gap(spec, "unreadable", "birthDate is not a date", source)
    years, least = (_years(born, chart.today) for born in (first, last))
    if not spec.is_plausible(years):
        return gap(spec, "out-of-range", f"{years} years is not plausible", source)
    if least < FRAGILITY_AGE <= years:
        why = "the birth date is not recorded to the day"
        return gap(spec, "undetermined", f"{least} or {years}: {why}", source)
    if first == last:
        return known(spec, float(years), source)
    concern = "The birth date is not recorded to the day."
    is_less_sure = least < OLD <= years
    found = known(
        spec, float(least if is_less_sure else years), source, concerns=(concern,)
    )
    return found._replace(may_reassure=not is_less_sure)


def _years(born: date, today: date) -> int:
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not had_birthday)


def _deceased(
    spec: PatientSpec, chart: Chart, raw: Json, source: Provenance
) -> Finding | Gap:
    """Read `deceased[x]`: a past date or a boolean.

    Most records of living patients omit it.
    """
    died = chart.calendar.moment(raw.get("deceasedDateTime"))
    is_dead = truth(raw.get("deceasedBoolean"))
    if died and died.day > chart.today:
        return gap(spec, "future", "the day of death lies ahead", source)
    if died is None and is_dead is None:
        return gap(spec, "absent", "deceased is not recorded", source)
    return known(
        spec,
        died is not None or is_dead is True,
        source,
        observed=died.day if died else None,
    )


# --- exams: by metadata alone, whether a CT or MRI shows on which something can still
# be measured

DONE = {
    "DiagnosticReport": frozenset(
        {"partial", "preliminary", "final", "amended", "corrected", "appended"}
    ),
    "ImagingStudy": frozenset({"available"}),
    "Procedure": frozenset({"completed"}),
}


def find_exam(spec: ExamSpec, chart: Chart) -> FindingOrGap:
    """Find the newest such exam and its day; otherwise a gap.

    A record without one proves nothing.

    An exam with contrast may be recorded twice, with only one record saying so; that
    whole day is left out.
    """
    kinds = (*EXAM_TYPES, "Procedure") if "procedures" in spec.also_keys else EXAM_TYPES
    done = []
    for one in chart.of_kind(*kinds):
        day = _day_of(one, chart) if one.status in DONE[one.kind] else None
        if day is not None and day <= chart.not_after:
            done.append((day, one))
    refused = {day for day, one in done if one.concepts & set(spec.never)}
    found = [
        (day, one)
        for day, one in done
        if one.concepts & set(spec.value_sets) and day not in refused
    ]
    newest = max((day for day, _ in found), default=None)
    if newest is None:
        return _without(spec, chart, refused), ()
    printed = f"{spec.title.partition(' ')[0]} of {say_date(newest)}"
    seen = [one.source(spec, printed) for day, one in found if day == newest]
    if spec.usable_days and (chart.today - newest).days > spec.usable_days:
        age = age_in_words(newest, chart.today)
        return gap(spec, "stale", f"{age} old, too old to use", *seen), ()
    return known(spec, True, *seen, observed=newest), ()


def _without(spec: ExamSpec, chart: Chart, refused: set[date]) -> Gap:
    if refused:
        return gap(spec, "other-method", f"with contrast ({say_date(max(refused))})")
    if unread := chart.unread(spec):
        return gap(spec, "not-read", unread)
    return gap(spec, "absent", "none on record")


def _day_of(exam: Entry, chart: Chart) -> date | None:
    if exam.kind == "ImagingStudy":
        return chart.calendar.first_day(exam.raw.get("started"))
    done = chart.calendar.effective(
        exam.raw, "performed" if exam.kind == "Procedure" else "effective"
    )
    return done.day if done else None


# --- the encounter of the signing

# HL7 ActCode. An emergency (EMER) may become either.
INPATIENT, CLINIC = (
    frozenset({"IMP", "ACUTE", "NONAC", "OBSENC"}),
    frozenset({"AMB", "VR", "HH"}),
)
VOID_ENCOUNTER = frozenset({"entered-in-error", "cancelled"})


def find_place(spec: PlaceSpec, chart: Chart) -> FindingOrGap:
    """Read where the patient is cared for from the class of the encounter."""
    encounters = [
        one for one in chart.of_kind("Encounter") if one.status not in VOID_ENCOUNTER
    ]
    for encounter in encounters:
        code = text(member(encounter.raw, "class", "code")).upper()
        source = encounter.source(spec, f"class {code}")
        if code in INPATIENT:
            return known(spec, "inpatient", source), ()
        if code in CLINIC:
            return known(spec, "clinic", source), ()
    if encounters:
        return gap(spec, "undetermined", "the class of the encounter does not say"), ()
    return gap(spec, "absent", "no encounter was read"), ()


# --- answers: yes/no findings and categories from boolean, coded or free-text
# Observations

YES_OR_NO = frozenset({"answer-yes", "answer-no"})


def find_answer(spec: AnswerSpec, chart: Chart) -> FindingOrGap:
    """Read a yes/no finding or a category from the newest answer.

    It is coded, a boolean or free text.
    """
    answered: list[tuple[Moment, str, Reading]] = []
    refused: list[Refused] = []
    for reading in chart.readings_of(spec.value_sets):
        if reading.entry.status in RETRACTED:
            continue
        word = _answer(reading, spec, chart)
        problem = status_problem(reading) or time_problem(reading, chart)
        if problem is None and says_another_measure(reading, spec, chart.terminology):
            problem = ANOTHER_MEASURE
        if word is None and problem is None:
            problem = ("no-value", "no answer that we know")
        if problem or word is None:
            why = problem or ("no-value", "no answer that we know")
            refused.append(
                Refused(reading=reading, reason=why[0], why=why[1], printed="")
            )
        elif reading.entry.moment is not None:
            answered.append((reading.entry.moment, word, reading))
    return _pick_answer(
        spec,
        chart,
        answered,
        sorted(refused, key=measurements.refused_by_time, reverse=True),
    )


def _answer(reading: Reading, spec: AnswerSpec, chart: Chart) -> str | None:
    """`true`, `false` or the category in our spelling."""
    holder = reading.holder
    if spec.kind == "boolean" and isinstance(holder.get("valueBoolean"), bool):
        return "true" if holder["valueBoolean"] else "false"
    coded = holder.get("valueCodeableConcept")
    terminology = chart.terminology
    if spec.answers and (found := terminology.translate(spec.answers, coded)):
        return found[0] if len(found) == 1 else None
    words = [text(holder.get("valueString")), *texts_of(coded)]
    return next(
        (answer for word in words if (answer := _written_answer(word, spec, chart))),
        None,
    )


def _written_answer(word: str, spec: AnswerSpec, chart: Chart) -> str | None:
    if spec.kind == "category":
        letter = word.strip().upper()
        letters = chart.terminology.answers(spec.answers or "")
        return letter if letter in letters else None
    named = chart.terminology.text_concepts(word, YES_OR_NO)
    if len(named) != 1:
        return None
    return "true" if "answer-yes" in named else "false"


def _pick_answer(
    spec: AnswerSpec,
    chart: Chart,
    answered: Sequence[tuple[Moment, str, Reading]],
    refused: Sequence[Refused],
) -> FindingOrGap:
    passed = (*chart.broken(spec), *(one.passed_over(spec) for one in refused))
    usable = [one for one in answered if not measurements.is_stale(one[0], spec, chart)]
    if not usable:
        return _no_answer(spec, chart, answered, refused), passed
    day = max(moment.day for moment, _, _ in usable)
    of_day = [one for one in usable if one[0].day == day]
    last = max(moment for moment, _, _ in of_day)
    newest = (
        of_day
        if any(not moment.instant for moment, _, _ in of_day)
        else [one for one in of_day if one[0] == last]
    )
    seen = tuple(reading.provenance(spec, word) for _, word, reading in newest)
    words = {word for _, word, _ in newest}
    if len(words) > 1:
        return gap(
            spec, "conflicting", f"two answers on {say_date(day)}", *seen
        ), passed
    aged = measurements.age_concern(spec, chart, day)
    unknown = measurements.method_concern(spec, chart, [newest[0][2]])
    value = _as_value(words.pop(), spec)
    concerns = (*aged, *unknown)
    found = known(spec, value, seen[0], observed=day, concerns=concerns)
    return found._replace(may_reassure=not concerns), passed


def _no_answer(
    spec: AnswerSpec,
    chart: Chart,
    answered: Sequence[tuple[Moment, str, Reading]],
    refused: Sequence[Refused],
) -> Gap:
    if answered:
        newest = max(answered, key=lambda one: (one[0], one[2].entry.reference))
        age = age_in_words(newest[0].day, chart.today)
        old = gap(
            spec,
            "stale",
            f"{age} old, too old to use",
            newest[2].provenance(spec, newest[1]),
        )
        return old._replace(value=_as_value(newest[1], spec), observed=newest[0].day)
    return measurements.nothing_usable(spec, chart, (), refused)


def _as_value(word: str, spec: AnswerSpec) -> bool | str:
    return word == "true" if spec.kind == "boolean" else word
