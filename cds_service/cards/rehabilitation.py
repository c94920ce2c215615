"""The first card: what to do, why, and how sure that is."""

import re
from collections.abc import Mapping

from cds_service.cards.answer import Answer, Option, make_card
from cds_service.cards.extension import assessments_extension
from cds_service.cards.figures import Line, risk_lines
from cds_service.cards.summary import say_summary
from cds_service.cards.texts import count_words, escape_markdown
from cds_service.core.recommendations import Recommendation
from cds_service.core.wording import capital, grouped, say_date, say_number
from cds_service.protocol.messages import Card

MOST_WORDS = 120  # of the whole card, without buttons


def rehabilitation_card(answer: Answer) -> Card:
    """Always there for an augmentation order of a living patient."""
    summary = say_summary(answer)
    return make_card(
        answer,
        "rehabilitation",
        summary=summary,
        detail=_detail(answer, summary),
        indicator="info",
        extension=assessments_extension(answer),
    )


def _detail(answer: Answer, summary: str) -> str:
    """Acts, why, how sure; spare lines only where the card stays short enough to be read."""
    figures = figure_lines(answer)
    said = "\n".join((summary, *(line.text for line in figures)))
    lines = (
        *_excluded_by(answer),
        *figures,
        *_marker_lines(answer),
        *(Line(answer.texts.raw("headings.would-give"), capital(one.text), spare=1) for one in answer.open_acts()[:1]),
        *_value_lines(answer),
    )
    context = {
        "notices": record_notices(answer) + order_notices(answer),
        "options": [_option(answer, one, said) for one in answer.of_topic("rehabilitation")],
    }
    for left_out in range(3):
        kept = [line for line in lines if not 0 < line.spare <= left_out]
        detail = answer.texts.render("rehabilitation", {**context, "lines": kept})
        if count_words(f"{summary} {detail}") <= MOST_WORDS:
            break
    return detail


def _option(answer: Answer, recommendation: Recommendation, said: str) -> Option:
    """A recommendation, without the T-score where another part of the card has it."""
    option, score = answer.option_line(recommendation), recommendation.values.get("score", "")
    number = score.strip(" ()")
    is_said = any(f"{name} {number}{end}" in said for name in ("T", "T-score") for end in (")", " ", "\n"))
    return option._replace(text=option.text.replace(score, "")) if score and is_said else option


def record_notices(answer: Answer) -> tuple[str, ...]:
    """What of the record could not be read or was cut: first on the card, since all else depends on it."""
    texts, record = answer.texts, answer.record_state
    parts = _by_note(answer, "notices.unread", record.unread)
    parts += _by_note(answer, "notices.incomplete", record.incomplete)
    if record.unreadable:
        parts.append(texts.say("notices.unreadable", entries=_entries(record.unreadable)))
    if record.foreign:
        parts.append(texts.say("notices.foreign", entries=_entries(record.foreign)))
    doubts = [answer.findings.gaps[name] for name in answer.assessment.of("refracture").doubts]
    if answer.has("active-cancer"):  # the card begins with it
        doubts = [one for one in doubts if one.name != "malignancy"]
    doubtful = [
        texts.say("notices.doubt", name=", ".join(names), why=escape_markdown(why))
        for why, names in grouped((one.detail, answer.wording.name(one.name)) for one in doubts).items()
    ]
    notices = (texts.say("notices.partial", what="; ".join(parts)),) if parts else ()
    return (*doubtful, *notices, *map(escape_markdown, record.notes))


def _by_note(answer: Answer, path: str, notes: Mapping[str, str]) -> list[str]:
    """One phrase for each reason, with all parts of the record that it holds for."""
    named = grouped((note, answer.texts.raw(f"lists.{key}")) for key, note in notes.items())
    return [answer.texts.say(path, name=", ".join(names), note=escape_markdown(note)) for note, names in named.items()]


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def order_notices(answer: Answer) -> tuple[str, ...]:
    """What about the orders themselves is uncertain."""
    texts, order = answer.texts, answer.order
    if order is None:
        return ()
    notices = []
    if len(order.references) > 1:
        titles = "; ".join(order.titles) or ", ".join(map(escape_markdown, order.references))
        notices.append(texts.say("notices.several-orders", count=len(order.references), titles=titles))
    if order.procedure is None and not order.notes:  # a note says why, where there is more to say
        notices.append(texts.raw("notices.procedure-unknown"))
    return (*notices, *map(escape_markdown, order.notes))


def _excluded_by(answer: Answer) -> tuple[Line, ...]:
    """Where the record says what takes this fracture out of every figure."""
    found = [answer.findings.known[name] for name in answer.assessment.excluded_by]
    said = [
        f"{one.label or answer.wording.name(one.name)} {escape_markdown(one.provenance[0].printed)}" for one in found
    ]
    return (Line(answer.texts.raw("headings.excluded"), "; ".join(said)),) if said else ()


def figure_lines(answer: Answer) -> tuple[Line, ...]:
    """The risk in coarse words, and how sure it is."""
    return tuple(risk_lines(answer))


def _marker_lines(answer: Answer) -> tuple[Line, ...]:
    marker = answer.assessment.marker
    if marker is None or not marker.in_range:
        return ()
    changes = ", ".join(
        f"{one.label} {'+' if one.change > 0 else ''}{say_number(one.change, 1)} %" for one in marker.in_range
    )
    days = f" ({say_date(marker.first)} to {say_date(marker.last)})"
    return (Line(answer.texts.raw("headings.marker"), answer.texts.say("lines.marker", changes=changes + days)),)


def _value_lines(answer: Answer) -> tuple[Line, ...]:
    """Doubts about the values in use, and values that are there and not used."""
    texts = answer.texts
    concerns, unused = value_concerns(answer), unusable_values(answer)
    return (
        *((Line(texts.raw("headings.values"), "; ".join(concerns)),) if concerns else ()),
        *((Line(texts.raw("headings.unused"), "; ".join(unused)),) if unused else ()),
    )


# Reasons for which nothing was seen; for every other, a value is there.
NOT_THERE = ("absent", "undetermined", "not-read")
# Units for machines: said by the finding's name, or as people write them.
ANNOTATION = re.compile(r" ?\{([TZ]-?[Ss]core|score)\}|(?<=\d) 1(?= \(|:| is |$)")
PRINTED = {"[hnsf'U]": "HU", "kg/m2": "kg/m²", "cm2": "cm²", "mm2/m2": "mm²/m²"}
IN_PRINT = re.compile("|".join(map(re.escape, sorted(PRINTED, key=len, reverse=True))))
NAMELESS = re.compile(r"^a value (?=\()|^a value(?= not used)")
UNREADABLE = re.compile(r"^\S+/\S+(?= is not readable)")
HYPHEN_MINUS = re.compile(r"(?<![\w-])-(?=\d)")


def value_concerns(answer: Answer) -> tuple[str, ...]:
    """Doubts about the values that the figure rests on, each once with the names it is about."""
    pooled = answer.assessment.pooled
    inputs = pooled.inputs if pooled else ()
    named = grouped((concern, answer.wording.name(one.name)) for one in inputs for concern in one.concerns)
    return tuple(_about(names, concern) for concern, names in named.items())


def _about(names: list[str], words: str, joint: str = ":") -> str:
    """The words, behind the names they are about where they do not name them themselves."""
    said = escape_markdown(words.rstrip("."))
    about = [name for name in names if name.lower() not in words.lower()]
    if not about:
        return said
    if not joint:
        return f"{', '.join(about)} {said}".replace(" :", ":")
    return f"{', '.join(about)}{joint} {said[:1].lower()}{said[1:]}"


def unusable_values(answer: Answer) -> tuple[str, ...]:
    """Values of inputs that are gaps, and values passed over for another: why each of them is not used."""
    models = [model for outcome in answer.assessment.outcomes for model in outcome.models]
    wanted = {name for model in models for name in model.model.study.input_names}
    gaps = answer.findings.gaps
    said = [(name, gap.detail) for name, gap in gaps.items() if gap.reason not in NOT_THERE]
    told = {name for name, _ in said}
    # Of what is known to be there it does not matter what else was passed over.
    present = {name for name, one in answer.findings.known.items() if one.value is True}
    said += [(one.name, one.detail) for one in answer.findings.passed_over if one.name not in told | present]
    told_of = [(detail, name) for name, detail in dict.fromkeys(said) if name in wanted or not wanted]
    named = grouped((_as_people_write(detail), answer.wording.name(name)) for detail, name in told_of)
    return tuple(_about(names, detail, "") for detail, names in named.items())


def _as_people_write(detail: str) -> str:
    """The detail of a gap as a person would write it: units in print, no placeholder for a value that is none."""
    said = NAMELESS.sub("", ANNOTATION.sub("", UNREADABLE.sub("in an entry that", detail)))
    said = IN_PRINT.sub(lambda found: PRINTED[found[0]], said).replace(" not used:", ":")
    return HYPHEN_MINUS.sub("−", said)
