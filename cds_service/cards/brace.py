"""Make the brace card: its words on brace and bed-rest orders, and their correction."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from cds_service.cards.answer import Answer, Line, make_card
from cds_service.cards.not_known import record_notices
from cds_service.cards.texts import SUMMARY_LENGTH
from cds_service.core.braces.bed_rest import rest_length
from cds_service.core.braces.brace_reasons import KeepReason, keep_reasons
from cds_service.core.braces.bracing import CERTAIN, LIMIT_BROKEN, Brace
from cds_service.core.orders import SupportOrder
from cds_service.core.words.phrases import Part, in_brackets, joined, say
from cds_service.core.words.wording import (
    capital,
    date_text,
    join_words,
    near_date_text,
    title_text,
)
from cds_service.protocol.messages import Card

TOPIC = "braceLimit"
CORRECTION, BED_REST, LIMIT = "brace-correction", "bed-rest", "brace-limit"
# The words for the role of each brace, in the order in which they are said.
ROLES = {
    "renewed": "{names} renewed",
    "active": "{names} in use",
    "ordered": "{names} ordered",
    "added": "{names} added",
}
OWN_ROLES = {
    "renewed": "renewed",
    "active": "in use",
    "ordered": "ordered",
    "added": "added",
}
WEEK_DAYS = 7
# Reasons that are no finding of the vocabulary: `texts.toml` has their words.
NO_FINDINGS = (
    "other-fracture",
    "other-surgery",
    "brace-noted",
    "augmentation-unread",
    "order-unread",
    "problem-unread",
    "brace-unclear",
    "supplies-unread",
    "brace-kept",
)


def brace_card(answer: Answer) -> Card | None:
    """Make the card; None if no rule on braces or bed rest fired."""
    if not answer.of_topic(TOPIC):
        return None
    card = _BraceCard(answer)
    return make_card(
        answer,
        TOPIC,
        summary=card.summary(),
        detail=card.detail(),
        indicator=card.indicator(),
    )


class _BraceCard:
    """The card's parts for one answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.texts = answer.texts
        self.rules = {act.rule.id for act in answer.of_topic(TOPIC)}
        braces: Sequence[Brace] = ()
        if answer.has("brace-ordered"):
            braces = answer.signal("brace-ordered").braces
        roles = list(ROLES)
        self.braces = tuple(sorted(braces, key=lambda brace: roles.index(brace.role)))
        self.with_issue: tuple[Brace, ...] = ()
        if CORRECTION in self.rules:
            self.with_issue = tuple(brace for brace in self.braces if brace.issue)
        is_kept = answer.has("brace-keep-reason") and self.rules & {CORRECTION, LIMIT}
        reasons = keep_reasons(answer.findings, answer.support) if is_kept else ()
        self.reasons = tuple(reason for reason in reasons if reason.source != "open")
        self.open_reasons = tuple(
            reason for reason in reasons if reason.source == "open"
        )

    # --- colour

    def indicator(self) -> str:
        """Choose the indicator: long bed rest warns, unless something justifies it."""
        if self._is_long_rest() and not self.answer.has("bed-rest-reason"):
            return "warning"
        is_broken = (
            any(brace.issue in LIMIT_BROKEN for brace in self.with_issue)
            and not self.reasons
        )
        return self.answer.policy.brace.indicator if is_broken else "info"

    def _is_long_rest(self) -> bool:
        return BED_REST in self.rules and self.answer.has("bed-rest-long")

    # --- summary

    def summary(self) -> str:
        """Name bed rest that is too long, then the brace, as far as it fits."""
        brace = self._brace_sentences()
        bed_rest = self._rest_sentence()
        if not bed_rest and not brace:
            return self._fitting([self._sentence("usual")])
        if not bed_rest or not brace:
            return self._fitting([bed_rest] if bed_rest else brace)
        first, second = brace, [bed_rest]
        if self._is_long_rest():
            first, second = second, first
        both = [joined((start, end), " ") for start in first for end in second]
        return self._fitting(both, first)

    def _fitting(self, wordings: Sequence[str], otherwise: Sequence[str] = ()) -> str:
        """Choose the first wording that fits, in the language of the card.

        If none fits, take the shortest.

        Args:
            otherwise: shorter wordings, in case none of the first fits.
        """
        translated = self.answer.translated
        texts = [translated(capital(wording)) for wording in wordings]
        if otherwise:
            short = [text for text in texts if len(text) <= SUMMARY_LENGTH]
            texts = [*short, *(translated(capital(wording)) for wording in otherwise)]
        return self.answer.fitting(texts)

    def _rest_sentence(self) -> str:
        if BED_REST not in self.rules:
            return ""
        if self._is_long_rest():
            because = self.answer.signal("bed-rest-long").because
            return self._sentence("bed-rest", rest=because)
        return self._sentence("bed-rest-open")

    def _brace_sentences(self) -> list[str]:
        """Return wordings on braces, from full to short; none if nothing is to say."""
        if self.reasons:
            return self._kept_sentences()
        if len(self.with_issue) > 1:
            return self._several_sentences()
        return self._single_sentences(self.with_issue[0]) if self.with_issue else []

    def _kept_sentences(self) -> list[str]:
        reason = self._reason(self.reasons[0])
        braces = self.with_issue or self.braces
        names = join_words(dict.fromkeys(brace.name for brace in braces))
        full = self._sentence("kept", brace=self._with_length(braces[0]), keep=reason)
        short = self._sentence("kept", brace=names, keep=reason)
        return [short] if len(self.with_issue) > 1 else [full, short]

    def _single_sentences(self, brace: Brace) -> list[str]:
        """Return the sentences on one brace, from full to short."""
        words = self._words(brace)
        sentence = self._sentence(self._key_of_sentence(brace), **words)
        others = [
            other.name for other in self.braces if not _is_one_brace(other, brace)
        ]
        stays = ""
        review = ""
        if others:
            stays = self._sentence("stays", names=joined([brace.name, *others], " or "))
        elif words["review"]:
            review = self._sentence("review", **words)
        with_stays = joined((sentence, stays), " ")
        if brace.issue == "passed":
            return [with_stays, sentence]
        return [joined((sentence, stays, review), " "), with_stays, sentence]

    def _key_of_sentence(self, brace: Brace) -> str:
        """Choose the sentence on one brace by its problem."""
        issue = brace.issue or "open"
        if brace.is_first_unknown and issue in CERTAIN:
            return "first-unknown" if brace.counts_from_own_day else f"{issue}-since"
        if issue == "passed" and self._today() < brace.last_day:
            return "passed-ahead"
        is_since = issue in (*CERTAIN, "passed") and not brace.counts_from_own_day
        return f"{issue}-since" if is_since else issue

    def _several_sentences(self) -> list[str]:
        """Return one sentence on all braces, each by its name."""
        first_worn = min(self.with_issue, key=lambda brace: brace.since)
        words = self._words(first_worn) | {"braces": self._names_by_role()}
        if self._is_all_passed():
            return [self._sentence("several-passed", **words)]
        if len({brace.last_day for brace in self.with_issue}) > 1:
            # One was worn before this fracture: their weeks end on different days.
            return [self._sentence("several-apart", **words)]
        is_since = any(
            not brace.counts_from_own_day or brace.role == "active"
            for brace in self.with_issue
        )
        key = "several-since" if is_since else "several"
        return [self._sentence(key, **words)]

    def _names_by_role(self) -> str:
        """Write `TLSO renewed and LSO added`, `TLSO (2 orders) ordered`."""
        by_role: dict[str, list[str]] = {}
        for brace in self.braces:
            by_role.setdefault(ROLES[brace.role], []).append(brace.name)
        return join_words(
            say(role, names=join_words(_counted(names)))
            for role, names in by_role.items()
        )

    def _words(self, brace: Brace) -> dict[str, str | int]:
        """Return the words of a sentence on one brace, by placeholder."""
        today = self._today()
        review = brace.correction.review if brace.correction else None
        has_length = brace.counts_from_own_day and brace.issue in (
            "long",
            "conflict",
            "least",
        )
        name = self._with_length(brace) if has_length else brace.name
        is_worn = brace.counts_from_own_day and brace.role == "active"
        is_marked = is_worn and brace.issue != "passed"
        return {
            "brace": in_brackets(name, say("active")) if is_marked else name,
            "role": say(OWN_ROLES[brace.role]),
            "first": near_date_text(brace.since, today),
            "end": near_date_text(brace.last_day, today),
            "review": near_date_text(review, today) if review else "",
            "weeks": max(0, (today - brace.since).days) // WEEK_DAYS,
        }

    def _with_length(self, brace: Brace) -> str:
        return joined((brace.name, brace.times.length(self._today())), " ")

    def _today(self) -> date:
        return self.answer.today

    def _sentence(self, key: str, **words: str | int) -> str:
        policy = self.answer.policy
        limits = {
            "max_weeks": policy.brace.max_weeks,
            "review_weeks": policy.brace.review_weeks,
            "bed_rest_hours": policy.bed_rest.max_hours,
        }
        return self.texts.say(f"summaries.{TOPIC}.{key}", **limits, **words)

    def _reason(self, reason: KeepReason) -> str:
        levels = join_words(reason.levels or ("",))
        return self.texts.say(f"keep.{reason.name}", levels=levels)

    # --- detail

    def detail(self) -> str:
        """List each order as corrected, why, and the reasons to keep a brace."""
        # Without an augmentation order no other card says what could not be read.
        is_alone = self.answer.order is None
        notices = record_notices(self.answer) if is_alone else ()
        # Layouts of this card, a site's own too, call its lines `options`.
        return self.answer.render("brace-limit", notices, self._lines(), name="options")

    def _lines(self) -> Iterator[Line]:
        if len(self.with_issue) > 1 and not self.reasons:
            names = dict.fromkeys(brace.name for brace in self.braces)
            yield self._line("one", names=joined(names, " or "))
        for brace in self.with_issue:
            yield from self._brace_lines(brace)
        if self.reasons:
            because = self.answer.signal("brace-keep-reason").because
            yield Line(self._raw("reason"), because)
        elif self.with_issue:
            yield self._line("why", policy=self._policy())
        if self.with_issue and self.open_reasons:
            open_names = join_words(map(self._open_name, self.open_reasons))
            yield self._line("open", names=open_names)
        if BED_REST in self.rules:
            yield from self._rest_lines()

    def _open_name(self, reason: KeepReason) -> str:
        if reason.name in NO_FINDINGS:
            levels = join_words(reason.levels or ("",))
            elements = self._elements(reason.elements or ("other",))
            return self.texts.say(
                f"brace.open-{reason.name}", levels=levels, elements=elements
            )
        return self.answer.wording.name(reason.name)

    def _brace_lines(self, brace: Brace) -> Iterator[Line]:
        """Yield the order as it would be, or the question to its author."""
        title = title_text(brace.times.order.title)
        correction = brace.correction
        # Of one brace alone the summary says all.
        is_alone = len(self.with_issue) == 1 and not self.reasons
        if not is_alone and brace.issue not in CERTAIN and not self._is_all_passed():
            shortest = self._single_sentences(brace)[-1]
            yield Line(title, capital(Part(shortest, 2)))
        if correction is None:
            return
        review = ""
        if correction.review:
            review = say(", review {day}", day=date_text(correction.review))
        heading = "by-hand"
        if brace.times.order.is_draft and self._is_offered(brace):
            heading = "corrected"
        if self.reasons:
            heading = "kept"
        end = date_text(correction.end)
        yield self._line(
            heading, title=title, end=end, review=review, policy=self._policy()
        )
        if brace.times.order.is_inside:
            yield self._line("inside", title=title)
        if brace.is_first_unknown:
            yield self._line("first-unknown", title=title)
        if brace.is_day_vague:
            yield self._line("vague-day", title=title)
        if brace.times.order.unread:
            elements = self._elements(brace.times.order.unread)
            yield self._line("unread", title=title, elements=elements)

    def _elements(self, names: Sequence[str]) -> str:
        """Name elements of an order, never their contents."""
        called = (self.texts.raw(f"elements.{name}") for name in names)
        return join_words(dict.fromkeys(called))

    def _is_all_passed(self) -> bool:
        return all(brace.issue == "passed" for brace in self.with_issue)

    def _is_offered(self, brace: Brace) -> bool:
        """Tell if a button has this correction.

        A correction that is offered as a new order has another id than the brace.
        """
        offers: Sequence[str] = [
            str((action.resource or {}).get("id", ""))
            for suggestion in self.answer.suggestions.get(CORRECTION, ())
            for action in suggestion.actions
        ]
        own_id = brace.times.order.reference.rpartition("/")[2]
        return own_id in offers or (bool(offers) and len(self.with_issue) == 1)

    def _rest_lines(self) -> Iterator[Line]:
        if self.answer.translated(self._rest_sentence()) not in self.summary():
            yield Line(self._raw("rest"), capital(self._rest_because()))
        evidence = self.answer.signal(self._rest_signal()).evidence
        orders = [order for order in evidence if isinstance(order, SupportOrder)]
        if len(orders) > 1:
            lengths = [rest_length(order, self._today()) for order in orders]
            yield self._line("rest-each", lengths=joined(_counted(lengths)))
        reasons = filter(self.answer.has, ("bed-rest-reason", "bed-rest-doubt"))
        if reason := next(reasons, ""):
            because = self.answer.signal(reason).because
            yield self._line("rest-reason", reason=capital(because))
        else:
            yield self._line("walk")

    def _rest_because(self) -> str:
        return self.answer.signal(self._rest_signal()).because

    def _rest_signal(self) -> str:
        return "bed-rest-long" if self._is_long_rest() else "bed-rest-open"

    def _policy(self) -> str:
        keys = {"brace-max-weeks", "brace-review-weeks"}
        if not keys.isdisjoint(self.answer.policy.set_by_site):
            return self._raw("policy-site")
        return self._raw("policy-default")

    def _raw(self, key: str) -> str:
        return self.texts.raw(f"brace.{key}")

    def _line(self, key: str, **words: str) -> Line:
        """Make a line of `texts.toml`: its heading, and its text with these words."""
        line = self.texts.say(f"brace.{key}", **words)
        return Line(Part(line, 0), Part(line, 2))


def _is_one_brace(brace: Brace, other: Brace) -> bool:
    """Tell if two orders may be of one brace: another order names it once more."""
    is_inside = brace.times.order.is_inside or other.times.order.is_inside
    return brace is other or (is_inside and brace.name == other.name)


def _counted(names: Sequence[str]) -> list[str]:
    """Write each name once, with its number of orders if there are several."""
    counts = Counter(names)
    return [
        name if count == 1 else in_brackets(name, say("{count} orders", count=count))
        for name, count in counts.items()
    ]
