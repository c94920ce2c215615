"""Find the grave things that the other lists name: reports, orders, drugs, procedures.

A report says "metastasis of T12", an order asks for an MRI because of discitis, a drug
is given for it, a procedure was done for a broken hip. None of this is a diagnosis on
the problem list, but next to it no card may say that there is none.
"""

from collections.abc import Iterable
from datetime import date
from itertools import chain
from typing import Any

from cds_service.fhir.certainty import is_later_encounter
from cds_service.fhir.element_names import WORDED
from cds_service.fhir.entries.exams.awaited_reports import is_without_words
from cds_service.fhir.entries.exams.unread_in_study_names import (
    is_study_understood,
    plain_words_of_study,
)
from cds_service.fhir.entries.fractures.broken_by_title import (
    has_unread_break,
    told_by_title,
)
from cds_service.fhir.entries.fractures.earlier_in_words import (
    EARLIER,
    names_broken_vertebra,
    names_earlier_augmentation,
    names_earlier_fracture,
    names_several_fractures,
    vertebrae_in_short,
)
from cds_service.fhir.entries.fractures.healed_fractures import healed_elsewhere
from cds_service.fhir.entries.medication.drug_asides import (
    NO_ASIDES,
    WORDLESS,
    bone_drugs_named,
    steroids_named,
    telling_drugs_named,
)
from cds_service.fhir.entries.medication.drugs import (
    DEEP_INFECTION_DRUG,
    INFECTION_DRUGS,
    MEDICATION_TYPES,
)
from cds_service.fhir.entries.medication.unread_in_dosages import (
    are_doses_understood,
    is_dose_plain,
    words_as_needed,
)
from cds_service.fhir.entries.words.asides import (
    OBSERVATION,
    VOID,
    Aside,
    asides_of,
    has_inner_asides,
    words_of_asides,
)
from cds_service.fhir.entries.words.bystanders import (
    FRACTURED,
    is_bystander_problem,
    is_plain_fracture,
)
from cds_service.fhir.entries.words.problem_words import (
    has_grave_stem,
    in_doubt,
    named_in,
)
from cds_service.fhir.entries.words.unread_in_reasons import (
    has_code_alone,
    is_reason_understood,
    is_title_plain,
    is_unknown_alone,
    words_of_reasons,
)
from cds_service.fhir.leaves import codes_of, words_in
from cds_service.fhir.mapping.clauses import sentences_once
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.mapping.text_rules import LONGEST_TEXT, LONGEST_TITLE
from cds_service.fhir.raw_json import (
    Json,
    is_prohibition,
    member,
    number,
    objects,
    text,
    texts_of,
)

CANCERS = frozenset(
    {
        "malignancy",
        "myeloma",
        "bone-metastasis",
        "bone-malignancy-ever",
        "malignancy-elsewhere",
        "cancer-ever",
    }
)
SPINAL_INFECTIONS = frozenset(
    {
        "spinal-infection",
        "discitis",
        "vertebral-osteomyelitis",
        "spinal-tuberculosis",
    }
)
# Grave things that an entry may name besides its code, or instead of it. The finding is
# then open.
GRAVE = frozenset(
    {
        *CANCERS,
        *SPINAL_INFECTIONS,
        "sepsis",
        "neurological-deficit",
        "leg-weakness",
        "unstable-fracture",
        "stable-burst-fracture",
        "spinal-instability",
        "moving-forbidden",
        "hip-fracture",
        "ankylosed-spine",
        # These raise the risk apart from any model: next to one of them no figure is
        # below the usual.
        "earlier-vertebral-fracture",
        "dementia",
        "dementia-mild",
        "parkinson",
        "sarcopenia",
        "dementia-moderate",
        "dementia-severe",
        "severe-frailty",
        "repeated-falls",
        "severe-kidney-disease",
        "dialysis",
        "cancer-treatment",
        # An order says who is to treat, and for weeks, but not what.
        "cancer-care",
        "infection-treatment",
        "sphincter-trouble",
        "cause-search",
        "sample-of-spine",
        "marker-search",
        "infection-search",
        "contrast-search",
    }
)
MOVING_FORBIDDEN = frozenset({"moving-forbidden"})
HOURS_OF = {"h": 1, "min": 1 / 60, "d": 24}
HOURS_OF_A_DAY = 24
# Policy: an antibiotic of two weeks may be against an infected bone; one that is given
# against much else, of four weeks and at most four months.
LONG_COURSE = 14 * HOURS_OF_A_DAY
BROAD_COURSE = (28 * HOURS_OF_A_DAY, 120 * HOURS_OF_A_DAY)
ELSEWHERE = ("antibiotic-elsewhere",)
BED_REST = "bed-rest"
REST = ("lying-still",)
# An order that asks if the fracture has another cause. It asks so until it is carried
# out; a report of it says itself what was found.
CAUSE_SEARCH = frozenset({"cause-search"})
ORDERS = frozenset({"ServiceRequest", "DeviceRequest", "SupplyRequest"})
ASKED = frozenset({"active", "on-hold", "suspended", "draft", "unknown"})
# A diagnosis whose code is in no value set and no harmless range: it may be any of
# these grave things.
UNJUDGED = "unjudged-diagnosis"
# Words of a report that were not understood: they may name any of them.
UNREAD_PROSE = "unread-prose"
# Such words of an order, a drug or a procedure.
UNREAD_REASON = "unread-reason"
# The title of an order that was not understood: it may ask for any of them.
UNREAD_TITLE = "unread-title"
# A procedure that was never judged: it may treat a tumour, or be a dialysis.
UNJUDGED_ACT = "unjudged-procedure"
# A fusion or decompression: for wear, or for a tumour, an infection or a palsy.
SPINAL_OPERATION = "spinal-operation"
# An operation that took out a vertebra, whose cause may still be there.
VERTEBRA_REMOVED = "vertebra-removed"
SPINAL_SURGERY = frozenset({"prior-spinal-surgery", "spinal-surgery-unstated"})
# An entry that may be the reason for a brace.
MAY_BEAR_ON_SPINE = "may-bear-on-spine"
# States and histories that the problem list holds as well.
STATES = frozenset(
    {
        "long-term-steroid",
        "steroid-implied",
        "long-term-bone-drug",
        "history-of-falling",
        "healed-osteoporotic-fracture",
    }
)
# Kidneys, muscle, memory, other bones and the cause of the fracture: a diagnosis on the
# problem list states them, the code of a reason leaves them open.
LISTED_TOO = frozenset(
    {
        "kidney-disease-unstaged",
        "acute-kidney-failure",
        "sarcopenia",
        "cognitive-impairment",
        "parkinsonism",
        "ladder-fall",
        "balcony-fall",
        "roof-fall",
        "car-crash",
        "fall-from-height",
        "traffic-accident",
        "pelvic-fracture",
        "femur-fracture-unstated",
        "leg-fracture",
        "atypical-femur-fracture",
        "femur-shaft-fracture",
    }
)
# Likewise, of the stability of the spine.
UNSTABLE_BY_CODE = frozenset({"cervical-fracture", "vertebral-displacement"})
# A vertebra is broken; only the readers of fractures know if it is the treated one.
BROKEN_ASIDE = "vertebra-broken-aside"
# An augmentation is named as done, on a list that holds none.
AUGMENTED_ASIDE = "vertebral-augmentation"
# These leave a finding open by their code alone: their words name symptoms as well.
BY_CODE = frozenset(
    {
        "cancer-implied",
        "pathological-fracture",
        "bone-malignancy-history",
        "deep-infection",
        "bone-infection-elsewhere",
        "sphincter-trouble",
        "spinal-cord-disease",
        *STATES,
        *LISTED_TOO,
        *UNSTABLE_BY_CODE,
        UNJUDGED,
        UNREAD_PROSE,
        UNREAD_REASON,
        MAY_BEAR_ON_SPINE,
    }
)
# These bear on the figure or on the drugs, and not on the spine.
APART = STATES | LISTED_TOO | {UNJUDGED}
ASIDE = GRAVE | BY_CODE
# A dying patient gets no card. Such words reassure of nothing else: a palliative
# treatment may be that of a tumour.
END_OF_LIFE = frozenset({"end-of-life", "palliative-care"})
OPENING = ASIDE | END_OF_LIFE
BIOPSY = frozenset({"biopsy"})
# With those that may be of another bone, and so settle no question of a tumour.
BIOPSIES = BIOPSY | {"biopsy-unsited"}
ASIDE_IN_DOUBT = frozenset(
    map(
        in_doubt,
        OPENING
        | {UNJUDGED_ACT, UNREAD_TITLE, SPINAL_OPERATION, VERTEBRA_REMOVED}
        | {AUGMENTED_ASIDE},
    )
)
# Those that leave a tumour, an infection or a palsy of the spine open, or may bear on
# it.
DRUGS_OF_THE_SPINE = frozenset({"cancer-drug", "cancer-company", "tuberculosis-drug"})
OF_THE_SPINE = (BY_CODE - APART) | CANCERS | DRUGS_OF_THE_SPINE
# What the name of a ward says of those who lie there.
WARDS = frozenset({"cancer-care"})
# Elements that hold diagnoses.
DIAGNOSES = ("conclusionCode", "reasonCode", "complication")
# The elements with the title, by type. Procedures are not here: their title says what
# was done, and is read as such.
TITLES = {
    **dict.fromkeys(("DiagnosticReport", "ServiceRequest"), "code"),
    **dict.fromkeys(MEDICATION_TYPES, "medicationCodeableConcept"),
}
# The elements that say what an order forbids.
FORBIDDEN = frozenset(
    {
        "code",
        "codeCodeableConcept",
        "codeReference",
        "itemCodeableConcept",
        "itemReference",
        "medicationCodeableConcept",
        "medicationReference",
        "category",
        "dosageInstruction",
        "doNotPerform",
        "modifierExtension",
    }
)
# The elements that say what is ordered, and what words next to a brace tell of.
ORDERED = ("code", "codeCodeableConcept", "itemCodeableConcept")
BRACE = frozenset({"brace"})
UNSTABLE = ("unstable-in-brace",)
# "Instability not assessable" denies nothing.
NOT_ASSESSABLE = ("instability-unjudged",)
INSTABILITY = frozenset({"spinal-instability"})
ASKING = frozenset({"DiagnosticReport", "ServiceRequest", "ImagingStudy"})
# Words by which a title asks for something, and short names of what is grave.
ASKED_IN_TITLE = frozenset({"asked-in-title"})
GRAVE_IN_TITLE = frozenset({"grave-in-title"})
# A sample of a disc or vertebra looks for an infection as well as for a tumour.
SAMPLE_OF_SPINE = frozenset({"sample-of-spine"})
# Tests whose result is there within days. One that is still active later was forgotten,
# or is for a screening to come.
BRIEF_SEARCHES = frozenset({"marker-search", "infection-search", "contrast-search"})
MARKER_SEARCH = frozenset({"marker-search"})
SEARCHES = CAUSE_SEARCH | SAMPLE_OF_SPINE | BRIEF_SEARCHES
# What does not say for which disease it was done.
OF_UNSTATED_CAUSE = BIOPSIES | {"deep-infection", "wound-revision"}
_WORDLESS = WORDLESS | {"issued", "effectivePeriod"}


def grave_concepts_of(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return the grave things that a report, order, drug or procedure names.

    Of what must not be done only the reason counts: "do not mobilise: unstable".
    """
    title = TITLES.get(text(entry.get("resourceType")), "")
    if is_prohibition(entry):
        title = ""
        entry = {name: one for name, one in entry.items() if name not in FORBIDDEN}
    broken = _broken_by_title(entry, terminology)
    if _says_nothing_aside(entry, title):
        return broken
    # A title may name the reason for which something is ordered or given.
    titles = objects(entry.get(title)) if title else []
    asides = [*asides_of(entry)]
    codes, coded = _named_by_codes(entry, titles, asides, terminology)
    words = _without_plain(_written_in(entry, title, asides), codes, terminology)
    wards = _wards_of(entry)
    named = named_in(words, terminology) | (named_in(wards, terminology) & WARDS)
    concepts = broken | (coded & OPENING) | (named & (GRAVE | END_OF_LIFE))
    concepts -= SEARCHES
    searched = coded | named | _searches_in_titles(entry, titles, terminology)
    if _is_screening(entry, terminology):
        searched -= MARKER_SEARCH
    concepts |= _searched_by(entry, searched)
    concepts |= _unread(entry, words, named, terminology)
    # "Do not mobilise" denies nothing: it orders.
    concepts -= MOVING_FORBIDDEN
    is_brief = is_for_a_time(entry, coded)
    for word in words:
        if not (is_brief and terminology.kinds.named(word, REST)):
            concepts |= terminology.text_concepts(word, MOVING_FORBIDDEN)
        if terminology.kinds.named(word, NOT_ASSESSABLE):
            concepts |= INSTABILITY
    concepts |= _asked_in_title(entry, titles, terminology)
    concepts |= _unstable_in_brace(entry, terminology)
    concepts |= _stems_of(entry, words, wards, terminology)
    is_named_broken = not FRACTURED.isdisjoint(coded | named)
    if is_named_broken or names_broken_vertebra(entry, words, terminology):
        concepts |= {BROKEN_ASIDE}
    return concepts


def _broken_by_title(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return what broken bones leave open that the title of an entry names."""
    concepts = told_by_title(entry, terminology)
    if not has_unread_break(entry, GRAVE, terminology):
        return concepts
    is_report = text(entry.get("resourceType")) == "DiagnosticReport"
    unread = UNREAD_PROSE if is_report else UNREAD_REASON
    return concepts | {unread, MAY_BEAR_ON_SPINE}


def is_for_a_time(order: Json, coded: frozenset[str]) -> bool:
    """Tell if an order states hours, or is a bed rest that states its length.

    To lie flat for hours is routine. A bed rest of days has a card of its own.
    """
    bounds = member(order, "occurrenceTiming", "repeat", "boundsDuration")
    length = number(member(bounds, "value"))
    written = (text(member(bounds, name)) for name in ("code", "unit"))
    units = {HOURS_OF[one] for one in written if one in HOURS_OF}
    if not length or length < 0 or len(units) != 1 or member(bounds, "comparator"):
        return False
    return BED_REST in coded or length * units.pop() <= HOURS_OF_A_DAY


def _says_nothing_aside(entry: Json, title: str) -> bool:
    """Tell if an entry is void, or has no words besides its code.

    Most entries of most lists have none.

    Args:
        entry: a report, order, drug or procedure.
        title: the element with its title; empty if that is not read here.
    """
    is_wordless = entry.keys() <= _WORDLESS and not title
    is_void = text(entry.get("status")) in VOID
    return is_void or (is_wordless and not has_inner_asides(entry))


def _named_by_codes(
    entry: Json, titles: list[Json], asides: list[Aside], terminology: Terminology
) -> tuple[list[Json], frozenset[str]]:
    """Return all codes of an entry, and the concepts that they name or leave open.

    Args:
        entry: a report, order, drug or procedure.
        titles: the codes that are its title.
        asides: what it says besides.
        terminology: the service's terminology.
    """
    diagnoses = [one for name in DIAGNOSES for one in objects(entry.get(name))]
    diagnoses += [one.code for one in asides if one.code]
    codes = [*codes_of(_elements_of(entry)), *diagnoses, *titles]
    coded = terminology.concepts(codes) | left_open_by(diagnoses, terminology)
    return codes, coded - healed_elsewhere(codes, terminology)


def _elements_of(entry: Json) -> Json:
    return {name: value for name, value in entry.items() if name not in NO_ASIDES}


def _written_in(entry: Json, title: str, asides: list[Aside]) -> list[str]:
    """Return all words of an entry that may name something grave."""
    words = [*words_in(_elements_of(entry), WORDED | {"conclusion"})]
    words += words_of_asides(asides)
    if title:
        words += [word for one in objects(entry.get(title)) for word in texts_of(one)]
        words.append(text(member(entry, "medicationReference", "display")))
    return words


def _without_plain(
    written: list[str], codes: list[Json], terminology: Terminology
) -> list[str]:
    """Leave out words that are our own, or that name what a harmless code looks for.

    A code may be called `screening for cancer`, and our own referral says "if this is a
    tumour", which is a question to its reader.
    """
    plain = {
        word
        for code in codes
        if terminology.excludes(code) and not terminology.concepts(code) & GRAVE
        for word in texts_of(code)
        if is_title_plain(word, terminology)
    }
    return [
        word
        for word in dict.fromkeys(written)
        if word not in plain and not terminology.own_words.fullmatch(word)
    ]


def _searched_by(entry: Json, named: frozenset[str]) -> frozenset[str]:
    """Return the search for a cause, or the sample, that an order asks for.

    A report that says nothing yet is of such a search as well.

    Args:
        entry: any entry; any other searches for nothing.
        named: what its codes and words name.
    """
    is_order = is_asked(entry) or is_done_order(entry)
    if not (is_order or is_without_words(entry)):
        return frozenset()
    sampled = named & SAMPLE_OF_SPINE
    is_search = not named.isdisjoint(CAUSE_SEARCH | BIOPSIES)
    # A sample of the spine is cultured anyway.
    brief = named & BRIEF_SEARCHES - ({"infection-search"} if sampled else set())
    if not is_order:
        # A scan of the spine whose report is awaited is asked about as such.
        brief -= {"contrast-search"}
    return brief | (CAUSE_SEARCH if is_search and not sampled else sampled)


def _is_screening(order: Json, terminology: Terminology) -> bool:
    """Tell if every reason of an order is a screening of the healthy."""
    reasons = objects(order.get("reasonCode"))
    return bool(reasons) and all(
        any(map(terminology.search_parts.is_screening, _named_in_reason(reason)))
        for reason in reasons
    )


def _named_in_reason(reason: Json) -> list[str]:
    codes = [text(coding.get("code")) for coding in objects(reason.get("coding"))]
    return [*texts_of(reason), *codes]


def _searches_in_titles(
    entry: Json, titles: Iterable[Json], terminology: Terminology
) -> frozenset[str]:
    """Return what parts of the words of titles look for: a tumour, an infection.

    Args:
        entry: the order.
        titles: CodeableConcepts that say what is ordered.
        terminology: the service's terminology.
    """
    words = [word for title in titles for word in texts_of(title)]
    sites = words_of_sites(entry)
    parts = terminology.search_parts
    written = terminology.calendar.last_day(entry.get("authoredOn"))
    is_long = any(_is_long_antibiotic(word, written, terminology) for word in words)
    return frozenset({"infection-search"} if is_long else ()).union(
        *(parts.concepts_in(word, sites) for word in words)
    )


def _is_long_antibiotic(
    title: str, written: date | None, terminology: Terminology
) -> bool:
    """Tell if a title orders weeks of an antibiotic: "Cefazolin 6/52"."""
    if len(title) > LONGEST_TITLE:
        return False
    groups_of = terminology.drugs.groups_of
    named = [groups_of(one) for one in terminology.drug_words(title)]
    groups = INFECTION_DRUGS.intersection(chain.from_iterable(named))
    if not groups:
        return False
    hours = terminology.durations.longest(title)
    last = terminology.durations.last_day(title, written) if written else None
    if written and last:
        hours = max(hours, ((last - written).days + 1) * float(HOURS_OF_A_DAY))
    if DEEP_INFECTION_DRUG in groups and hours >= LONG_COURSE:
        return True
    least, most = BROAD_COURSE
    is_elsewhere = terminology.kinds.named(title, ELSEWHERE)
    return least <= hours <= most and not is_elsewhere


def words_of_sites(order: Json) -> list[str]:
    """Return the words of an order on where tissue is from."""
    specimens = (text(one.get("display")) for one in objects(order.get("specimen")))
    named = [*objects(order.get("bodySite")), *objects(order.get("orderDetail"))]
    return [*(word for one in named for word in texts_of(one)), *specimens]


def _stems_of(
    entry: Json, words: list[str], wards: list[str], terminology: Terminology
) -> frozenset[str]:
    """Return what is open if words have a part that tells of something grave.

    Reports are read whole elsewhere.
    """
    if text(entry.get("resourceType")) == "DiagnosticReport":
        return frozenset()
    counted = [(word, GRAVE | END_OF_LIFE) for word in words]
    counted += [(ward, WARDS) for ward in wards]
    if any(_has_unnamed_stem(*one, terminology) for one in counted):
        return frozenset({UNREAD_REASON, MAY_BEAR_ON_SPINE})
    return frozenset()


def is_asked(entry: Json) -> bool:
    """Tell if an entry is an order that was not carried out yet."""
    is_order = text(entry.get("resourceType")) in ORDERS
    return is_order and text(entry.get("status")) in ASKED


def is_done_order(entry: Json) -> bool:
    """Tell if an entry is an order that was carried out: its result may be pending."""
    is_order = text(entry.get("resourceType")) in ORDERS
    return is_order and text(entry.get("status")) == "completed"


def _asked_in_title(
    entry: Json, titles: list[Json], terminology: Terminology
) -> frozenset[str]:
    """Return what is open if a title of an order or exam asks, and is not understood.

    "MRI r/o OM" asks for an infection as a reason does. What is asked about must be
    plain: "MRI ?fracture L1" is.

    Args:
        entry: a report, order or imaging study; no other title is read here.
        titles: the codes that are its title.
        terminology: the service's terminology.
    """
    kind = text(entry.get("resourceType"))
    if kind not in ASKING:
        return frozenset()
    named = [*titles, *objects(entry.get("procedureCode"))]
    words = [word for code in named for word in texts_of(code)]
    words.append(text(entry.get("description")))
    if not any(_leaves_open(word, terminology) for word in words):
        return frozenset()
    unread = UNREAD_PROSE if kind == "DiagnosticReport" else UNREAD_REASON
    return frozenset({unread, MAY_BEAR_ON_SPINE})


def _unstable_in_brace(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return `unstable-fracture` if the title of a brace order tells of one.

    "Unstable" or "type B" alone may be of an angina or an ankle in any other title.
    """
    if text(entry.get("resourceType")) not in ORDERS:
        return frozenset()
    codes = [code for name in ORDERED for code in objects(entry.get(name))]
    words = [word for code in codes for word in texts_of(code)]
    words.append(text(member(entry, "codeReference", "display")))
    is_brace = not BRACE.isdisjoint(terminology.concepts(codes)) or any(
        terminology.text_concepts(word, BRACE) for word in words
    )
    is_unstable = any(terminology.kinds.named(word, UNSTABLE) for word in words)
    return frozenset({"unstable-fracture"} if is_brace and is_unstable else ())


def _leaves_open(title: str, terminology: Terminology) -> bool:
    """Tell if a title has a short name of a grave thing, or asks what is unclear."""
    if terminology.own_words.fullmatch(title):
        return False
    if terminology.text_concepts(title, GRAVE_IN_TITLE):
        return True
    if not terminology.text_concepts(title, ASKED_IN_TITLE):
        return False
    asked = terminology.clauses.without_suspicion(title)
    return not is_reason_understood([asked], GRAVE, terminology)


def _has_unnamed_stem(
    words: str, counted: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if words have a part that tells of something grave, and name none of it.

    Args:
        words: words of an entry.
        counted: the concepts that are left open if words name them.
        terminology: the service's terminology.
    """
    return any(
        has_grave_stem(sentence, terminology)
        and named_in([sentence], terminology).isdisjoint(counted)
        for sentence in sentences_once([words])
    )


def _wards_of(entry: Json) -> list[str]:
    """Return the names of the wards of a stay; other words of places count nowhere."""
    if text(entry.get("resourceType")) != "Encounter":
        return []
    return [
        text(member(one, "location", "display"))
        for one in objects(entry.get("location"))
    ]


def _unread(
    entry: Json, words: list[str], named: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what the words of an entry leave open besides what they name.

    Args:
        entry: a report, order, drug or procedure, or another entry with asides.
        words: all its words that may name something grave.
        named: the concepts that these words name.
        terminology: the service's terminology.
    """
    kind = text(entry.get("resourceType"))
    reasons = [
        word
        for word in words_of_reasons(entry, terminology)
        if not terminology.own_words.fullmatch(word)
    ]
    if kind == "DiagnosticReport":
        return _unread_in_report(entry, reasons, words, terminology)
    if kind == OBSERVATION:
        plain = terminology.plain.values
        reasons = [word for word in reasons if not plain.are_all(word)]
    named_as_needed = words_as_needed(entry)
    titled = plain_words_of_study(entry, terminology)  # `lung cancer screening`
    asked = [
        word
        for word in reasons
        if word not in named_as_needed or not is_dose_plain(word, terminology)
    ]
    # A denial may have swallowed a grave thing, and words that are too long to be read
    # may name one.
    is_long = sum(map(len, words)) > LONGEST_TEXT
    swallowed = [
        word
        for word in words
        if is_long or (_names_more(word, named, terminology) and word not in titled)
    ]
    concepts = set[str]()
    is_understood = (
        is_reason_understood([*asked, *swallowed], GRAVE, terminology)
        and are_doses_understood(entry, GRAVE, terminology)
        and is_study_understood(entry, GRAVE, terminology)
    )
    if not is_understood or has_code_alone(entry, terminology):
        concepts |= {UNREAD_REASON, MAY_BEAR_ON_SPINE}
    return frozenset(concepts | _earlier_in(reasons, terminology))


def _earlier_in(words: list[str], terminology: Terminology) -> set[str]:
    """Return the earlier fracture and the earlier augmentation that words may name."""
    is_earlier = names_earlier_fracture(words, terminology)
    is_earlier |= names_several_fractures(words, terminology)
    is_earlier |= any(vertebrae_in_short(prose, terminology) for prose in words)
    concepts = {EARLIER} if is_earlier else set[str]()
    if concepts and names_earlier_augmentation(words, terminology):
        concepts.add(AUGMENTED_ASIDE)
    return concepts


def _unread_in_report(
    report: Json, reasons: list[str], words: list[str], terminology: Terminology
) -> frozenset[str]:
    """Return what the codes and words of a report leave open next to its conclusion."""
    concepts = set[str]()
    results = objects(report.get("conclusionCode"))
    is_unknown = any(is_unknown_alone(code, terminology) for code in results)
    is_understood = is_reason_understood(reasons, frozenset(), terminology)
    if is_unknown or not is_understood or has_code_alone(report, terminology):
        concepts |= {UNREAD_PROSE, MAY_BEAR_ON_SPINE}
    concepts |= _earlier_in(words, terminology)
    return frozenset(concepts)


def _names_more(words: str, named: frozenset[str], terminology: Terminology) -> bool:
    """Tell if words name a grave thing that is not counted as named."""
    stated = terminology.text_concepts(words, GRAVE)
    return bool((stated | terminology.ruled_out(words, GRAVE)) - named)


def is_unjudged(code: Json, terminology: Terminology) -> bool:
    """Tell if a code may be any diagnosis: it was never judged."""
    return terminology.identifies("conditions", code) and not terminology.excludes(code)


def states_by_code(entry: Json, terminology: Terminology) -> frozenset[str]:
    """Return the states, and the earlier fracture, that codes of its reasons name.

    A code that was never judged may be any diagnosis.
    """
    codes = [code for name in DIAGNOSES for code in objects(entry.get(name))]
    concepts = terminology.concepts(codes) & (STATES | LISTED_TOO | UNSTABLE_BY_CODE)
    concepts -= healed_elsewhere(codes, terminology)
    if any(_is_of_earlier_fracture(code, terminology) for code in codes):
        concepts |= {EARLIER}
    if any(is_unjudged(code, terminology) for code in codes):
        concepts |= {UNJUDGED}
    return concepts


def drugs_and_states(operation: Json, terminology: Terminology) -> frozenset[str]:
    """Return the drugs and states that an augmentation names, each in doubt.

    Other modules read the grave things in its words.
    """
    words = [*words_in(operation)]
    drugs = bone_drugs_named(words, terminology) | steroids_named(words, terminology)
    drugs |= telling_drugs_named(words, terminology)
    return frozenset(map(in_doubt, drugs | states_by_code(operation, terminology)))


def is_unjudged_act(
    procedure: Json, known: frozenset[str], terminology: Terminology
) -> bool:
    """Tell if a procedure may be the treatment of a tumour, or a dialysis.

    It may not if its code is in a value set or a harmless range, or if its words name
    an operation that is read as what it is, or are all known. A biopsy of bone does
    not say what it found, and the cleaning of a wound not why, so they may.

    Args:
        procedure: a Procedure.
        known: what it names of the operations that are read as what they are.
        terminology: the service's terminology.
    """
    code = procedure.get("code")
    is_void = text(procedure.get("status")) in VOID
    is_known = bool((known | terminology.concepts(code)) - OF_UNSTATED_CAUSE)
    return not (is_void or is_known or is_harmless_act(code, terminology))


def is_harmless_act(code: Any, terminology: Terminology) -> bool:
    """Tell if the code or the words of a procedure are those of a harmless one."""
    acts = terminology.harmless_acts
    codings = [
        coding
        for codeable in objects(code)
        for coding in objects(codeable.get("coding"))
    ]
    codes = [(text(one.get("system")), text(one.get("code"))) for one in codings]
    if any(acts.holds(*one) for one in codes):
        return all(
            acts.holds(*coding)
            for coding in codes
            if terminology.identifies("procedures", _coded(*coding))
        )
    words = texts_of(code)
    return bool(words) and all(
        acts.is_title(word) or terminology.bystanders.names_act(word) for word in words
    )


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def left_open_by(codes: Iterable[Json], terminology: Terminology) -> frozenset[str]:
    """Return what codes of diagnoses leave open that they do not name."""
    concepts = set[str]()
    for code in codes:
        if not terminology.identifies("conditions", code):
            continue
        bare = {"code": {"coding": code.get("coding")}}
        if _is_of_earlier_fracture(code, terminology):
            concepts.add(EARLIER)
        if is_unjudged(code, terminology):
            # A complaint or a pneumonia is not understood, but asks for no tumour.
            asks_nothing = terminology.is_complaint(code)
            asks_nothing |= terminology.is_elsewhere(code)
            concepts.add(UNREAD_REASON if asks_nothing else UNJUDGED)
        if not (
            is_bystander_problem(bare, terminology)
            or is_plain_fracture(bare, terminology, is_old=False)
        ):
            concepts.add(MAY_BEAR_ON_SPINE)
    return frozenset(concepts)


def _is_of_earlier_fracture(code: Json, terminology: Terminology) -> bool:
    codes = (text(coding.get("code")) for coding in objects(code.get("coding")))
    is_later = any(map(is_later_encounter, codes))
    return is_later and bool(terminology.concepts([code]) & FRACTURED)
