"""Signals of rules: muscle, nutrition, causes, braces, bed rest."""

from collections.abc import Set as AbstractSet
from datetime import timedelta
from itertools import chain

from cds_service.core.braces.bed_rest import Rest, judge_rest, rest_sentence
from cds_service.core.braces.brace_reasons import KEEP_REASONS, KeepReason, keep_reasons
from cds_service.core.braces.bracing import LIMIT_BROKEN, WITHOUT_DATE, Brace
from cds_service.core.derivations.sarcopenia import (
    GAIT,
    GRIP,
    MUSCLE,
    RULERS,
    STUDY,
    is_low,
    written,
)
from cds_service.core.facts.situation import (
    SIGNALS,
    Detector,
    Signal,
    Situation,
    register,
    signal,
)
from cds_service.core.findings import Gap
from cds_service.core.models.pooled_result import FRAGILITY_AGE
from cds_service.core.models.study import Study
from cds_service.core.models.study_result import ABSOLUTE
from cds_service.core.models.study_tables import Cutoff
from cds_service.core.orders import REASON_NOT_UNDERSTOOD, REST_MEANT, TrainingLimit
from cds_service.core.risk.grave_findings import KINDS
from cds_service.core.words.phrases import Verbatim, in_brackets, joined, say
from cds_service.core.words.wording import (
    Wording,
    date_text,
    number_word,
    title_text,
    with_unit,
)

BED_REST_STUDIES = ("muscle-change-2021",)
# Findings for which bed rest may be meant (E4): instability, F1, F2, F5 to F7.
BED_REST_REASONS = (
    "unstable-fracture",
    "spinal-instability",
    "spinal-infection",
    "neurological-deficit",
    "sepsis",
    "bone-malignancy",
    "malignancy",
    "recent-cancer",
)
# The same as reasons that an order of bed rest names; a cancer then counts at any age.
REASONS_OF_ORDERS = frozenset(
    {
        *BED_REST_REASONS,
        "active-cancer",
        "ankylosed-spine",
        "pathological-fracture",
        "leg-weakness",
        "hip-fracture",
        "pelvic-fracture",
        "femur-fracture-unstated",
        "femur-shaft-fracture",
        "atypical-femur-fracture",
        REST_MEANT,
    }
)


def beyond_cutoff(situation: Situation, study: Study, cutoff: Cutoff) -> Signal | None:
    """Find a measured value beyond the cut-off of a study."""
    value = situation.findings.number(cutoff.finding)
    if value is None or not cutoff.is_met(value):
        return None
    finding = situation.findings.known[cutoff.finding]
    return Signal(situation.wording.phrase(finding), (finding,), (study.id,))


def _when_true(
    situation: Situation, finding_name: str, because: str = ""
) -> Signal | None:
    if not situation.findings.is_true(finding_name):
        return None
    finding = situation.findings.known[finding_name]
    return Signal(
        because or finding.label or situation.wording.phrase(finding), (finding,)
    )


@signal("sarcopenia-site")
def _sarcopenia(situation: Situation) -> Signal | None:
    """Find sarcopenia by the site's definition; its measurements are in brackets."""
    known = (
        situation.findings.known.get(name)
        for name in ("grip-strength", "gait-speed", "appendicular-muscle-index")
    )
    measured = [situation.wording.measure(finding) for finding in known if finding]
    # If the study's definition differs, the card names the definition.
    sarcopenia: str = say("sarcopenia")
    if not situation.findings.is_true("sarcopenia"):
        ruler = RULERS[situation.policy.sarcopenia.criteria].name
        sarcopenia = say("sarcopenia by {ruler}", ruler=ruler)
    return _when_true(situation, "sarcopenia-site", in_brackets(sarcopenia, *measured))


def _low_measure(measure: str, phrase: str) -> Detector:
    """Make a signal that holds if this measure is low by the site's definition.

    Without the sex it must be low for both. The signal is for patients in whom nothing
    decides on sarcopenia: weak grip alone is probable sarcopenia (EWGSOP2, doi
    10.1093/ageing/afy169).
    """

    def detect(situation: Situation) -> Signal | None:
        known = situation.findings.known
        ruler = RULERS[situation.policy.sarcopenia.criteria]
        if "sarcopenia-site" in known or not is_low(ruler, known, measure):
            return None
        finding = known[measure]
        decimals = situation.wording.specs[measure].decimals
        number = finding.label or written(float(finding.value), decimals)
        value = with_unit(number, finding.unit)
        return Signal(in_brackets(phrase, value), (finding,))

    return detect


register("weak-grip", _low_measure(GRIP, say("weak grip")))
register("slow-gait", _low_measure(GAIT, say("slow gait")))


@signal("muscle-index-decides")
def _muscle_index_decides(situation: Situation) -> Signal | None:
    """Find weak grip or slow gait by the study, of a patient without a muscle index.

    The muscle index would decide on sarcopenia.
    """
    known = situation.findings.known
    low = [known[name] for name in (GRIP, GAIT) if is_low(STUDY, known, name)]
    return Signal(evidence=tuple(low)) if low and MUSCLE not in known else None


def _labelled(finding_name: str, phrase: str, otherwise: str) -> Detector:
    """Make a signal that holds if a finding is true, with its label in the phrase.

    Args:
        phrase: has the place `{what}` for the label; empty to say the label alone.
        otherwise: said if the finding has no label.
    """

    def detect(situation: Situation) -> Signal | None:
        finding = situation.findings.known.get(finding_name)
        what = (finding and finding.label) or otherwise
        because = say(phrase, what=what) if phrase else what
        return _when_true(situation, finding_name, because)

    return detect


def _any_true(*finding_names: str) -> Detector:
    """Make a signal that holds if one of these findings is true."""

    def detect(situation: Situation) -> Signal | None:
        candidates = (_when_true(situation, name) for name in finding_names)
        signals = [candidate for candidate in candidates if candidate]
        if not signals:
            return None
        evidence = chain.from_iterable(signal.evidence for signal in signals)
        return Signal(joined(signal.because for signal in signals), tuple(evidence))

    return detect


@signal("low-mna")
def _low_mna(situation: Situation) -> Signal | None:
    """Find a score below the site's limit, or category B or C without a score."""
    low_score = _below(situation, "mna-score", situation.policy.nutrition.mna_below)
    category = situation.findings.known.get("mna-category")
    if (
        low_score is None
        and category is not None
        and category.value != "A"
        and "mna-score" in situation.findings.gaps
    ):
        return Signal(situation.wording.phrase(category), (category,))
    return low_score


@signal("low-bmi")
def _low_bmi(situation: Situation) -> Signal | None:
    return _below(situation, "bmi", situation.policy.nutrition.bmi_below)


def _below(situation: Situation, finding_name: str, limit: float) -> Signal | None:
    value = situation.findings.number(finding_name)
    if value is None or value >= limit:
        return None
    finding = situation.findings.known[finding_name]
    return Signal(situation.wording.short_phrase(finding), (finding,))


@signal("muscle-normal")
def _muscle_normal(situation: Situation) -> Signal | None:
    """Find sarcopenia excluded, and no muscle measure beyond a study's cut-off."""
    is_any_low = any(
        beyond_cutoff(situation, study, cutoff)
        for study in situation.studies.values()
        for cutoff in study.cutoffs
    )
    if is_any_low or not situation.findings.is_false("sarcopenia-site"):
        return None
    return Signal(evidence=(situation.findings.known["sarcopenia-site"],))


register(
    "long-term-steroid", _labelled("long-term-steroid", "long-term {what}", "steroid")
)


@signal("earlier-fracture")
def _earlier_fracture(situation: Situation) -> Signal | None:
    """Find `second vertebral fracture in 14 months`, or the augmentation alone."""
    fracture = situation.findings.known.get("prior-vertebral-fracture")
    because = (fracture and fracture.label) or say("an earlier vertebral fracture")
    if earlier_fracture := _when_true(situation, "prior-vertebral-fracture", because):
        return earlier_fracture
    augmentation = situation.findings.known.get("prior-augmentation")
    observed = augmentation.observed if augmentation else None
    day = date_text(observed) if observed else ""
    what = (augmentation and augmentation.label) or say("augmentation")
    because = joined((say("earlier {what}", what=what), day), " ")
    return _when_true(situation, "prior-augmentation", because)


@signal("several-levels")
def _several_levels(situation: Situation) -> Signal | None:
    count = int(situation.findings.number("level-count") or 0)
    if count < 2:
        return None
    because = say("{count} fractures at once", count=number_word(count))
    return Signal(because, (situation.findings.known["level-count"],))


register("malignancy", _any_true("malignancy"))
register("active-cancer", _labelled("active-cancer", "", "cancer"))


@signal("maybe-not-fragility")
def _maybe_not_fragility(situation: Situation) -> Signal | None:
    """Find a young patient, or a high-energy cause: bone may be strong then."""
    age = situation.findings.known.get("age")
    is_young = age is not None and float(age.value) < FRAGILITY_AGE
    cause = _when_true(situation, "high-energy-cause")
    reasons: list[str] = [cause.because] if cause else []
    if age is not None and is_young:
        reasons.insert(0, say("age {age}", age=f"{float(age.value):.0f}"))
    of_cause = cause.evidence if cause else ()
    evidence = (age, *of_cause) if age and is_young else of_cause
    return Signal(joined(reasons), evidence) if reasons else None


ANY_OF = {
    "not-osteoporotic": ("malignancy", "spinal-infection"),
    # Facts F1 and F6 hold by words too, which leave the other two open.
    "no-brace-advice": (
        "malignancy",
        "spinal-infection",
        "bone-malignancy",
        "present-spinal-infection",
    ),
    "no-exercise": ABSOLUTE,
    **{
        name: (name,)
        for name in (
            "dementia",
            "repeated-falls",
            "severe-kidney-disease",
            "deceased",
            "end-of-life",
        )
    },
}
for _name, _findings in ANY_OF.items():
    register(_name, _any_true(*_findings))


def _exam_on_record(name: str, kind: str) -> Detector:
    def detect(situation: Situation) -> Signal | None:
        exam = situation.findings.known.get(name)
        text: str = Verbatim(kind)
        if exam and exam.observed:
            text = say("{exam} of {day}", exam=text, day=date_text(exam.observed))
        return _when_true(situation, name, text)

    return detect


register("ct-on-record", _exam_on_record("ct-on-record", "CT"))
register("mri-on-record", _exam_on_record("mri-on-record", "MRI"))


@signal("no-figure")
def _no_figure(situation: Situation) -> Signal | None:
    """Find the findings that exclude every figure."""
    return _any_true(*situation.assessment.excluded_by)(situation)


BRACE_STUDIES = ("sarcopenia-pvm-2022", "muscle-change-2021")
# Texts for reasons to keep a brace which only were not understood or not read.
NOT_UNDERSTOOD = {
    "brace-noted": "notes of the augmentation order",
    "augmentation-unread": "the augmentation order not read whole",
    "order-unread": "another order of this signing not understood",
    "problem-unread": "an entry of the record that may bear on the spine",
    "brace-unclear": "a brace on record that may be an earlier one of this fracture",
    "supplies-unread": "supply orders could not be read",
    "brace-kept": "a reason given for an earlier brace",
}
# As long as a hip limits training.
HEALED_AFTER = timedelta(days=42)
# What limits training next to a hip that broke, or was operated on, lately.
OF_HIPS = frozenset[TrainingLimit]({"leg", "leg-named", "operated"})
KEEP_SOURCES = {
    "record": "{name} on record",
    "order": "{name} named by the brace order",
    "signed": "{name} named by the augmentation order",
    "open": "{name} not excluded",
}


@signal("brace-keep-reason")
def _brace_keep_reason(situation: Situation) -> Signal | None:
    """Find a reason to keep a brace: on record, or named by an order."""
    reasons = keep_reasons(situation.findings, situation.support)
    # A reason that is only open matters if the brace is asked to end.
    if not any(brace.issue for brace in situation.braces):
        reasons = tuple(reason for reason in reasons if reason.source != "open")
    words = dict.fromkeys(_keep_words(reason, situation.wording) for reason in reasons)
    return Signal(joined(words)) if words else None


def _keep_words(reason: KeepReason, wording: Wording) -> str:
    if reason.name == "other-fracture":
        fracture = say("another fracture not excluded")
        if reason.source == "record":
            fracture = say("another fracture on record")
        return in_brackets(fracture, *reason.levels)
    if reason.name == "other-surgery":
        return say("other spinal surgery ordered or on record")
    if reason.name in NOT_UNDERSTOOD:
        return NOT_UNDERSTOOD[reason.name]
    name = wording.name(reason.name)
    # Surgeons look for the posterior wall of a burst fracture.
    if "burst" in reason.name:
        name = in_brackets(name, say("posterior wall injury"))
    return say(KEEP_SOURCES[reason.source], name=name)


@signal("brace-reasons-unread")
def _brace_reasons_unread(situation: Situation) -> Signal | None:
    """Find lists that may hold a reason to keep a brace, and were not read whole."""
    support, gaps = situation.support, situation.findings.gaps
    if not support.of_kind("brace"):
        return None
    unread = [
        name for name in KEEP_REASONS if name in gaps and not gaps[name].provenance
    ]
    # Words that were not understood may name one.
    unread += [gap.name for gap in gaps.values() if gap.reason == "not-understood"]
    if not (unread or support.unchecked or support.is_prose_unread):
        return None
    return Signal(say("reasons to keep a brace not known"))


@signal("hip-fracture-fresh")
def _fresh_hip_fracture(situation: Situation) -> Signal | None:
    """Find a broken hip that is not plainly old: no end of a brace is pre-selected.

    Without a day of its own it is as old as its entry, as for training.
    """
    if not situation.findings.is_true("hip-fracture"):
        return None
    fracture = situation.findings.known["hip-fracture"]
    latest = fracture.last_day
    if latest and situation.today - latest > HEALED_AFTER:
        return None
    if latest is None and not situation.support.training_limits & OF_HIPS:
        return None
    return Signal(say("hip fracture"), (fracture,))


@signal("brace-ordered")
def _brace_ordered(situation: Situation) -> Signal | None:
    orders = situation.support.of_kind("brace")
    if not orders:
        return None
    return Signal(title_text(orders[0].title), orders, braces=situation.braces)


@signal("brace-card-always")
def _brace_card_always(situation: Situation) -> Signal | None:
    """Find a site that wants the limits said with every augmentation."""
    return Signal() if situation.policy.brace.card == "always" else None


def _of_braces(braces: list[Brace]) -> Signal | None:
    if not braces:
        return None
    orders = tuple(brace.times.order for brace in braces)
    return Signal(
        joined(map(_brace_words, braces)), orders, BRACE_STUDIES, tuple(braces)
    )


def _brace_words(brace: Brace) -> str:
    why = WITHOUT_DATE.get(brace.issue or "", "")
    if brace.issue == "least":
        why = "its words name a minimum time, not an end"
    return in_brackets(brace.times.sentence(), why)


@signal("brace-limit-broken")
def _brace_limit_broken(situation: Situation) -> Signal | None:
    """Find a brace that ends after the site's weeks, or never."""
    return _of_braces(
        [brace for brace in situation.braces if brace.issue in LIMIT_BROKEN]
    )


@signal("brace-undated")
def _brace_undated(situation: Situation) -> Signal | None:
    """Find a brace of which the last day is not clear, or is no end at all."""
    return _of_braces(
        [
            brace
            for brace in situation.braces
            if brace.issue and brace.issue not in LIMIT_BROKEN
        ]
    )


@signal("bed-rest-long")
def _bed_rest_long(situation: Situation) -> Signal | None:
    """Find bed rest for more hours than the site's limit, in one order or several."""
    rest = _rest_of(situation)
    because = rest_sentence(rest, situation.today)
    return Signal(because, rest.orders, BED_REST_STUDIES) if because else None


@signal("bed-rest-open")
def _bed_rest_open(situation: Situation) -> Signal | None:
    """Find bed rest without an end; only if no bed-rest order is too long."""
    rest = _rest_of(situation)
    if not rest.orders or rest.hours is not None:
        return None
    because = say("bed rest without an end time")
    return Signal(because, rest.orders, BED_REST_STUDIES)


def _rest_of(situation: Situation) -> Rest:
    orders = situation.support.of_kind("bed-rest")
    limit = situation.policy.bed_rest.max_hours
    return judge_rest(orders, limit, situation.today)


# What limits training, in the order in which the card names it: before bed rest, after.
ORDERED: tuple[tuple[TrainingLimit, str], ...] = (
    ("order", say("an order limits training or weight-bearing")),
    ("therapist", say("getting up waits for a therapist's clearance")),
)
WHY_LIMITED: tuple[tuple[TrainingLimit, str], ...] = (
    ("unread", say("an order of activity was not understood")),
    ("leg", say("a fracture of pelvis or leg may still be healing")),
    ("leg-named", say("a fracture of pelvis or leg may still be healing")),
    ("leg-injury", say("an injury of pelvis or leg may still be healing")),
    ("joint-out", say("a dislocated joint of pelvis or leg is named")),
    ("weight-told", say("the record says that a leg may not bear full weight")),
    ("operated", say("an operation on pelvis or leg may still be healing")),
    ("bound", say("the record says that the patient does not walk")),
    ("lost", say("a leg or foot was lost")),
    ("charcot", say("a Charcot foot is on record")),
    ("carried", say("a wheelchair or a lift is ordered")),
    ("splinted", say("a boot, cast or brace of a leg is ordered")),
)

# After these training is agreed on first, by those who treat them.
AGREED_ON: tuple[tuple[TrainingLimit, str], ...] = (
    ("heart", say("heart attack, perhaps of these weeks")),
    ("lung", say("lung embolism, perhaps of these weeks")),
    ("brain", say("stroke, perhaps of these weeks")),
)


@signal("training-agreed")
def _training_agreed(situation: Situation) -> Signal | None:
    """Find an event of the last weeks that decides on start and load of training.

    Training is then offered and not pre-selected (E10). An event of years says nothing.
    """
    limits = situation.support.training_limits
    reasons = [because for limit, because in AGREED_ON if limit in limits]
    return Signal(joined(reasons)) if reasons else None


@signal("training-limited")
def _training_limited(situation: Situation) -> Signal | None:
    """Find what is in force against training: an order, bed rest, a broken bone.

    It is then offered and not pre-selected (E10). A broken hip is a reason for six
    weeks; later, training is asked for next to it (F12).
    """
    is_leaving = situation.leaving is not None
    limits = situation.support.training_limits
    reasons = [because for limit, because in ORDERED if limit in limits]
    rests = situation.support.of_kind("bed-rest")
    is_resting = bool(_rest_of(situation).orders)
    # An event ends bed rest; whether it has come by the discharge is not known.
    is_resting |= is_leaving and any(one.worded.kind == "event" for one in rests)
    if is_resting:
        reasons.append(say("bed rest is ordered"))
    reasons += [because for limit, because in WHY_LIMITED if limit in limits]
    return Signal(joined(reasons)) if reasons else None


@signal("bed-rest-reason")
def _bed_rest_reason(situation: Situation) -> Signal | None:
    """Find a reason for which bed rest may be meant, on record or named by its order.

    With one, no card asks the patient to get up.
    """
    orders = situation.support.of_kind("bed-rest")
    named_orders = [
        order for order in orders if order.purpose.reasons & REASONS_OF_ORDERS
    ]
    if named_orders:
        return Signal(say("a reason named by the bed rest order"), tuple(named_orders))
    if not orders:
        return None
    if situation.support.training_limits & {"leg", "leg-named"}:
        return Signal(say("a fracture of pelvis or leg may still be healing"))
    return _any_true(*BED_REST_REASONS)(situation)


@signal("bed-rest-doubt")
def _bed_rest_doubt(situation: Situation) -> Signal | None:
    """Find an instability that is named and not excluded, next to bed rest.

    A fracture of a stiffened spine is one. So is a reason that the order itself names
    and that is not understood. No card asks the patient to get up; the colour stays,
    since nobody knows.
    """
    orders = situation.support.of_kind("bed-rest")
    if not orders:
        return None
    unread = [one for one in orders if REASON_NOT_UNDERSTOOD in one.purpose.reasons]
    if unread:
        because = say("a reason named by the bed rest order")
        return Signal(because, tuple(unread))
    open_signal = SIGNALS["stability-open"](situation)
    if open_signal is None or not _names_instability(situation):
        return None
    return Signal(say("{name} not excluded", name=open_signal.because))


def _names_other_than(references: AbstractSet[str], gap: Gap) -> bool:
    """Tell if a gap comes from an entry that names it, and is none of these."""
    sources = {one.resource for one in gap.provenance}
    return gap.is_mentioned and not gap.is_unnamed and not sources <= references


def _names_instability(situation: Situation) -> bool:
    """Tell if an entry or an order names one; an entry not understood names none.

    Nor does the order of bed rest by its rest alone.
    """
    own = {one.reference for one in situation.support.of_kind("bed-rest")}
    names = {one.name for one in KINDS["stability-open"]}
    gaps = (situation.findings.gaps.get(name) for name in names)
    ordered = {
        reason for one in situation.support.orders for reason in one.purpose.reasons
    }
    return (
        any(gap and _names_other_than(own, gap) for gap in gaps)
        or any(map(situation.findings.is_true, names))
        or not names.isdisjoint({*ordered, *situation.support.other.signed_reasons})
    )
