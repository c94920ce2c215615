"""Find what one resource names: the concepts of its codes and words.

Lists, drugs, devices and examinations have modules of their own, imported here.
"""

from cds_service.fhir.entries.act_concepts import concepts_of_act
from cds_service.fhir.entries.coded import Coded, read_code
from cds_service.fhir.entries.condition_concepts import concepts_of_condition
from cds_service.fhir.entries.exams.awaited_reports import (
    AWAITED,
    OF_IMAGES,
    REGISTERED,
    UNREAD_PARTS,
    is_of_spine,
    is_without_words,
)
from cds_service.fhir.entries.exams.bone_reports import (
    TELLS_T_SCORE,
    names_t_score,
    words_of_report,
)
from cds_service.fhir.entries.exams.exam_concepts import (
    EXAM_TYPES,
    exam_concepts,
    names_lesion,
)
from cds_service.fhir.entries.exams.t_scores_in_words import (
    T_SCORE_ASIDE,
    t_scores_of_condition,
    t_scores_of_entry,
)
from cds_service.fhir.entries.exams.unread_in_report import (
    is_density_understood,
    is_prose_understood,
)
from cds_service.fhir.entries.fractures.bones import CERVICAL
from cds_service.fhir.entries.fractures.neck_in_words import is_neck_in_report
from cds_service.fhir.entries.grave.cultures import (
    MICROBIOLOGY,
    READ_HERE,
    as_report,
    concepts_of_culture,
    is_culture,
    is_culture_value,
)
from cds_service.fhir.entries.grave.grave_concepts import (
    MAY_BEAR_ON_SPINE,
    UNREAD_PROSE,
)
from cds_service.fhir.entries.harm.harm_codes import EARLIER, is_history
from cds_service.fhir.entries.harm.harm_in_acts import (
    HARM_ASIDE,
    asides_tell_harm,
    tells_of_harm,
)
from cds_service.fhir.entries.harm.news_in_conditions import ACUTE
from cds_service.fhir.entries.harm.unusual_titles import UNUSUAL_ACT, may_be_unusual
from cds_service.fhir.entries.listed import LISTED, OF_NO_CONCERN
from cds_service.fhir.entries.medication.drug_groups import MEDICATION_TYPES
from cds_service.fhir.entries.medication.products import (
    PRODUCT_ELEMENTS,
    referred_in,
    unread_ingredients,
)
from cds_service.fhir.entries.medication.reasons_against_drugs import against_drugs
from cds_service.fhir.entries.medication.telling_drugs import (
    TELLING_DRUG,
    THINNED,
    is_for_years,
    may_tell,
)
from cds_service.fhir.entries.named_in_asides import drugs_told_in_doubt, grave_in_doubt
from cds_service.fhir.entries.product_concepts import (
    concepts_of_device,
    concepts_of_drug,
)
from cds_service.fhir.entries.words.asides import (
    OBSERVATION,
    VOID,
    asides_of,
    words_of_asides,
)
from cds_service.fhir.entries.words.open_concepts import MAY_NEED_BRACE, NOT_UNDERSTOOD
from cds_service.fhir.entries.words.problem_words import in_doubt
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.raw_json import Json, member, objects, text
from cds_service.fhir.references import Targets
from cds_service.outgoing.deadline import check_time

BY_WORDS = frozenset({"Procedure", "ServiceRequest"})
# An entry with one of these may be of any drug or device.
OF_ANY_PRODUCT = frozenset({NOT_UNDERSTOOD, MAY_NEED_BRACE})
PLACE = frozenset({"place-of-care"})
# What no finding reads is kept if the label of a bone drug warns of it.
LABEL_CAUTION = "label-caution"
# Types that are read whatever their codes say.
OF_TYPE = {"Encounter": PLACE, "Appointment": frozenset({"appointment"})}
# Further types whose asides may name a grave thing.
WITH_ASIDES = frozenset({OBSERVATION, *OF_TYPE})


def concepts_of(
    coded: Coded, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    """Return the concepts of one resource; empty if we do not read it.

    Two of them say that a list cannot answer "no":

    - `not-understood`: neither a code nor words identify the entry. It may be anything,
      so no concept is "not on the list".
    - `may-be-grave`: the code of a condition is in no value set and no harmless range;
      or it has no code, and its words are no name of a harmless disease. It excludes no
      tumour, infection or deficit (`only_codes_exclude`).

    Args:
        coded: the raw resource, and its code.
        targets: resources of other types that were returned with it.
        terminology: the service's terminology, including the site's codes.
    """
    resource = coded.raw
    concepts = _concepts_by_type(coded, targets, terminology)
    if is_history(resource, terminology):
        concepts |= {EARLIER}
    if t_scores_of_entry(resource, terminology):
        concepts |= {T_SCORE_ASIDE}
    if asides_tell_harm(resource, terminology):
        concepts |= {HARM_ASIDE}
    if may_be_unusual(resource, terminology):
        concepts |= {UNUSUAL_ACT}
    return concepts | {ACUTE} if tells_of_harm(resource, terminology) else concepts


def _concepts_by_type(
    coded: Coded, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    resource = coded.raw
    kind = text(resource.get("resourceType"))
    if kind in MEDICATION_TYPES:
        referred = referred_in(resource, targets)
        drug = concepts_of_drug(resource, referred, terminology)
        if may_tell(resource, referred, terminology):
            drug |= {TELLING_DRUG}
        return drug | against_drugs(resource, drug, terminology)
    if kind in PRODUCT_ELEMENTS:
        return concepts_of_device(resource, targets, terminology)
    if kind in EXAM_TYPES or is_culture_value(resource, terminology):
        return _concepts_of_exam(resource, targets, terminology)
    if kind == "Condition":
        return _concepts_of_diagnosis(coded, terminology)
    concepts = OF_TYPE.get(kind) or coded.concepts
    for component in objects(resource.get("component")):
        check_time()
        concepts |= terminology.concepts(component.get("code"))
    if kind in LISTED or kind in BY_WORDS:
        return concepts_of_act(coded, concepts, terminology)
    return _concepts_of_coded(resource, concepts, terminology) if concepts else concepts


def _concepts_of_diagnosis(coded: Coded, terminology: Terminology) -> frozenset[str]:
    condition = coded.raw
    concepts = concepts_of_condition(coded, terminology)
    if is_for_years(condition, terminology):
        concepts |= {THINNED}
    if t_scores_of_condition(condition, concepts, terminology):
        concepts |= {TELLS_T_SCORE}
    if not concepts and _is_warned_of(condition, terminology):
        concepts = frozenset({LABEL_CAUTION})
    return concepts


def _is_warned_of(condition: Json, terminology: Terminology) -> bool:
    """Tell if the label of a bone drug warns of the code of a diagnosis."""
    codes = terminology.caution_codes
    codings = terminology.codings(condition.get("code"))
    return any(True for coding in codings for _ in codes.of(*coding))


def _concepts_of_coded(
    resource: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return concepts of a value, stay or appointment, with what it names besides.

    Args:
        resource: raw JSON of any other type.
        concepts: those of its code or type.
        terminology: the service's terminology.
    """
    kind = text(resource.get("resourceType"))
    if kind == OBSERVATION:
        notes = [text(one.get("text")) for one in objects(resource.get("note"))]
        concepts |= drugs_told_in_doubt(notes, concepts, terminology)
    if kind in WITH_ASIDES:
        concepts |= grave_in_doubt(resource, terminology)
    if kind in OF_TYPE:
        words = words_of_asides(asides_of(resource))
        concepts |= drugs_told_in_doubt(words, concepts, terminology)
    concepts |= against_drugs(resource, concepts, terminology)
    return concepts - OF_NO_CONCERN


def _concepts_of_exam(
    exam: Json, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    """Return concepts of a report, a culture or an imaging study, and its asides."""
    if text(exam.get("resourceType")) == OBSERVATION:
        exam = as_report(exam)
    if is_culture(exam, terminology):
        return _concepts_of_culture(exam, targets, terminology)
    concepts = exam_concepts(exam, terminology)
    if names_t_score(exam, terminology):
        concepts |= {TELLS_T_SCORE}
    concepts |= grave_in_doubt(exam, terminology)
    if text(exam.get("status")) not in VOID and names_lesion(exam, terminology):
        concepts |= {in_doubt("malignancy")}
    if text(exam.get("status")) not in VOID and is_neck_in_report(exam, terminology):
        concepts |= {in_doubt(CERVICAL)}
    if is_without_words(exam) and is_of_spine(exam, concepts, terminology):
        concepts |= {AWAITED}
    concepts |= _unread_prose(exam, concepts, terminology)
    words = (*words_of_report(exam), *words_of_asides(asides_of(exam)))
    return concepts | drugs_told_in_doubt(words, concepts, terminology)


def _concepts_of_culture(
    report: Json, targets: Targets, terminology: Terminology
) -> frozenset[str]:
    """Return concepts of a report of microbiology, with what it names besides."""
    if text(report.get("status")) in VOID:
        return frozenset()
    named = grave_in_doubt(report, terminology) - READ_HERE
    return MICROBIOLOGY | named | concepts_of_culture(report, targets, terminology)


def _unread_prose(
    exam: Json, concepts: frozenset[str], terminology: Terminology
) -> frozenset[str]:
    """Return what a report leaves open if its words were not understood whole."""
    is_density = "dxa-exam" in concepts and concepts.isdisjoint(OF_IMAGES)
    is_understood = is_density_understood if is_density else is_prose_understood
    status = text(exam.get("status"))
    if status in VOID:
        return frozenset()
    # The file of a registered report is of the order: nothing was found yet.
    is_silent = not is_density and status != REGISTERED and is_silent_report(exam)
    if is_understood(exam, terminology) and not is_silent:
        return frozenset()
    return frozenset(map(in_doubt, (UNREAD_PROSE, MAY_BEAR_ON_SPINE)))


def is_silent_report(exam: Json) -> bool:
    """Tell if the words of a report are only where nobody reads them.

    They may be in an attachment, in the narrative, or in results of their own. A
    conclusion may be there and hidden: then only its extension is sent.
    """
    is_report = text(exam.get("resourceType")) == "DiagnosticReport"
    has_words = text(exam.get("conclusion")) or exam.get("conclusionCode")
    elsewhere = UNREAD_PARTS | {"_conclusion"}
    return is_report and not has_words and not elsewhere.isdisjoint(exam)


def is_product_unread(
    resource: Json, targets: Targets, terminology: Terminology
) -> bool:
    """Tell if a drug or device is named only by a reference that leads to nothing.

    The server refused its target or no longer has it, or there was no time to read it.
    """
    element, _ = PRODUCT_ELEMENTS[text(resource.get("resourceType"))]
    if not member(resource, f"{element}Reference", "reference"):
        return False
    referred = referred_in(resource, targets)
    is_read = referred is not None and not unread_ingredients(referred)
    if text(resource.get("status")) in VOID or is_read:
        return False
    coded = read_code(resource, terminology)
    unknown = concepts_of(coded, targets, terminology) & OF_ANY_PRODUCT
    return bool(unknown)
