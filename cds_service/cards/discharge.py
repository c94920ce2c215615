"""Make the card of a patient who leaves after an augmentation: only what is still open.

It gives no risk. Its facts, with their words, are in
`hooks/kyphoplasty-discharge/facts/`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cds_service.cards.answer import Answer, Line, make_card
from cds_service.cards.not_known import not_known_line
from cds_service.cards.rehabilitation import also_lines
from cds_service.core.facts.chart_facts import RankedFact
from cds_service.core.facts.leaving import ASPECT
from cds_service.core.risk.open_points import KEPT
from cds_service.core.words.phrases import joined, say
from cds_service.core.words.wording import capital
from cds_service.protocol.messages import Card

TOPIC = "discharge"
LEAVING = say("Leaving")
# While one of these lists is not read, something may be open that no card would say.
# Appointments are not among them: without them, what an appointment would close stays
# open.
DECIDING = (
    "conditions",
    "diagnosticReports",
    "procedures",
    "medications",
    "administrations",
    "statements",
    "dispenses",
    "serviceRequests",
    "deviceRequests",
    "supplyRequests",
    "pathology",
    "imagingStudies",
    "cultures",
    "encounter",
)
# Signals that are asked about even if the operation was perhaps not done: words that
# were not understood, results that somebody waits for, and untreated fractures.
ASKED_ANYWAY = frozenset(
    {
        "recent-entry-unread",
        "fracture-untreated",
        "report-awaited",
        "biopsy-pending",
        "biopsy-preliminary",
        "biopsy-unclear",
        "unstable-since",
        "instability-told",
        "deficit-told",
        "infection-told",
        "tumour-told",
    }
)
# With these signals an unread list alone brings no card.
AT_END_OF_LIFE = frozenset({"deceased", "end-of-life"})


def discharge_card(answer: Answer) -> Card | None:
    """Make the card; None if nothing is open.

    A missing card says that nothing is open, so there is a card if a deciding list
    could not be read. If the augmentation may be of another time, or may not have been
    done, there is a card only with a warning, or if harm since its day is open: an
    operation that was broken off may have caused some.
    """
    facts = answer.facts
    is_sure = answer.order is None or answer.order.is_sure
    if not is_sure and facts.colour != "warning" and not _is_harmed_since(answer):
        return None
    if facts.leading is not None:
        summary = _summary(answer)
        english = _summary(replace(answer, language=None))
    elif unread := _unread(answer):
        summary = english = _missing_sentence(answer, "leaving.unread", unread)
    elif empty := _empty(answer):
        summary = english = _missing_sentence(answer, "leaving.empty", empty)
    else:
        return None
    lines = _lines(answer, (english, summary))
    detail = answer.render("rehabilitation", (), lines)
    return make_card(
        answer,
        TOPIC,
        summary=summary,
        detail=detail,
        indicator=facts.colour,
    )


def _is_harmed_since(answer: Answer) -> bool:
    """Tell if harm since the operation, or what may be harm, is open."""
    leaving, order = answer.case.leaving, answer.order
    since = order.asked_since if order else None
    if leaving is None or since is None:
        return False
    harms = {
        "complication-named": bool(
            leaving.complicated | leaving.reports.grave | leaving.diagnoses.illnesses
        ),
        "recent-injury": any(
            one.day is not None and one.day >= since for one in leaving.injuries
        ),
    }
    return any(
        fact.is_open
        and (
            fact.file.signal in ASKED_ANYWAY
            or harms.get(fact.file.signal, False)
            or _is_of_complication(fact)
        )
        for fact in answer.facts.ranked
    )


def _is_of_complication(fact: RankedFact) -> bool:
    """Tell if a fact rests on what a complication of the operation names."""
    return any(entry.name.endswith(ASPECT) for entry in fact.signal.entries)


def _unread(answer: Answer) -> list[str]:
    """Return the keys of the deciding lists that were not read whole."""
    if not answer.facts.signals.isdisjoint(AT_END_OF_LIFE):
        return []
    state, leaving = answer.record_state, answer.case.leaving
    unread = {*state.unread, *state.incomplete}
    if leaving is not None:
        unread |= {*leaving.unread}
        # What the stay was for is then not known.
        unread |= {"encounter"} if leaving.is_diagnosis_unsent else set()
    return [key for key in DECIDING if key in unread]


def _empty(answer: Answer) -> list[str]:
    """Return the key of the problem list if that is empty: the fracture is missing."""
    if not answer.facts.signals.isdisjoint(AT_END_OF_LIFE):
        return []
    return [key for key in answer.record_state.empty if key in KEPT]


def _missing_sentence(answer: Answer, kind: str, missing: Sequence[str]) -> str:
    """Name what was done, and the lists that are unread or empty, if they fit."""
    common = answer.facts.common
    names = joined(answer.texts.raw(f"lists.{key}") for key in missing)
    sentences = [
        answer.translated(answer.texts.say(kind, leaving=leaving, lists=lists))
        for leaving in (common["leaving"], common["leaving_shortly"], LEAVING)
        for lists in (names, answer.texts.raw("leaving.several"))
    ]
    return answer.fitting(sentences)


def _summary(answer: Answer) -> str:
    """Name what was done, what is open, and the act.

    If the summary is too long, what was done is shortened first.
    """
    facts = answer.facts
    leavings = (facts.common["leaving"], facts.common["leaving_shortly"], LEAVING)
    sentences: list[str] = []
    for leaving in leavings:
        of_leaving = replace(facts, common={**facts.common, "leaving": leaving})
        sentences += map(answer.translated, of_leaving.phrases())
    return answer.fitting(sentences)


def _lines(answer: Answer, summaries: tuple[str, str]) -> Iterator[Line]:
    """Yield a line for each fact that is open, then what was not read.

    Args:
        summaries: in English and in the card's language.
    """
    still_open = tuple(fact for fact in answer.facts.ranked if fact.is_open)
    fact_lines = [
        Line(heading, capital(text) if heading.endswith("?") else text)
        for heading, text in replace(answer.facts, ranked=still_open).lines()
    ]
    yield from also_lines(answer, summaries, fact_lines)
    yield from fact_lines
    notes = [*(text for _, text in not_known_line(answer)), *_leaving_unread(answer)]
    if notes:
        yield Line(answer.texts.raw("headings.not-known"), joined(notes, "; "))


def _leaving_unread(answer: Answer) -> Iterator[str]:
    """Name the lists of a discharge that could not be read, if no other note does."""
    leaving, state = answer.case.leaving, answer.record_state
    keys = leaving.unread if leaving else ()
    unnamed = [key for key in keys if key not in {*state.unread, *state.incomplete}]
    if unnamed:
        names = joined(answer.texts.raw(f"lists.{key}") for key in unnamed)
        note = answer.texts.raw("leaving.unread-note")
        yield answer.texts.say("notices.unread", name=names, note=note)
