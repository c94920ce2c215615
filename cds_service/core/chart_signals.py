"""Signals of the chart: what a surgeon would miss, with the words to say it.

A signal's `words` are those of `WORDS`; a word that is not known is empty, and then
phrases do without it. `fact` is the shortest form, for a line of several facts; `Fact`
is the same with a large letter.
"""

from collections.abc import Mapping
from datetime import date, timedelta

from cds_service.core.findings import Finding
from cds_service.core.months import months_before
from cds_service.core.open_points import SEVERELY_FRAIL
from cds_service.core.phrases import Day, in_brackets, joined, say
from cds_service.core.sarcopenia import GAIT, GRIP, RULERS, is_low, written
from cds_service.core.situation import Signal, Situation, signal
from cds_service.core.wording import (
    NUMBER_WORDS,
    capital,
    number_word,
    say_month,
    say_near_date,
    say_number,
    with_unit,
)

# By signal: what its `because` reads like, and its words beside `fact` and `Fact`.
WORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "spinal-infection": ("spinal infection (discitis, 12 Nov)", ("what", "date")),
    "sepsis": ("sepsis (18 Nov)", ("date",)),
    "new-deficit": ("leg weakness (19 Nov)", ("date",)),
    "bone-malignancy": ("myeloma (2021)", ("year", "specialist")),
    "recent-cancer": ("breast cancer (2023)", ("year",)),
    "old-cancer": ("breast cancer 2011", ("year",)),
    "three-levels": ("three fractures at once", ("count",)),
    "second-fracture-two-years": (
        "second vertebral fracture in 2 years (L3, Nov 2024)",
        ("nth", "Nth", "where", "level", "month"),
    ),
    "hip-fracture-two-years": ("hip fracture Aug 2026", ("month",)),
    "two-levels": ("two fractures at once", ("count",)),
    "older-fracture": ("earlier vertebral fracture (2020)", ("year", "level")),
    "kidney-failure": ("dialysis", ()),
    "weak-muscle": ("weak grip (14 kg), BMI 18.1", ("first",)),
    "falls": ("two falls this year", ()),
    "dementia-or-frailty": ("severe dementia", ()),
    "high-energy-cause": ("ladder fall", ()),
    "parkinson": ("Parkinson's disease", ()),
    "aged-80": ("age 86", ("age",)),
    "dxa-within-year": ("DXA report of 21 Oct", ("date",)),
    "care-home": ("care home", ()),
}
TWO_YEARS = timedelta(days=731)
YEAR = timedelta(days=366)
MNA_LOW = 17.0  # category C: malnourished
BMI_LOW = 18.5  # kg/m2: underweight (WHO)
EGFR_LOW = 30.0
OLD_AGE = 80
SECOND = "second"


def _signal(fact: str, *findings: Finding, because: str = "", **words: str) -> Signal:
    """A signal with its shortest form among its words."""
    said = {"fact": fact, "Fact": capital(fact), **words}
    return Signal(because or fact, findings, words=said)


def _date(finding: Finding, situation: Situation) -> str:
    """`19 Nov`, or the month or year alone where no more is known."""
    if finding.observed is None or finding.dated_to != "day":
        return _month(finding)
    return say_near_date(finding.observed, situation.today)


def _month(finding: Finding) -> str:
    """`Nov 2024`, or the year alone where no more is known."""
    if finding.observed is None or finding.dated_to == "year":
        return _year(finding)
    return say_month(finding.observed)


def _month_if_old(finding: Finding, situation: Situation) -> str:
    """`Jan 2026`, of a value that is no longer fresh."""
    return _month(finding) if situation.wording.is_old(finding, situation.today) else ""


def _true(situation: Situation, name: str) -> Finding | None:
    if not situation.findings.is_true(name):
        return None
    return situation.findings.known[name]


def _year(finding: Finding) -> str:
    return Day(finding.observed, "year") if finding.observed else ""


@signal("spinal-infection")
def _spinal_infection(situation: Situation) -> Signal | None:
    """Active or over for at most 90 days; also what the order gives as its reason."""
    found = _true(situation, "present-spinal-infection")
    if found is None:
        return None
    date_ = _date(found, situation)
    infection = say("spinal infection")
    what = joined((found.label, date_))
    because = in_brackets(infection, what)
    fact = found.label or infection
    return _signal(fact, found, because=because, what=what, date=date_)


@signal("sepsis")
def _sepsis(situation: Situation) -> Signal | None:
    return _dated(situation, "sepsis", say("sepsis"))


@signal("new-deficit")
def _new_deficit(situation: Situation) -> Signal | None:
    return _dated(situation, "new-deficit", say("neurological deficit"))


def _dated(situation: Situation, name: str, otherwise: str) -> Signal | None:
    found = _true(situation, name)
    if found is None:
        return None
    fact, date_ = found.label or otherwise, _date(found, situation)
    return _signal(fact, found, because=in_brackets(fact, date_), date=date_)


@signal("bone-malignancy")
def _bone_malignancy(situation: Situation) -> Signal | None:
    found = _true(situation, "bone-malignancy")
    if found is None:
        return None
    fact, year = found.label or say("malignancy of bone"), _year(found)
    is_of_blood = fact == "myeloma"
    specialist = say("haematology") if is_of_blood else say("oncology")
    because = in_brackets(fact, year)
    return _signal(fact, found, because=because, year=year, specialist=specialist)


@signal("recent-cancer")
def _recent_cancer(situation: Situation) -> Signal | None:
    found = _true(situation, "recent-cancer")
    if found is None:
        return None
    fact, year = found.label or say("cancer"), _year(found)
    return _signal(fact, found, because=in_brackets(fact, year), year=year)


@signal("old-cancer")
def _old_cancer(situation: Situation) -> Signal | None:
    """One that is not on record as recent too."""
    found, recent = _true(situation, "old-cancer"), _true(situation, "recent-cancer")
    if found is None or (recent and recent.label == found.label):
        return None
    fact, year = found.label or say("cancer"), _year(found)
    return _signal(fact, found, because=joined((fact, year), " "), year=year)


def _broken(index: Finding) -> int:
    return len(index.site.split(", ")) if index.site else 0


@signal("three-levels")
def _three_levels(situation: Situation) -> Signal | None:
    return _at_once(situation, 3, 99)


@signal("two-levels")
def _two_levels(situation: Situation) -> Signal | None:
    return _at_once(situation, 2, 2)


def _at_once(situation: Situation, least: int, most: int) -> Signal | None:
    """As many as the order treats, or the problem list has broken within a month."""
    counts = [
        (int(float(one.value)) if one.name == "level-count" else _broken(one), one)
        for name in ("level-count", "index-fracture")
        if (one := situation.findings.known.get(name))
    ]
    count, levels = max(counts, key=lambda pair: pair[0], default=(0, None))
    if levels is None or not least <= count <= most:
        return None
    word = number_word(count)
    fact = say("{count} fractures at once", count=word)
    return _signal(fact, levels, count=word)


def _earlier_fracture(situation: Situation) -> Finding | None:
    """Find the latest earlier fracture, or the augmentation that proves a later one."""
    names = ("prior-vertebral-fracture", "prior-augmentation")
    found = [one for name in names if (one := _true(situation, name))]
    return max(found, key=lambda one: one.observed or date.min, default=None)


@signal("second-fracture-two-years")
def _second_fracture(situation: Situation) -> Signal | None:
    found = _earlier_fracture(situation)
    if found is None or not _is_within(_last_day(found), situation, TWO_YEARS):
        return None
    # The label counts all of them: `third vertebral fracture in 6 years`.
    is_all_recent = _is_within(found.since, situation, TWO_YEARS) and found.label
    nth = found.label.split()[0] if is_all_recent else SECOND
    month = _month(found)
    where = joined((found.site, month))
    fact = say("{nth} vertebral fracture in 2 years", nth=nth)
    return _signal(
        fact,
        found,
        because=in_brackets(fact, where),
        nth=nth,
        Nth=capital(nth),
        where=where,
        level=found.site,
        month=month,
    )


def _last_day(finding: Finding) -> date | None:
    """Return the last day on which it may have been: `2024` is any day of the year."""
    day = finding.observed
    if day is None or finding.dated_to == "day":
        return day
    if finding.dated_to == "year":
        return date(day.year, 12, 31)
    return months_before(day.replace(day=1), -1) - timedelta(days=1)


def _is_within(day: date | None, situation: Situation, time: timedelta) -> bool:
    return day is not None and situation.today - day <= time


@signal("older-fracture")
def _older_fracture(situation: Situation) -> Signal | None:
    found = _earlier_fracture(situation)
    if found is None or _is_within(_last_day(found), situation, TWO_YEARS):
        return None
    fact, year = say("earlier vertebral fracture"), _year(found)
    because = in_brackets(fact, year)
    return _signal(fact, found, because=because, year=year, level=found.site)


@signal("hip-fracture-two-years")
def _hip_fracture(situation: Situation) -> Signal | None:
    found = _true(situation, "hip-fracture")
    if found is None:
        return None
    month = _month(found)
    fact = joined((say("hip fracture"), month), " ")
    return _signal(fact, found, month=month)


@signal("kidney-failure")
def _kidney_failure(situation: Situation) -> Signal | None:
    """Dialysis, else the measured filtration, else the stage on a list."""
    disease = _true(situation, "severe-kidney-disease")
    if disease and disease.label == "dialysis":
        return _signal(say("dialysis"), disease)
    egfr = situation.findings.known.get("egfr")
    if egfr and float(egfr.value) < EGFR_LOW:
        number = egfr.label or say_number(float(egfr.value), 0)
        fact = say("eGFR {value}", value=number)
        return _signal(in_brackets(fact, _month_if_old(egfr, situation)), egfr)
    return _signal(say("severe kidney disease"), disease) if disease else None


def _measured(situation: Situation, finding: Finding) -> str:
    """`14 kg`; `<10 kg` if only a limit is known."""
    decimals = situation.wording.specs[finding.name].decimals
    number = finding.label or written(float(finding.value), decimals)
    return with_unit(number, finding.unit)


@signal("weak-muscle")
def _weak_muscle(situation: Situation) -> Signal | None:
    """Weak grip, slow gait, sarcopenia, malnutrition, underweight: all that hold.

    Low by the site's definition; weak grip counts even if muscle mass is normal.
    """
    known = situation.findings.known
    ruler = RULERS[situation.policy.sarcopenia.criteria]
    evidence: list[Finding] = []
    said: list[str] = []
    for name, phrase in ((GRIP, say("weak grip")), (GAIT, say("slow gait"))):
        if is_low(ruler, known, name):
            evidence.append(known[name])
            month = _month_if_old(known[name], situation)
            said.append(in_brackets(phrase, _measured(situation, known[name]), month))
    if not said and (diagnosis := _true(situation, "sarcopenia-site")):
        evidence.append(diagnosis)
        said.append(say("sarcopenia"))
    for name, limit in (("mna-score", MNA_LOW), ("bmi", BMI_LOW)):
        value = situation.findings.number(name)
        if value is not None and value < limit:
            evidence.append(situation.findings.known[name])
            value_said = situation.wording.short_phrase(evidence[-1])
            said.append(in_brackets(value_said, _month_if_old(evidence[-1], situation)))
    category = known.get("mna-category")
    if category and category.value == "C" and "mna-score" in situation.findings.gaps:
        evidence.append(category)
        said.append(say("malnourished (MNA category C)"))
    if not said:
        return None
    return _signal(said[0], *evidence, because=joined(said), first=said[0])


@signal("falls")
def _falls(situation: Situation) -> Signal | None:
    """Of the last 12 months; a list's "active" proves nothing of an older day.

    Without a day they count, but no number is said of them.
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
        if found := _true(situation, name):
            return _signal(found.label or name.replace("-", " "), found)
    score = situation.findings.known.get("frailty-score")
    if score is None or float(score.value) < SEVERELY_FRAIL:
        return None
    points = say_number(float(score.value), 0)
    said = say("Clinical Frailty Scale {points}", points=points)
    month = _month_if_old(score, situation)
    fact = say("severe frailty")
    return _signal(fact, score, because=in_brackets(fact, said, month))


@signal("high-energy-cause")
def _high_energy_cause(situation: Situation) -> Signal | None:
    found = _true(situation, "high-energy-cause")
    return _signal(found.label or say("high-energy cause"), found) if found else None


@signal("parkinson")
def _parkinson(situation: Situation) -> Signal | None:
    found = _true(situation, "parkinson")
    return _signal(say("Parkinson's disease"), found) if found else None


@signal("care-home")
def _care_home(situation: Situation) -> Signal | None:
    found = _true(situation, "care-home")
    return _signal(say("care home"), found) if found else None


@signal("aged-80")
def _aged(situation: Situation) -> Signal | None:
    age = situation.findings.known.get("age")
    if age is None or float(age.value) < OLD_AGE:
        return None
    years = f"{float(age.value):.0f}"
    return _signal(say("age {age}", age=years), age, age=years)


@signal("dxa-within-year")
def _dxa_within_year(situation: Situation) -> Signal | None:
    """A report, or a T-score, within 12 months: no other scan is offered."""
    report = _true(situation, "dxa-report")
    t_score = situation.findings.known.get("bmd-t-score")
    for found, fact in ((report, say("DXA report")), (t_score, say("T-score"))):
        if found and _is_within(found.observed, situation, YEAR):
            date_ = _date(found, situation)
            return _signal(
                fact,
                found,
                because=say("{exam} of {day}", exam=fact, day=date_),
                date=date_,
            )
    return None
