"""Named yes/no facts with their evidence; the only thing that rule files can ask for.

A new signal is one function with its `@signal("name")` line. A function returns None when its fact does not hold or
is not known: a gap never becomes a signal, except where the signal is the gap (`bone-drug-unknown`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cds_service.core.assessment import Assessment
from cds_service.core.bracing import find_over_limit, find_undated, is_open_rest, say_long_rest
from cds_service.core.facts import Findings, SupportOrder, SupportOrders
from cds_service.core.policy import Policy
from cds_service.core.recommendations import Correction, Signal
from cds_service.core.sarcopenia import GAIT, GRIP, RULERS, is_low, written
from cds_service.core.study import Cutoff, Study
from cds_service.core.vocabulary import FindingSpec
from cds_service.core.wording import UNITS, Wording, say_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The inputs of a signal."""

    findings: Findings
    support: SupportOrders
    assessment: Assessment
    policy: Policy
    studies: Mapping[str, Study]
    wording: Wording
    today: date


FRAGILITY_AGE = 50  # years; younger patients' vertebrae seldom break by weakness alone (docs/evidence.md)
JUST_STARTED = timedelta(days=30)  # policy
NUMBERS = ("two", "three", "four", "five", "six")

Detector = Callable[[Situation], Signal | None]
SIGNALS: dict[str, Detector] = {}
KEEP = ("unstable-fracture", "stable-burst-fracture", "spinal-instability", "neurological-deficit")  # a longer brace


def signal(name: str) -> Callable[[Detector], Detector]:
    """Register a detector of this module under its signal's name."""

    def register(detector: Detector) -> Detector:
        SIGNALS[name] = detector
        return detector

    return register


def find_signals(situation: Situation) -> tuple[Signal, ...]:
    """All signals that hold, those of the studies' cut-offs first, each in a fixed order."""
    cutoffs = (
        _cutoff_signal(situation, study, cutoff)
        for _, study in sorted(situation.studies.items())
        for cutoff in study.cutoffs
    )
    named = (SIGNALS[name](situation) for name in SIGNALS)
    return tuple(found for found in (*cutoffs, *named) if found is not None)


def signal_names(studies: Mapping[str, Study]) -> frozenset[str]:
    """Every signal name that a rule may use."""
    return frozenset(SIGNALS) | {cutoff.id for study in studies.values() for cutoff in study.cutoffs}


def _cutoff_signal(situation: Situation, study: Study, cutoff: Cutoff) -> Signal | None:
    value = situation.findings.number(cutoff.finding)
    if value is None or not cutoff.is_met(value):
        return None
    finding = situation.findings.known[cutoff.finding]
    return Signal(name=cutoff.id, because=situation.wording.phrase(finding), facts=(finding,), studies=(study.id,))


def _when_true(situation: Situation, name: str, finding_name: str, because: str = "") -> Signal | None:
    if not situation.findings.is_true(finding_name):
        return None
    finding = situation.findings.known[finding_name]
    return Signal(name=name, because=because or finding.label or situation.wording.phrase(finding), facts=(finding,))


@signal("sarcopenia-site")
def _sarcopenia(situation: Situation) -> Signal | None:
    """The evidence includes the method, so that the referral shows it too."""
    known = (
        situation.findings.known.get(name) for name in ("grip-strength", "gait-speed", "appendicular-muscle-index")
    )
    measured = ", ".join(f"{situation.wording.name(one.name)} {situation.wording.value(one)}" for one in known if one)
    # If the study's definition differs, the card names the definition.
    ruler = (
        "" if situation.findings.is_true("sarcopenia") else f" by {RULERS[situation.policy.sarcopenia.criteria].name}"
    )
    because = f"sarcopenia{ruler} ({measured})" if measured else f"sarcopenia{ruler}"
    return _when_true(situation, "sarcopenia-site", "sarcopenia-site", because)


@signal("weak-grip")
def _weak_grip(situation: Situation) -> Signal | None:
    """Probable sarcopenia (EWGSOP2, doi 10.1093/ageing/afy169), where nothing decides whether it is one."""
    return _low_measure(situation, "weak-grip", GRIP, "weak grip ({})")


@signal("slow-gait")
def _slow_gait(situation: Situation) -> Signal | None:
    return _low_measure(situation, "slow-gait", GAIT, "slow gait ({})")


def _low_measure(situation: Situation, name: str, measure: str, phrase: str) -> Signal | None:
    """Low by the site's definition; if the sex is unknown, only where it is low for both."""
    known, sex = situation.findings.known, situation.findings.known.get("sex")
    ruler = RULERS[situation.policy.sarcopenia.criteria]
    if "sarcopenia-site" in known or not is_low(ruler, known, measure, str(sex.value) if sex else None):
        return None
    finding, decimals = known[measure], situation.wording.terms[measure].decimals
    value = f"{written(float(finding.value), decimals)}{UNITS[finding.unit]}"
    because = phrase.format(value)
    return Signal(name=name, because=because, facts=(finding,))


def _any_true(situation: Situation, name: str, *finding_names: str) -> Signal | None:
    found = [one for finding in finding_names if (one := _when_true(situation, name, finding))]
    if not found:
        return None
    return Signal(
        name=name,
        because=", ".join(one.because for one in found),
        facts=tuple(fact for one in found for fact in one.facts),
    )


def _one_of(name: str, *finding_names: str) -> Detector:
    """A signal that holds where one of these findings is true."""
    return lambda situation: _any_true(situation, name, *finding_names)


@signal("low-mna")
def _low_mna(situation: Situation) -> Signal | None:
    """The score below the limit, or without a score a category below "well nourished"."""
    found = _below(situation, "low-mna", "mna-score", situation.policy.nutrition.mna_below)
    category = situation.findings.known.get("mna-category")
    if found is None and category is not None and category.value != "A" and "mna-score" in situation.findings.gaps:
        return Signal(name="low-mna", because=situation.wording.phrase(category), facts=(category,))
    return found


@signal("low-bmi")
def _low_bmi(situation: Situation) -> Signal | None:
    return _below(situation, "low-bmi", "bmi", situation.policy.nutrition.bmi_below)


def _below(situation: Situation, name: str, finding_name: str, limit: float) -> Signal | None:
    value = situation.findings.number(finding_name)
    if value is None or value >= limit:
        return None
    finding = situation.findings.known[finding_name]
    return Signal(name=name, because=situation.wording.phrase(finding), facts=(finding,))


@signal("muscle-normal")
def _muscle_normal(situation: Situation) -> Signal | None:
    """Muscle was measured and nothing was low; only when sarcopenia is excluded by measurement."""
    is_low = any(_cutoff_signal(situation, s, c) for s in situation.studies.values() for c in s.cutoffs)
    if is_low or not situation.findings.is_false("sarcopenia-site"):
        return None
    return Signal(name="muscle-normal", facts=(situation.findings.known["sarcopenia-site"],))


@signal("refracture-above-average")
def _refracture_above(situation: Situation) -> Signal | None:
    headline = situation.assessment.of("refracture").headline
    if headline is None or headline.band not in ("above", "high"):
        return None
    return Signal(
        name="refracture-above-average",
        because="refracture risk above average",
        facts=headline.inputs,
        studies=(headline.model.study.id,),
    )


@signal("residual-pain-above-average")
def _residual_pain_above(situation: Situation) -> Signal | None:
    """Above average with a study uncertainty that excludes the baseline."""
    headline = situation.assessment.of("residual-pain").headline
    if headline is None or headline.prediction.study_uncertainty[0] <= headline.baseline:
        return None
    return Signal(
        name="residual-pain-above-average",
        because="residual pain above average",
        facts=headline.inputs,
        studies=(headline.model.study.id,),
    )


@signal("denosumab-overdue")
def _denosumab_overdue(situation: Situation) -> Signal | None:
    if not situation.findings.is_true("denosumab-overdue"):
        return None
    finding = situation.findings.known["denosumab-overdue"]
    last = f"last dose {say_date(finding.observed)}" if finding.observed else "last dose long ago"
    return Signal(name="denosumab-overdue", because=last, facts=(finding,))


@signal("fracture-on-drug")
def _fracture_on_drug(situation: Situation) -> Signal | None:
    """With the day of the last dose where that is known: of denosumab, whose doses are looked for one by one.

    A drug on record for only a few weeks may have been started for this fracture, so it is not called a failure.
    """
    if not situation.findings.is_true("bone-drug"):
        return None
    drug, doses = situation.findings.known["bone-drug"], situation.findings.known.get("denosumab-overdue")
    name, day = drug.label or "a bone drug", drug.observed
    because = f"fracture on {name}"
    if day and len(drug.provenance) == 1 and situation.today - day <= JUST_STARTED:
        because = f"on {name} (recorded {say_date(day)})"
    elif drug.label == "denosumab" and doses and doses.observed:
        because += f", last dose {say_date(doses.observed)}"
    return Signal(name="fracture-on-drug", because=because, facts=(drug,))


@signal("long-term-steroid")
def _long_term_steroid(situation: Situation) -> Signal | None:
    steroid = situation.findings.known.get("long-term-steroid")
    label = (steroid and steroid.label) or "steroid"
    return _when_true(situation, "long-term-steroid", "long-term-steroid", f"long-term {label}")


@signal("earlier-fracture")
def _earlier_fracture(situation: Situation) -> Signal | None:
    """`second vertebral fracture in 14 months`; the augmentation alone where it is too close to be counted apart."""
    fracture = situation.findings.known.get("prior-vertebral-fracture")
    because = (fracture and fracture.label) or "an earlier vertebral fracture"
    if found := _when_true(situation, "earlier-fracture", "prior-vertebral-fracture", because):
        return found
    earlier = situation.findings.known.get("prior-augmentation")
    day = f" {say_date(earlier.observed)}" if earlier and earlier.observed else ""
    because = f"earlier {(earlier and earlier.label) or 'augmentation'}{day}"
    return _when_true(situation, "earlier-fracture", "prior-augmentation", because)


@signal("several-levels")
def _several_levels(situation: Situation) -> Signal | None:
    count = int(situation.findings.number("level-count") or 0)
    if count < 2:
        return None
    number = NUMBERS[count - 2] if count - 2 < len(NUMBERS) else str(count)
    facts = (situation.findings.known["level-count"],)
    return Signal(name="several-levels", because=f"{number} fractures at once", facts=facts)


@signal("no-bone-drug")
def _no_bone_drug(situation: Situation) -> Signal | None:
    if not situation.findings.is_false("bone-drug"):
        return None
    finding = situation.findings.known["bone-drug"]
    return Signal(
        name="no-bone-drug",
        because=f"no bone drug {finding.provenance[0].printed.removeprefix('not ')}",
        facts=(finding,),
    )


def words_of_rules(
    findings: Findings, policy: Policy, wording: Wording, t_score_spec: FindingSpec, today: date
) -> dict[str, str]:
    """Words that every rule may use in its texts; a T-score older than fresh is never said without its year."""
    t_score, fresh_days = findings.known.get("bmd-t-score"), t_score_spec.fresh_days
    said, year = (wording.value(t_score), t_score.observed) if t_score else ("", None)
    is_old = year is not None and fresh_days is not None and (today - year).days > fresh_days
    when = f" in {year.year}" if year and is_old else ""
    return {
        "review_weeks": str(policy.brace.review_weeks),
        "max_weeks": str(policy.brace.max_weeks),
        "bed_rest_hours": str(policy.bed_rest.max_hours),
        "t": f" (T {said}{when})" if t_score else "",
        "score": f" ({said})" if t_score else "",
        **say_bone_drug(findings),
    }


def say_bone_drug(findings: Findings) -> dict[str, str]:
    """Bone treatment so far: `drug` for a summary, `listed` with what was read for a detail."""
    known = findings.known.get("bone-drug")
    if known is not None and known.value is True:
        on = f"on {known.label or 'a bone drug'}"
        return {"drug": on, "listed": on}
    if known is not None:
        count = re.search(r"\d+", known.provenance[0].resource)
        entries = "entry" if count and count[0] == "1" else "entries"
        read = f" in {count[0]} medication {entries}" if count else ""
        return {"drug": "no bone drug on record", "listed": f"no bone drug{read}"}
    gap = findings.gaps["bone-drug"]
    said = "bone drugs not known"
    if gap.reason == "not-read":
        said = "medication list not read"
    elif gap.detail.endswith("empty"):
        said = "medication list empty"
    return {"drug": said, "listed": said if said != "bone drugs not known" else f"{said} ({gap.detail})"}


@signal("bone-drug-unknown")
def _bone_drug_unknown(situation: Situation) -> Signal | None:
    gap = situation.findings.gaps.get("bone-drug")
    return None if gap is None else Signal(name="bone-drug-unknown", because=f"bone drugs not known ({gap.detail})")


@signal("spinal-infection")
def _spinal_infection(situation: Situation) -> Signal | None:
    return _when_true(situation, "spinal-infection", "spinal-infection", _label(situation, "spinal-infection"))


@signal("malignancy")
def _malignancy(situation: Situation) -> Signal | None:
    return _when_true(situation, "malignancy", "malignancy", _label(situation, "malignancy"))


def _label(situation: Situation, finding_name: str) -> str:
    """The label, for example `myeloma`; empty if the finding has none."""
    finding = situation.findings.known.get(finding_name)
    return finding.label if finding else ""


@signal("active-cancer")
def _active_cancer(situation: Situation) -> Signal | None:
    cancer = situation.findings.known.get("active-cancer")
    return _when_true(situation, "active-cancer", "active-cancer", (cancer and cancer.label) or "cancer")


@signal("maybe-not-fragility")
def _maybe_not_fragility(situation: Situation) -> Signal | None:
    """Young, or a high-energy cause: it is open then whether bone is weak."""
    age = situation.findings.known.get("age")
    is_young = age is not None and float(age.value) < FRAGILITY_AGE
    cause = _when_true(situation, "maybe-not-fragility", "high-energy-cause")
    said = [f"age {situation.findings.number('age'):.0f}"] if is_young else []
    said += [cause.because] if cause else []
    facts = (*([age] if age and is_young else []), *(cause.facts if cause else ()))
    return Signal(name="maybe-not-fragility", because=", ".join(said), facts=facts) if said else None


PRESENT = ("dementia", "repeated-falls", "severe-kidney-disease", "deceased", "end-of-life")
ANY_OF = {
    "not-osteoporotic": ("malignancy", "spinal-infection"),
    "no-brace-advice": ("malignancy", "spinal-infection"),
    "no-exercise": ("malignancy", "spinal-infection", "unstable-fracture", "neurological-deficit"),
    **{name: (name,) for name in PRESENT},
}
SIGNALS.update({name: _one_of(name, *findings) for name, findings in ANY_OF.items()})


@signal("ct-on-record")
def _ct_on_record(situation: Situation) -> Signal | None:
    return _exam_on_record(situation, "ct-on-record", "CT")


@signal("mri-on-record")
def _mri_on_record(situation: Situation) -> Signal | None:
    return _exam_on_record(situation, "mri-on-record", "MRI")


def _exam_on_record(situation: Situation, name: str, kind: str) -> Signal | None:
    exam = situation.findings.known.get(name)
    return _when_true(situation, name, name, f"{kind} of {say_date(exam.observed)}" if exam and exam.observed else kind)


@signal("no-figure")
def _no_figure(situation: Situation) -> Signal | None:
    names = situation.assessment.of("refracture").excluded_by
    return _any_true(situation, "no-figure", *names) if names else None


@signal("brace-keep-reason")
def _brace_keep_reason(situation: Situation) -> Signal | None:
    """Instability, posterior wall, deficit, another fracture: on record, or of a brace order itself.

    With a brace ordered, also what the record mentions without deciding.
    """
    name = situation.wording.name
    said = [_kept_for(name(one)) for one in KEEP if situation.findings.is_true(one)]
    if situation.support.other_fractures:
        said.append(f"another fracture on record ({', '.join(situation.support.other_fractures)})")
    braces = situation.support.of_kind("brace")
    by_order = {reason for order in braces for reason in order.reasons}
    said += [f"{name(one)} named by the brace order" for one in KEEP if one in by_order]
    said += [f"{name(one)} not excluded" for one in KEEP if braces and _is_left_open(situation, one)]
    return Signal(name="brace-keep-reason", because=" · ".join(dict.fromkeys(said))) if said else None


def _kept_for(title: str) -> str:
    """A burst fracture is named as what it is: surgeons look for the posterior wall."""
    return f"{title} (posterior wall injury)" if "burst" in title else f"{title} on record"


def _is_left_open(situation: Situation, finding_name: str) -> bool:
    """The record mentions it without deciding."""
    gap = situation.findings.gaps.get(finding_name)
    return gap is not None and gap.reason == "undetermined" and bool(gap.seen)


@signal("brace-ordered")
def _brace_ordered(situation: Situation) -> Signal | None:
    braces = situation.support.of_kind("brace")
    return Signal(name="brace-ordered", because=braces[0].title, facts=braces) if braces else None


@signal("brace-card-always")
def _brace_card_always(situation: Situation) -> Signal | None:
    """The site wants the limits said with every augmentation."""
    return Signal(name="brace-card-always") if situation.policy.brace.card == "always" else None


@signal("brace-draft-broken")
def _brace_draft_broken(situation: Situation) -> Signal | None:
    return _brace_broken(situation, "brace-draft-broken", draft=True)


@signal("brace-active-broken")
def _brace_active_broken(situation: Situation) -> Signal | None:
    return _brace_broken(situation, "brace-active-broken", draft=False)


@signal("brace-limit-broken")
def _brace_limit_broken(situation: Situation) -> Signal | None:
    """The first brace that breaks the limit, a draft before an active order."""
    for draft in (True, False):
        if found := _brace_broken(situation, "brace-limit-broken", draft=draft):
            return found
    return None


@signal("brace-limit-passed")
def _brace_limit_passed(situation: Situation) -> Signal | None:
    """A brace worn for so long that its limit has passed."""
    found = _brace_limit_broken(situation)
    is_passed = found is not None and found.correction is not None and found.correction.end < situation.today
    return replace(found, name="brace-limit-passed") if found is not None and is_passed else None


@signal("brace-undated")
def _brace_undated(situation: Situation) -> Signal | None:
    """No last day, and words that say another end, a payer's length, or what was not understood: no conflict."""
    if _brace_limit_broken(situation):
        return None
    return _with_correction("brace-undated", find_undated(situation.support, situation.policy.brace, situation.today))


def _brace_broken(situation: Situation, name: str, *, draft: bool) -> Signal | None:
    found = find_over_limit(situation.support, situation.policy.brace, situation.today, draft=draft)
    return _with_correction(name, found)


def _with_correction(name: str, found: tuple[Correction, str] | None) -> Signal | None:
    if found is None:
        return None
    correction, because = found
    return Signal(
        name=name,
        because=because,
        facts=(correction.order,),
        studies=("sarcopenia-pvm-2022", "muscle-change-2021"),
        correction=correction,
    )


@signal("bed-rest-long")
def _bed_rest_long(situation: Situation) -> Signal | None:
    """Bed rest for more hours than are routine."""
    limit = situation.policy.bed_rest.max_hours
    for order in situation.support.of_kind("bed-rest"):
        if because := say_long_rest(order, limit, situation.today):
            return _of_rest("bed-rest-long", because, order)
    return None


@signal("bed-rest-open")
def _bed_rest_open(situation: Situation) -> Signal | None:
    """Bed rest without an end; only if no bed-rest order is too long."""
    orders = situation.support.of_kind("bed-rest")
    found = next((order for order in orders if is_open_rest(order)), None)
    if found is None or _bed_rest_long(situation):
        return None
    return _of_rest("bed-rest-open", "bed rest without an end time", found)


def _of_rest(name: str, because: str, order: SupportOrder) -> Signal:
    return Signal(name=name, because=because, facts=(order,), studies=("muscle-change-2021",))
