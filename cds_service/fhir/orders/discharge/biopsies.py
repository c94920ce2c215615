"""Read the biopsies of a fracture, each with its own reports.

The report of a biopsy at one site tells nothing of a biopsy at another site.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import chain

from cds_service.core.facts.leaving import Biopsy, GraveResult
from cds_service.core.orders import AugmentationOrder
from cds_service.fhir.entries.exams.awaited_reports import is_without_words
from cds_service.fhir.entries.exams.unread_in_report import (
    is_of_other_organ,
    is_result_understood,
    names_spine,
)
from cds_service.fhir.entries.grave.grave_concepts import CANCERS, SPINAL_INFECTIONS
from cds_service.fhir.entries.grave.searches import (
    BIOPSIES,
    SAMPLE_OF_SPINE,
    words_of_sites,
)
from cds_service.fhir.entries.grave_asides import grave_concepts_of
from cds_service.fhir.entries.reports import FINAL
from cds_service.fhir.leaves import words_in
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.drafts import NO_DRAFTS, Order, codeables
from cds_service.fhir.orders.levels.named_levels import named_levels
from cds_service.fhir.orders.recognition import classify
from cds_service.fhir.orders.since.reports import is_pathology
from cds_service.fhir.raw_json import Json, objects, text, texts_of
from cds_service.fhir.references import last_name
from cds_service.fhir.site_calendar import SiteCalendar

# The concepts of each grave result of a biopsy.
GRAVE_RESULTS: Mapping[GraveResult, frozenset[str]] = {
    "malignancy": CANCERS,
    "infection": SPINAL_INFECTIONS
    | {
        "sepsis",
        # Of a vertebra, whatever its code says of the place.
        "bone-infection-elsewhere",
        "deep-infection",
    },
}
# Policy: an order of histology this near to a biopsy is of its tissue.
EXAMINED_WITHIN = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A biopsy, or a sample of a disc, of a vertebra or of marrow.

    Attributes:
        names: references of it and of the orders that it carries out.
        sent: the day on which it was taken or ordered; None if that is not known.
        levels: the vertebrae that it names.
        is_marrow: it is of marrow.
        is_biopsy: it is of a vertebra, or of a place that its words do not say; neither
            of a disc nor of marrow, nor by a code that may be of any bone.
        is_cultured: its title asks for a culture as well.
        is_taken: it is a procedure.
        is_examined: it is an order to examine tissue that was or will be taken.
    """

    reference: str
    names: frozenset[str]
    sent: date | None
    levels: frozenset[str]
    is_marrow: bool
    is_biopsy: bool
    is_cultured: bool
    is_taken: bool
    is_examined: bool


@dataclass(slots=True)
class _Answers:
    """The reports of a sample.

    Attributes:
        tissue: of pathology, whatever their status.
        cultures: final ones that tell of a culture.
        is_settled: one of them is the final report of this sample.
    """

    tissue: list[Json] = field(default_factory=list)
    cultures: list[Json] = field(default_factory=list)
    is_settled: bool = False


def is_sample_of_bone(act: Json, terminology: Terminology) -> bool:
    """Tell if a procedure or order takes a biopsy of bone, or may.

    One that names no place may be of the vertebra: "CT-guided biopsy", or a code of
    bones as a class.
    """
    return (
        _is_biopsy(act, terminology)
        or _is_coded_biopsy(act, terminology)
        or _takes_sample(act, terminology)
        or any(map(terminology.search_parts.takes_bone, texts_of(act.get("code"))))
        or _is_examined(act, terminology)
    )


def _is_examined(act: Json, terminology: Terminology) -> bool:
    """Tell if a title or a code asks for the histology of bone, or may.

    A code alone does not say of which organ: then a vertebra must be named.
    """
    parts = terminology.search_parts
    titles, sites = texts_of(act.get("code")), words_of_sites(act)
    if any(map(parts.names_other_organ, sites)):
        return False
    if any(map(parts.examines_tissue, titles)):
        return True
    codings = terminology.codings(act.get("code"))
    is_coded = any(parts.is_histology_code(code) for _, code in codings)
    is_of_vertebra = any(map(parts.names_vertebra, [*titles, *sites])) or bool(
        named_levels(act, NO_DRAFTS, terminology)
    )
    return is_coded and is_of_vertebra


def sample_of(order: Order, sent: date | None, terminology: Terminology) -> Sample:
    """Read a procedure or an order of which `is_sample_of_bone` holds.

    Args:
        order: the procedure or order.
        sent: the day on which it was taken or ordered; None if that is not known.
        terminology: the service's terminology.
    """
    act = order.resource
    titles = texts_of(act.get("code"))
    parts = terminology.search_parts
    named = map(terminology.levels.named, [*titles, *words_in(act)])
    levels = {*named_levels(act, NO_DRAFTS, terminology), *chain.from_iterable(named)}
    is_marrow = any(map(parts.names_marrow, titles))
    is_biopsy = _is_biopsy(act, terminology)
    is_of_spine_alone = _takes_sample(act, terminology) and not is_biopsy
    # Of another bone it settles no question of a tumour.
    is_of_any_bone = (
        _is_coded_biopsy(act, terminology)
        and not is_biopsy
        and not levels
        and not any(map(parts.takes_bone, titles))
    )
    return Sample(
        reference=order.reference,
        names=frozenset({order.reference, *_based_on(act)}),
        sent=sent,
        levels=frozenset(levels),
        is_marrow=is_marrow,
        is_biopsy=not (is_marrow or is_of_spine_alone or is_of_any_bone),
        is_cultured=any(map(parts.names_culture, titles)),
        is_taken=text(act.get("resourceType")) == "Procedure",
        is_examined=_is_examined(act, terminology),
    )


def read_biopsies(
    sent: Sequence[Sample],
    reports: Sequence[Json],
    performed: AugmentationOrder,
    terminology: Terminology,
) -> Iterator[Biopsy]:
    """Yield each biopsy with what its reports say, then results that belong to none.

    Args:
        sent: the samples, those of procedures first, then those of orders.
        reports: all reports that are not void.
        performed: the operation.
        terminology: the service's terminology.
    """
    samples = _joined(sent)
    tissue = [one for one in reports if is_pathology(one, terminology)]
    answers = _shared_out(tissue, samples, terminology)
    for sample, answer in zip(samples, answers, strict=True):
        if sample.is_cultured:
            answer.cultures += [
                one for one in reports if _is_culture_of(one, sample, terminology)
            ]
        yield _biopsy(sample, answer, terminology)
    answered = [report for answer in answers for report in answer.tissue]
    others = [report for report in tissue if report not in answered]
    yield from _without_biopsy(others, terminology, performed)


def _joined(sent: Sequence[Sample]) -> list[Sample]:
    """Join the entries of one biopsy: its procedure and its orders."""
    samples: list[Sample] = []
    for one in sorted(
        sent, key=lambda each: (not each.is_taken, each.is_examined, not each.levels)
    ):
        known = next((each for each in samples if _is_same(each, one)), None)
        if known is None:
            samples.append(one)
            continue
        samples[samples.index(known)] = replace(
            known,
            names=known.names | one.names,
            sent=known.sent or one.sent,
            levels=known.levels | one.levels,
            is_biopsy=known.is_biopsy or one.is_biopsy,
            is_cultured=known.is_cultured or one.is_cultured,
            is_examined=known.is_examined and one.is_examined,
        )
    return samples


def _is_same(known: Sample, other: Sample) -> bool:
    """Tell if two entries are of one biopsy.

    They name each other, or are of one place and one day. A procedure belongs to the
    order before it. The histology of a biopsy is ordered within days of the biopsy.
    """
    if known.is_marrow != other.is_marrow:
        return False
    if not known.names.isdisjoint(other.names):
        return True
    if known.levels and other.levels and known.levels.isdisjoint(other.levels):
        return False
    if known.sent is None or other.sent is None or known.sent == other.sent:
        return True
    if other.is_examined and not known.is_examined:
        return abs(other.sent - known.sent) <= EXAMINED_WITHIN
    return known.is_taken and not other.is_taken and other.sent < known.sent


def _shared_out(
    tissue: Sequence[Json], samples: Sequence[Sample], terminology: Terminology
) -> list[_Answers]:
    """Give each report to the samples that it may be of.

    A final report that names no order and no vertebra settles one sample of its kind,
    not two. If all samples that it may be of are settled, it adds to each of them.
    """
    answers = [_Answers() for _ in samples]
    calendar = terminology.calendar
    for report in sorted(
        tissue, key=lambda one: _reported_on(one, calendar) or date.max
    ):
        fitting = [
            (sample, answer)
            for sample, answer in zip(samples, answers, strict=True)
            if _may_answer(report, sample, terminology)
        ]
        settles = _is_final(report) and any(
            _is_of_sample(report, sample, terminology) for sample, _ in fitting
        )
        if settles and not (_based_on(report) or _levels_in(report, terminology)):
            unsettled = [one for one in fitting if not one[1].is_settled]
            fitting = _own_kind_first(report, unsettled, terminology)[:1] or fitting
        for sample, answer in fitting:
            answer.tissue.append(report)
            answer.is_settled |= settles and _is_of_sample(report, sample, terminology)
    return answers


def _own_kind_first(
    report: Json, fitting: list[tuple[Sample, _Answers]], terminology: Terminology
) -> list[tuple[Sample, _Answers]]:
    """Sort samples: those of the kind that a report names first, the oldest first."""
    is_marrow = _names_marrow(report, terminology)
    return sorted(
        fitting,
        key=lambda one: (one[0].is_marrow != is_marrow, one[0].sent or date.max),
    )


def _names_marrow(report: Json, terminology: Terminology) -> bool:
    return any(map(terminology.search_parts.names_marrow, _words_of(report)))


def _levels_in(report: Json, terminology: Terminology) -> frozenset[str]:
    """Return the vertebrae that a report names as its tissue."""
    named = map(terminology.levels.named, _words_of(report))
    return frozenset(chain.from_iterable(named))


def _words_of(report: Json) -> list[str]:
    """Return the words of a report that say what was looked at, and what was found."""
    specimens = (text(one.get("display")) for one in objects(report.get("specimen")))
    named = codeables(report, "category", "code")
    titles = chain.from_iterable(map(texts_of, named))
    return [*titles, *specimens, text(report.get("conclusion"))]


def _may_answer(report: Json, sample: Sample, terminology: Terminology) -> bool:
    """Tell if a report, final or not, may be of a sample.

    If it names an order, that must be one of the sample. If not, it must be of that day
    or later, and of no other vertebra.
    """
    if based_on := _based_on(report):
        return not sample.names.isdisjoint(based_on)
    levels = _levels_in(report, terminology)
    if levels and sample.levels and levels.isdisjoint(sample.levels):
        return False
    day = _reported_on(report, terminology.calendar)
    return day is not None and sample.sent is not None and day >= sample.sent


def _is_culture_of(report: Json, sample: Sample, terminology: Terminology) -> bool:
    """Tell if a final report tells what grew, or that nothing did, of a sample."""
    if not (_is_final(report) and _may_answer(report, sample, terminology)):
        return False
    parts, words = terminology.search_parts, _words_of(report)
    specimen = {"specimen": report.get("specimen")}
    if not _based_on(report) and (
        any(map(parts.names_other_culture, words))
        or is_of_other_organ(specimen, terminology)
    ):
        return False
    return any(map(parts.tells_growth, words))


def _based_on(resource: Json) -> frozenset[str]:
    return frozenset(
        last_name(text(reference.get("reference")))
        for reference in objects(resource.get("basedOn"))
    )


def _biopsy(sample: Sample, answers: _Answers, terminology: Terminology) -> Biopsy:
    """Read what the reports of a sample say.

    A grave result in any of its final reports counts. Other reports count only if they
    are no older than the last final one. If the sample is cultured as well, the culture
    is awaited too.
    """
    calendar = terminology.calendar
    finals = [report for report in answers.tissue if _is_final(report)]
    pending = [report for report in answers.tissue if not _is_final(report)]
    own = [one for one in finals if _is_of_sample(one, sample, terminology)]
    results = [*finals, *(one for one in answers.cultures if one not in finals)]
    grave = [report for report in results if _grave_results(report, terminology)]
    unclear = [one for one in own if not is_result_understood(one, terminology)]
    days = [_reported_on(report, calendar) for report in grave or unclear]
    final_days = [_reported_on(report, calendar) for report in finals]
    settled_on = max(filter(None, final_days), default=date.min)
    unsettled = [
        report
        for report in pending
        if (_reported_on(report, calendar) or date.max) >= settled_on
    ]
    is_grown = not sample.is_cultured or bool(answers.cultures)
    return Biopsy(
        sent_on=sample.sent,
        is_back=bool(own) and is_grown,
        reference=sample.reference,
        names=_grave_results_of(grave, terminology),
        back_on=max(filter(None, days), default=None),
        is_unclear=bool(unclear),
        preliminary=_grave_results_of(unsettled, terminology),
        is_sample=not sample.is_biopsy,
        reports=frozenset(map(_reference_of, [*results, *unsettled])),
    )


def _is_of_sample(report: Json, sample: Sample, terminology: Terminology) -> bool:
    """Tell if a report is of this tissue: it names an order, or no other organ."""
    is_of_marrow = sample.is_marrow and _names_marrow(report, terminology)
    return is_of_marrow or _is_of_biopsy(report, terminology)


def _grave_results_of(
    reports: Iterable[Json], terminology: Terminology
) -> frozenset[GraveResult]:
    named = (_grave_results(report, terminology) for report in reports)
    return frozenset[GraveResult]().union(*named)


def _without_biopsy(
    reports: Iterable[Json], terminology: Terminology, performed: AugmentationOrder
) -> Iterator[Biopsy]:
    """Yield the results since the operation that belong to no known biopsy.

    Tissue is often taken in a kyphoplasty without a separate order. A plain result
    opens nothing. A result that is not final is pending, if no final one came later.
    """
    since, calendar = performed.performed_on, terminology.calendar
    of_spine = [
        (report, day)
        for report in reports
        if (day := _reported_on(report, calendar))
        and (since is None or day >= since)
        and _may_be_of_spine(report, terminology)
    ]
    finals = [(report, day) for report, day in of_spine if _is_final(report)]
    settled_on = max((day for _, day in finals), default=date.min)
    for report, day in finals:
        names = _grave_results(report, terminology)
        is_unclear = not is_result_understood(report, terminology)
        if names or is_unclear:
            yield Biopsy(
                since,
                is_back=True,
                reference=_reference_of(report),
                names=names,
                back_on=day,
                is_unclear=is_unclear,
                reports=frozenset({_reference_of(report)}),
            )
    for report, day in of_spine:
        if not _is_final(report) and day >= settled_on:
            names = _grave_results(report, terminology)
            reference = _reference_of(report)
            yield Biopsy(
                since,
                is_back=False,
                reference=reference,
                preliminary=names,
                reports=frozenset({reference}),
            )


def _is_final(report: Json) -> bool:
    """Tell if a report is final, and says something."""
    return text(report.get("status")) in FINAL and not is_without_words(report)


def _reference_of(report: Json) -> str:
    return f"DiagnosticReport/{text(report.get('id'))}"


def _may_be_of_spine(report: Json, terminology: Terminology) -> bool:
    """Tell if a report that answers no known biopsy may be of a vertebra."""
    unbased = {name: value for name, value in report.items() if name != "basedOn"}
    if not _is_of_biopsy(unbased, terminology):
        return False
    is_of_another_order = bool(objects(report.get("basedOn")))
    return not is_of_another_order or names_spine(report, terminology)


def _is_of_biopsy(report: Json, terminology: Terminology) -> bool:
    """Tell if a report is of a vertebra: it names an order, or no other organ."""
    if objects(report.get("basedOn")):
        return True
    return not is_of_other_organ(report, terminology)


def _grave_results(report: Json, terminology: Terminology) -> frozenset[GraveResult]:
    """Return the grave results that a report of a biopsy names, in codes or words."""
    named = grave_concepts_of(report, terminology)
    return frozenset(kind for kind, of in GRAVE_RESULTS.items() if named & of)


def _is_biopsy(act: Json, terminology: Terminology) -> bool:
    recognition = classify(act, NO_DRAFTS, terminology).support
    return recognition is not None and "biopsy" in recognition.concepts


def _is_coded_biopsy(act: Json, terminology: Terminology) -> bool:
    """Tell if a code is of a biopsy of bone; OPS 1-480 does not say of which."""
    return not terminology.concepts(act.get("code")).isdisjoint(BIOPSIES)


def _takes_sample(act: Json, terminology: Terminology) -> bool:
    """Tell if a procedure or an order takes a sample of a disc or a vertebra."""
    code = act.get("code")
    named = (terminology.text_concepts(one, SAMPLE_OF_SPINE) for one in texts_of(code))
    return bool(terminology.concepts(code) & SAMPLE_OF_SPINE) or any(named)


def _reported_on(report: Json, calendar: SiteCalendar) -> date | None:
    effective = calendar.effective(report)
    return effective.day if effective else calendar.first_day(report.get("issued"))
