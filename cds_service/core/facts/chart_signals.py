"""Signals of the chart that a surgeon would miss, with the words to say them.

`WORDS` lists the words of each signal. A word that is not known is empty, and phrases
do without it. `fact` is the shortest form, for a line of several facts; `Fact` is the
same with a capital.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import floor

from cds_service.core.derivations.computed import MNA_MALNOURISHED
from cds_service.core.derivations.sarcopenia import GAIT, GRIP, RULERS, is_low, written
from cds_service.core.drugs.bone_drugs import (
    FORBIDDEN_BY,
    FORBIDDING,
    KINDS,
    LEAST_CLEARANCE,
    MAY_BE_SWALLOWED,
    TUMOUR_DOSES,
)
from cds_service.core.facts.situation import Signal, SignalEntry, Situation, signal
from cds_service.core.findings import CautionKind, DrugAllergy, Finding, LabelCaution
from cds_service.core.risk.grave_findings import entries_behind
from cds_service.core.risk.open_points import (
    LOW_CLEARANCE,
    SEVERE_EGFR,
    SEVERELY_FRAIL,
    are_kidneys_open,
)
from cds_service.core.words.phrases import Day, in_brackets, joined, say
from cds_service.core.words.wording import (
    NUMBER_WORDS,
    capital,
    month_text,
    near_date_text,
    number_text,
    number_word,
    with_unit,
)

# By signal: an example of its `because`, and its words besides `fact` and `Fact`.
WORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "spinal-infection": ("spinal infection (discitis, 12 Nov)", ("what", "date")),
    "sepsis": ("sepsis (18 Nov)", ("date",)),
    "new-deficit": ("leg weakness (19 Nov)", ("date",)),
    "bone-malignancy": ("myeloma (2021)", ("year", "specialist")),
    "recent-cancer": ("breast cancer (2023)", ("year",)),
    "old-cancer": ("breast cancer 2011", ("year",)),
    "old-cancer-open": ("not excluded (2011)", ("year",)),
    "three-levels": ("three fractures at once", ("count",)),
    "second-fracture-two-years": (
        "second vertebral fracture in 2 years (L3, Nov 2024)",
        ("nth", "Nth", "where", "level", "month"),
    ),
    "hip-fracture-two-years": ("hip fracture Aug 2026", ("month",)),
    "two-levels": ("two fractures at once", ("count",)),
    "older-fracture": ("earlier vertebral fracture (2020)", ("year", "level")),
    "kidney-failure": ("dialysis", ()),
    "bone-drug-caution": (
        "hypocalcaemia (12 Nov)",
        ("drug", "drugs", "date", "cause", "ordered"),
    ),
    "acute-kidney-failure": ("acute kidney failure (19 Nov)", ("date",)),
    "oesophagus-disease": ("disease of the oesophagus (19 Nov)", ("date",)),
    "weak-muscle": ("weak grip (14 kg), BMI 18.1", ("first",)),
    "falls": ("two falls this year", ()),
    "dementia-or-frailty": ("severe dementia", ()),
    "high-energy-cause": ("ladder fall", ()),
    "parkinson": ("Parkinson's disease", ()),
    "aged-80": ("age 86", ("age",)),
    "dxa-within-year": ("DXA report of 21 Oct", ("date",)),
    "care-home": ("care home", ()),
}
# The name of a drug of which no more is known.
MAY_BE_ANY = "bone drug"
# Types of resources that may leave a warning of a label open.
LEAVE_OPEN = frozenset(
    {
        "Condition",
        "Encounter",
        "Medication",
        "MedicationAdministration",
        "MedicationDispense",
        "MedicationRequest",
        "MedicationStatement",
    }
)
TWO_YEARS = timedelta(days=731)
YEAR = timedelta(days=366)
BMI_LOW = 18.5  # kg/m2: underweight (WHO)
OLD_AGE = 80  # years
SECOND = "second"
# States of a bone drug that another fact lets go on, or doses.
GOES_ON = frozenset(
    {
        "denosumab-due",
        "denosumab-in-time",
        "long-on-drug",
        "early-on-drug",
        "drug-started-for-fracture",
    }
)


def _signal(fact: str, *findings: Finding, because: str = "", **words: str) -> Signal:
    """Make a signal; `fact` is its shortest form, also if `because` is empty."""
    signal_words = {"fact": fact, "Fact": capital(fact), **words}
    return Signal(because or fact, findings, words=signal_words)


def _date(finding: Finding, situation: Situation) -> str:
    """Write `19 Nov`, or the month or year alone if no more is known."""
    if finding.observed is None or finding.dated_to != "day":
        return _month(finding)
    return near_date_text(finding.observed, situation.today)


def _month(finding: Finding) -> str:
    """Write `Nov 2024`, or the year alone if no more is known."""
    if finding.observed is None or finding.dated_to == "year":
        return _year(finding)
    return month_text(finding.observed)


def _month_if_old(finding: Finding, situation: Situation) -> str:
    """Write `Jan 2026`, of a value that is no longer fresh."""
    is_old = situation.wording.is_old(finding, situation.today)
    return _month(finding) if is_old else ""


def _true(situation: Situation, name: str) -> Finding | None:
    if not situation.findings.is_true(name):
        return None
    return situation.findings.known[name]


def _year(finding: Finding) -> str:
    return Day(finding.observed, "year") if finding.observed else ""


@signal("spinal-infection")
def _spinal_infection(situation: Situation) -> Signal | None:
    """Find an infection that is active, ended lately, or is the order's reason (F1)."""
    finding = _true(situation, "present-spinal-infection")
    if finding is None:
        return None
    date_ = _date(finding, situation)
    infection = say("spinal infection")
    what = joined((finding.label, date_))
    because = in_brackets(infection, what)
    fact = finding.label or infection
    infected = _signal(fact, finding, because=because, what=what, date=date_)
    return _with_entries("spinal-infection", infected, situation)


@signal("sepsis")
def _sepsis(situation: Situation) -> Signal | None:
    sepsis = _dated(situation, "sepsis", say("sepsis"))
    return _with_entries("sepsis", sepsis, situation)


@signal("new-deficit")
def _new_deficit(situation: Situation) -> Signal | None:
    deficit = _dated(situation, "new-deficit", say("neurological deficit"))
    return _with_entries("new-deficit", deficit, situation)


def _dated(situation: Situation, name: str, otherwise: str) -> Signal | None:
    finding = _true(situation, name)
    if finding is None:
        return None
    fact, date_ = finding.label or otherwise, _date(finding, situation)
    return _signal(fact, finding, because=in_brackets(fact, date_), date=date_)


def _with_entries(
    name: str, grave: Signal | None, situation: Situation
) -> Signal | None:
    """Add the entries behind a grave fact: a new or changed one opens it again."""
    if grave is None:
        return None
    names = entries_behind(name, situation.findings)
    return grave._replace(entries=situation.entries_of(names))


@signal("bone-malignancy")
def _bone_malignancy(situation: Situation) -> Signal | None:
    finding = _true(situation, "bone-malignancy")
    if finding is None:
        return None
    fact, year = finding.label or say("malignancy of bone"), _year(finding)
    is_of_blood = fact == "myeloma"
    specialist = say("haematology") if is_of_blood else say("oncology")
    because = in_brackets(fact, year)
    words = {"year": year, "specialist": specialist}
    malignancy = _signal(fact, finding, because=because, **words)
    return _with_entries("bone-malignancy", malignancy, situation)


@signal("recent-cancer")
def _recent_cancer(situation: Situation) -> Signal | None:
    finding = _true(situation, "recent-cancer")
    if finding is None:
        return None
    fact, year = finding.label or say("cancer"), _year(finding)
    cancer = _signal(fact, finding, because=in_brackets(fact, year), year=year)
    return _with_entries("recent-cancer", cancer, situation)


@signal("old-cancer")
def _old_cancer(situation: Situation) -> Signal | None:
    """Find an old cancer, unless the record has a recent one too."""
    finding = _true(situation, "old-cancer")
    recent = _true(situation, "recent-cancer")
    if finding is None or (recent and recent.label == finding.label):
        return None
    fact, year = finding.label or say("cancer"), _year(finding)
    return _signal(fact, finding, because=joined((fact, year), " "), year=year)


@signal("old-cancer-open")
def _old_cancer_open(situation: Situation) -> Signal | None:
    """Find what may have been a cancer long ago: an operation, or a report."""
    gap = situation.findings.gaps.get("old-cancer")
    if gap is None or not gap.observed or _true(situation, "recent-cancer"):
        return None
    fact, year = say("not excluded"), Day(gap.observed, "year")
    return _signal(fact, because=in_brackets(fact, year), year=year)


def _broken(index: Finding) -> int:
    return len(index.site.split(", ")) if index.site else 0


@signal("three-levels")
def _three_levels(situation: Situation) -> Signal | None:
    return _at_once(situation, 3, 99)


@signal("two-levels")
def _two_levels(situation: Situation) -> Signal | None:
    return _at_once(situation, 2, 2)


def _at_once(situation: Situation, least: int, most: int) -> Signal | None:
    """Find so many levels that the order treats, or that broke within a month."""
    known = situation.findings.known
    counts: list[tuple[int, tuple[Finding, ...]]] = []
    if ordered := known.get("level-count"):
        counts.append((int(float(ordered.value)), (ordered,)))
    if index := known.get("index-fracture"):
        counts.append((_broken(index), (index,)))
    counts.append((len(situation.reported_levels), ()))
    count, findings = max(counts, key=lambda pair: pair[0])
    if not least <= count <= most:
        return None
    word = number_word(count)
    fact = say("{count} fractures at once", count=word)
    return _signal(fact, *findings, count=word)


def _earlier_fracture(situation: Situation) -> Finding | None:
    """Find the newest earlier fracture, or a newer augmentation, which proves one."""
    names = ("prior-vertebral-fracture", "prior-augmentation")
    fractures = filter(None, (_true(situation, name) for name in names))
    return max(
        fractures, key=lambda finding: finding.observed or date.min, default=None
    )


@signal("second-fracture-two-years")
def _second_fracture(situation: Situation) -> Signal | None:
    fracture = _earlier_fracture(situation)
    if fracture is None or not _is_within(fracture.last_day, situation, TWO_YEARS):
        return None
    # The label counts all of them: `third vertebral fracture in 6 years`.
    is_all_recent = _is_within(fracture.since, situation, TWO_YEARS) and fracture.label
    nth = fracture.label.split()[0] if is_all_recent else SECOND
    month = _month(fracture)
    where = joined((fracture.site, month))
    fact = say("{nth} vertebral fracture in 2 years", nth=nth)
    return _signal(
        fact,
        fracture,
        because=in_brackets(fact, where),
        nth=nth,
        Nth=capital(nth),
        where=where,
        level=fracture.site,
        month=month,
    )


def _is_within(day: date | None, situation: Situation, time: timedelta) -> bool:
    return day is not None and situation.today - day <= time


@signal("older-fracture")
def _older_fracture(situation: Situation) -> Signal | None:
    fracture = _earlier_fracture(situation)
    if fracture is None or _is_within(fracture.last_day, situation, TWO_YEARS):
        return None
    fact, year = say("earlier vertebral fracture"), _year(fracture)
    because = in_brackets(fact, year)
    return _signal(fact, fracture, because=because, year=year, level=fracture.site)


@signal("hip-fracture-two-years")
def _hip_fracture(situation: Situation) -> Signal | None:
    fracture = _true(situation, "hip-fracture")
    if fracture is None:
        return None
    month = _month(fracture)
    fact = joined((say("hip fracture"), month), " ")
    return _signal(fact, fracture, month=month)


@signal("kidney-failure")
def _kidney_failure(situation: Situation) -> Signal | None:
    """Find dialysis, else a measured filtration or clearance, else a stage on a list.

    A low clearance counts unless a newer filtration is not low.
    """
    disease = _true(situation, "severe-kidney-disease")
    if disease and disease.label == "dialysis":
        return _signal(say("dialysis"), disease)
    low = _low_filtration(situation)
    if low:
        return low
    return _signal(say("severe kidney disease"), disease) if disease else None


@signal("bone-drug-caution")
def _bone_drug_caution(situation: Situation) -> Signal | None:
    """Find what a label warns of, next to a bone drug that is to go on.

    Low calcium must be put right before a dose, and a harm of the drug counts for ever.
    With nothing else to warn of, kidneys of which too little is known are named.
    """
    words = _drug_going_on(situation)
    if words is None:
        return _caution_of_stopped_drug(situation)
    cautions = list(_label_warnings(words["drug"], situation))
    if oesophagus := _oesophagus_disease(situation):
        if not cautions and words["drug"] not in MAY_BE_SWALLOWED:
            words |= _other_tablet(situation)
        if words["drug"] in MAY_BE_SWALLOWED:
            cautions.append(oesophagus)
    # Without low calcium or a harm, F14 asks about a drug ordered now, or F21 says so.
    are_kidneys_asked = not words["ordered"] and not _kidney_failure(situation)
    acute = _acute_kidney_failure(situation) if are_kidneys_asked else None
    if acute:
        cautions.append(acute)
    if cautions:
        return _drug_caution(cautions, words, situation)
    if are_kidneys_asked and are_kidneys_open(situation.findings):
        fact = say("kidney function unclear")
        entries = (SignalEntry("kidneys", words["drug"]),)
        unclear = _signal(fact, date="", cause="kidneys", **words)
        return unclear._replace(entries=entries)
    return None


def _drug_going_on(situation: Situation) -> dict[str, str] | None:
    """Return words for the bone drug that is to go on; None if there is none.

    At a discharge a drug that is only ordered goes on, too: it is taken at home. So
    does one that is ordered now, or whose order is in force, whatever else is said of
    bone drugs: it is checked next to low calcium or a harm, and no dose is asked for.
    """
    state = situation.drug_state
    is_leaving = situation.leaving is not None
    is_for_home = is_leaving and state.signal == "drug-without-dose"
    if state.signal in GOES_ON or is_for_home:
        return {"drug": state.words["drug"], "drugs": state.clause, "ordered": ""}
    ordered = _ordered_drug(situation)
    return dict(ordered) if ordered else None


def _caution_of_stopped_drug(situation: Situation) -> Signal | None:
    """Find what the label of a drug that was stopped warns of, were it restarted."""
    state = situation.drug_state
    if state.signal != "drug-stopped":
        return None
    words = {"drug": state.words["drug"], "drugs": state.clause, "ordered": ""}
    warnings = [*_label_warnings(words["drug"], situation)]
    return _drug_caution(warnings, words, situation) if warnings else None


def _label_warnings(drug: str, situation: Situation) -> Iterator[Signal]:
    """Yield a signal for low calcium, for a harm of a bone drug, and for an allergy.

    What a diagnosis or a reason leaves in doubt lets no drug go on.
    """
    if allergies := _allergies_to(drug, situation):
        sure = [one for one in allergies if one.is_sure]
        named = (sure or allergies)[0].drug
        form = "allergy to {drug}" if sure else "possible allergy to {drug}"
        entries = situation.entries_of(one.resource for one in allergies)
        yield _signal(say(form, drug=named), date="")._replace(entries=entries)
    doubts = {
        "hypocalcaemia": say("possible hypocalcaemia"),
        "bone-drug-harm": say("possible harm to jaw or femur"),
    }
    for name, doubt in doubts.items():
        if finding := _true(situation, name):
            fact, date_ = finding.label or say(name), _date(finding, situation)
            because = in_brackets(fact, date_)
            yield _signal(fact, finding, because=because, date=date_)
        elif names := _left_open_by(name, situation):
            yield _signal(doubt, date="")._replace(entries=situation.entries_of(names))
    yield from _forbidding(drug, situation)
    if slow := _slow_clearance(drug, situation):
        yield slow


def _forbidding(drug: str, situation: Situation) -> Iterator[Signal]:
    """Yield what the record holds of what the label of a drug forbids."""
    forbidden_by = FORBIDDEN_BY.get(drug, "")
    malignancy = _bone_malignancy(situation) if forbidden_by == "calcium" else None
    if malignancy:
        yield malignancy._replace(words={**malignancy.words, "date": ""})
    for kind in FORBIDDING.get(forbidden_by, ()):
        if cautions := _cautions_of(kind, situation):
            yield _of_record(cautions, situation)
    warns_of_low = drug in KINDS and forbidden_by != "calcium"
    is_named = _true(situation, "hypocalcaemia") or _left_open_by(
        "hypocalcaemia", situation
    )
    low = _cautions_of("low-calcium", situation)
    if low and warns_of_low and not is_named:
        yield _of_record(low, situation)
    others: tuple[CautionKind, ...] = ("pregnancy",)
    if drug in MAY_BE_SWALLOWED:
        others = ("stomach", "pregnancy")
    for kind in others:
        if cautions := _cautions_of(kind, situation):
            yield _of_record(cautions, situation)


def _cautions_of(kind: CautionKind, situation: Situation) -> list[LabelCaution]:
    """Return the diagnoses of a kind: the sure ones first, and of them the newest."""
    cautions = situation.findings.bone_drugs.cautions
    return sorted(
        (one for one in cautions if one.kind == kind),
        key=lambda one: (one.is_sure, one.day or date.min, one.resource),
        reverse=True,
    )


def _of_record(cautions: Sequence[LabelCaution], situation: Situation) -> Signal:
    """Name the first diagnosis with its day; an answer is to all of them."""
    first = cautions[0]
    fact = first.name if first.is_sure else say("possible {what}", what=first.name)
    when = _when(first, situation)
    entries = situation.entries_of(one.resource for one in cautions)
    named = _signal(fact, because=in_brackets(fact, when), date=when)
    return named._replace(entries=entries)


def _when(caution: LabelCaution, situation: Situation) -> str:
    """Write its day, or that it is only the one of the record, or not known."""
    if caution.day is None:
        return say("on record")
    day = near_date_text(caution.day, situation.today)
    if caution.dated_to == "month":
        day = month_text(caution.day)
    elif caution.dated_to == "year":
        day = Day(caution.day, "year")
    return say("recorded {day}", day=day) if caution.is_recording else day


def _slow_clearance(drug: str, situation: Situation) -> Signal | None:
    """Find kidneys that are too slow for one drug.

    At the signing F21 names those that fail. When leaving the drug goes on at home.
    """
    least = LEAST_CLEARANCE.get(drug)
    if least is None:
        return None
    if failing := _kidney_failure(situation):
        return None if situation.leaving is None else failing
    return _low_filtration(situation, least, least)


def _allergies_to(drug: str, situation: Situation) -> list[DrugAllergy]:
    """Return the allergies to a drug, or to another one of its kind.

    That to a bisphosphonate may be to each of them. A drug that is known by its group
    may be any of the group.
    """
    drugs = situation.findings.bone_drugs
    kind = next((one.kind for one in drugs.uses if one.name == drug), "other")
    return [
        one
        for one in drugs.allergies
        if drug == one.drug
        or MAY_BE_ANY in (drug, one.drug)
        or one.kind == kind == "bisphosphonate"
    ]


def _left_open_by(name: str, situation: Situation) -> frozenset[str]:
    """Return the diagnoses and reasons that name a finding and leave it open."""
    gap = situation.findings.gaps.get(name)
    if gap is None or not gap.is_mentioned:
        return frozenset()
    return frozenset(
        source.resource
        for source in gap.provenance
        if source.resource.partition("/")[0] in LEAVE_OPEN
    )


def _drug_caution(
    cautions: Sequence[Signal], words: Mapping[str, str], situation: Situation
) -> Signal:
    """Name all of these next to the drug; an answer is to each of them, and to it."""
    fact = joined((one.words["fact"] for one in cautions), " and ")
    because = joined((one.because for one in cautions), " and ")
    evidence = [finding for one in cautions for finding in one.evidence]
    findings = [finding for finding in evidence if isinstance(finding, Finding)]
    are_kidneys_alone = cautions[0].words["fact"] == say("acute kidney failure")
    names = {source.resource for one in findings for source in one.provenance}
    names |= {entry.name for one in cautions for entry in one.entries}
    entries = tuple(
        entry._replace(name=f"{entry.name} {words['drug']}")
        for entry in situation.entries_of(names)
    )
    caution = _signal(
        fact,
        *findings,
        because=because,
        date=cautions[0].words.get("date", ""),
        cause="kidneys" if are_kidneys_alone else "",
        **words,
    )
    return caution._replace(entries=entries)


def _ordered_drug(situation: Situation) -> Mapping[str, str] | None:
    """Return words for a bone drug that is ordered and may be given next, if any.

    If a drug is one against tumours, the card asks what it is for, unless it is ordered
    now.
    """
    state = situation.drug_state
    use = state.use
    is_asked = state.signal == "drug-without-dose" and use is not None
    if use and is_asked and use.orders.is_signed_now:
        return {"drug": use.name, "drugs": state.clause, "ordered": "now"}
    for other in situation.findings.bone_drugs.uses:
        if other.orders.is_signed_now:
            ordered = say("{drug} ordered", drug=other.name)
            return {"drug": other.name, "drugs": ordered, "ordered": "now"}
    is_known = use is not None and not use.is_open and use.name not in TUMOUR_DOSES
    if use and is_asked and is_known and (use.orders.is_standing or use.is_listed):
        return {"drug": use.name, "drugs": state.clause, "ordered": "before"}
    return None


def _other_tablet(situation: Situation) -> Mapping[str, str]:
    """Return words for a tablet that is ordered next to the drug that leads, if any."""
    for use in situation.findings.bone_drugs.uses:
        is_ordered = use.orders.is_signed_now or use.orders.is_standing
        if use.name in MAY_BE_SWALLOWED and is_ordered:
            ordered = say("{drug} ordered", drug=use.name)
            when = "now" if use.orders.is_signed_now else "before"
            return {"drug": use.name, "drugs": ordered, "ordered": when}
    return {}


@signal("oesophagus-disease")
def _oesophagus_disease(situation: Situation) -> Signal | None:
    """Find what delays or harms the passage of a tablet."""
    disease = _true(situation, "oesophagus-disease")
    if disease is None:
        return None
    fact, date_ = say("disease of the oesophagus"), _date(disease, situation)
    return _signal(fact, disease, because=in_brackets(fact, date_), date=date_)


@signal("acute-kidney-failure")
def _acute_kidney_failure(situation: Situation) -> Signal | None:
    """Find kidneys that failed lately, unless a newer filtration is not low."""
    acute = _true(situation, "acute-kidney-failure")
    egfr = situation.findings.known.get("egfr")
    if acute is None:
        return None
    is_over = egfr and egfr.may_reassure and float(egfr.value) >= SEVERE_EGFR
    if egfr and is_over and _is_as_new(egfr, acute):
        return None
    fact, date_ = say("acute kidney failure"), _date(acute, situation)
    return _signal(fact, acute, because=in_brackets(fact, date_), date=date_)


def _low_filtration(
    situation: Situation,
    least_egfr: float = SEVERE_EGFR,
    least_clearance: float = LOW_CLEARANCE,
) -> Signal | None:
    known = situation.findings.known
    egfr, clearance = known.get("egfr"), known.get("creatinine-clearance")
    if egfr and float(egfr.value) < least_egfr:
        number = egfr.label or _below(least_egfr, float(egfr.value))
        fact = say("eGFR {value}", value=number)
        return _signal(in_brackets(fact, _month_if_old(egfr, situation)), egfr)
    if clearance is None or float(clearance.value) >= least_clearance:
        return None
    if egfr and not _is_as_new(clearance, egfr):
        return None
    number = clearance.label or _below(least_clearance, float(clearance.value))
    fact = say("creatinine clearance {value}", value=number)
    return _signal(in_brackets(fact, _month_if_old(clearance, situation)), clearance)


def _is_as_new(finding: Finding, other: Finding) -> bool:
    """Tell if a finding is not older than another."""
    return (finding.observed or date.min) >= (other.observed or date.min)


def _below(limit: float, value: float) -> str:
    """Write a value under a limit in whole numbers; 29.6 does not read 30."""
    whole = number_text(value, 0)
    return whole if float(whole) < limit else written(floor(value * 10) / 10, 1)


def _measured(situation: Situation, finding: Finding) -> str:
    """Write `14 kg`; `<10 kg` if only a limit is known."""
    decimals = situation.wording.specs[finding.name].decimals
    number = finding.label or written(float(finding.value), decimals)
    return with_unit(number, finding.unit)


@signal("weak-muscle")
def _weak_muscle(situation: Situation) -> Signal | None:
    """Find weak grip, slow gait, sarcopenia, malnutrition, underweight: all that hold.

    Low by the site's definition; weak grip counts even if muscle mass is normal.
    """
    known = situation.findings.known
    ruler = RULERS[situation.policy.sarcopenia.criteria]
    evidence: list[Finding] = []
    weaknesses: list[str] = []
    for name, phrase in ((GRIP, say("weak grip")), (GAIT, say("slow gait"))):
        if is_low(ruler, known, name):
            evidence.append(known[name])
            month = _month_if_old(known[name], situation)
            value = _measured(situation, known[name])
            weaknesses.append(in_brackets(phrase, value, month))
    if not weaknesses and (diagnosis := _true(situation, "sarcopenia-site")):
        evidence.append(diagnosis)
        weaknesses.append(say("sarcopenia"))
    for name, limit in (("mna-score", MNA_MALNOURISHED), ("bmi", BMI_LOW)):
        number = situation.findings.number(name)
        if number is not None and number < limit:
            evidence.append(known[name])
            month = _month_if_old(known[name], situation)
            value = situation.wording.short_phrase(known[name])
            weaknesses.append(in_brackets(value, month))
    category = known.get("mna-category")
    if category and category.value == "C" and "mna-score" in situation.findings.gaps:
        evidence.append(category)
        weaknesses.append(say("malnourished (MNA category C)"))
    if not weaknesses:
        return None
    first = weaknesses[0]
    return _signal(first, *evidence, because=joined(weaknesses), first=first)


@signal("falls")
def _falls(situation: Situation) -> Signal | None:
    """Find falls of the last 12 months.

    An entry that a list calls active may be old: its day decides. Falls without a day
    count, but no number is said of them.
    """
    several = _true(situation, "repeated-falls")
    is_recent = several is not None and _is_within(several.observed, situation, YEAR)
    if several is None or (several.observed and not is_recent):
        return _dated(situation, "fall-with-injury", say("fall with injury"))
    if not is_recent or several.label.partition(" ")[0] not in NUMBER_WORDS:
        return _signal(say("repeated falls"), several)
    first = several.since or several.observed
    is_this_year = first is not None and first.year == situation.today.year
    form = "{falls} this year" if is_this_year else "{falls} in 12 months"
    because = say(form, falls=several.label)
    return _signal(several.label, several, because=because)


@signal("dementia-or-frailty")
def _dementia_or_frailty(situation: Situation) -> Signal | None:
    for name in ("dementia", "severe-frailty"):
        if finding := _true(situation, name):
            return _signal(finding.label or name.replace("-", " "), finding)
    score = situation.findings.known.get("frailty-score")
    if score is None or float(score.value) < SEVERELY_FRAIL:
        return None
    points = number_text(float(score.value), 0)
    scale = say("Clinical Frailty Scale {points}", points=points)
    month = _month_if_old(score, situation)
    fact = say("severe frailty")
    return _signal(fact, score, because=in_brackets(fact, scale, month))


@signal("high-energy-cause")
def _high_energy_cause(situation: Situation) -> Signal | None:
    finding = _true(situation, "high-energy-cause")
    if finding is None:
        return None
    return _signal(finding.label or say("high-energy cause"), finding)


@signal("parkinson")
def _parkinson(situation: Situation) -> Signal | None:
    finding = _true(situation, "parkinson")
    return _signal(say("Parkinson's disease"), finding) if finding else None


@signal("care-home")
def _care_home(situation: Situation) -> Signal | None:
    finding = _true(situation, "care-home")
    return _signal(say("care home"), finding) if finding else None


@signal("aged-80")
def _aged(situation: Situation) -> Signal | None:
    age = situation.findings.known.get("age")
    if age is None or float(age.value) < OLD_AGE:
        return None
    years = f"{float(age.value):.0f}"
    return _signal(say("age {age}", age=years), age, age=years)


@signal("dxa-within-year")
def _dxa_within_year(situation: Situation) -> Signal | None:
    """Find a DXA report, or a T-score, of the last 12 months: no scan is offered."""
    report = _true(situation, "dxa-report")
    t_score = situation.findings.known.get("bmd-t-score")
    for finding, fact in ((report, say("DXA report")), (t_score, say("T-score"))):
        if finding and _is_within(finding.observed, situation, YEAR):
            date_ = _date(finding, situation)
            return _signal(
                fact,
                finding,
                because=say("{exam} of {day}", exam=fact, day=date_),
                date=date_,
            )
    return None
