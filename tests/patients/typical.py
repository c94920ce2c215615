"""Typical orders of a Western hospital, drawn with a seed, and what the service says to so many of them.

    python -m tests.patients.typical [NUMBER] [--seed N]

Goals: an own figure in 85 %, a fact and an act in 95 % of the summaries, warnings in at
most 15 %, a median of at most 60 words in the detail and no card over 110, no broken
rule.

Age, sex, BMI 26 ± 4.5, T-score in 55 %, almost no muscle measures, a brace with a
fifth, therapy ordered for a third are given. The other shares are assumptions, stated
beside them.
"""

import random
import re
import statistics
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.chart_builders import (
    ASSESSMENTS,
    TODAY,
    blood_count,
    dose,
    inpatient,
    ordered,
    ordered_elsewhere,
    patient,
    period,
)
from tests.generated_patients import Signing
from tests.patients.charts import (
    METHODS,
    augmentation,
    brace,
    cards_of,
    drug,
    earlier,
    in_words,
    measured,
    problem,
)
from tests.patients.reading import count_words, kind_of
from tests.patients.rules import faults_of

SEED = 15
MOST_WARNINGS, LEAST_OWN, LEAST_TELLING = 0.15, 0.85, 0.95
MEDIAN_WORDS, MOST_WORDS, LONGEST = 60, 110, 120
# A fact of this patient, and an act, as the cards' own phrases name them.
FACT = re.compile(
    r"drug|fracture|denosumab|fall|dementia|dialysis|eGFR|grip|BMI|MNA|muscle|gait"
    r"|metastasis|myeloma|cancer|infection|sepsis|weakness|since \d{4}|stopped|ended"
    r"|started|ordered|among these orders|TLSO|LSO|brace|bed rest|medication list|prescribed",
    re.IGNORECASE,
)
ACT = re.compile(
    r"\bstart\b|\bask\b|review|biopsy|confirm|examine|check|choose|restart|change"
    r"|continue|follow-on|specialist|dose before|\badd\b|FLS|before discharge"
    r"|look for|DXA decides|off by|usual|still needed|end date|nephrology|is not\b",
    re.IGNORECASE,
)

# Shares of what charts hold, each rounded from what is usual at 76: problems, drugs,
# measures with mean and SD.
SHARES = tomllib.loads(
    Path(__file__).with_name("typical.toml").read_text(encoding="utf-8")
)
# A brace with one order in five: of these half within the limits, as a set of orders
# prescribes it.
BRACES = (
    (0.50, lambda: brace(occurrencePeriod=period(0, 42))),
    (0.20, brace),
    (0.10, lambda: brace(occurrencePeriod=period(0, 84))),
    (0.10, lambda: brace("TLSO x 3 months")),
    (0.10, lambda: brace(note=[{"text": "Length of need: 99"}])),
)
BED_REST = (
    (0.80, lambda: in_words("Bed rest 4 h after procedure", number="bed")),
    (0.10, lambda: in_words("Bed rest", number="bed")),
    (0.10, lambda: in_words("Strict bed rest for 48 hours", number="bed")),
)


def typical_orders(number: int, *, seed: int = SEED) -> Iterator[Signing]:
    """So many orders; the first ones are the same whatever the number."""
    for each in range(number):
        yield typical_order(random.Random(f"{seed}/{each}"))


def typical_order(
    draw: random.Random, *, muscle: float = 1.0, bmi: float = 26.0
) -> Signing:
    """One order; `muscle` multiplies the share of the rare measures, `bmi` is the mean."""
    record = [
        patient(
            sex=draw.choices(("female", "male"), (75, 25))[0],
            age=min(97, max(48, round(draw.gauss(76, 9)))),
        )
    ]
    record += list(_measures(draw, muscle, bmi))
    problems = [
        code for code, share in SHARES["problems"].items() if draw.random() < share
    ]
    drugs = [name for name, share in SHARES["drugs"].items() if draw.random() < share]
    record += map(problem, problems)
    record += [
        drug(name) for name in drugs if name != "metformin" or "E11.9" in problems
    ]
    if draw.random() < 0.05:
        record.append(dose("denosumab", days=draw.randint(20, 330)))
    if draw.random() < 0.12:  # an earlier fracture; some of them were augmented
        record.append(problem("M80.08XD", days=draw.randint(200, 2500)))
    if draw.random() < 0.80:
        record.append(ordered_elsewhere())
    if draw.random() < 0.90:
        record.append(blood_count())
    if draw.random() < 0.70:
        record.append(inpatient(draw.choice(("IMP", "IMP", "AMB"))))
    if draw.random() < 0.08:
        record.append(
            earlier((TODAY - timedelta(days=draw.randint(100, 2500))).isoformat())
        )
    kind = draw.choices(("kyphoplasty", "vertebroplasty"), (80, 20))[0]
    levels = draw.choices(
        (["L1"], ["T12"], ["L2"], ["T12", "L1"], ["T12", "L1", "L2"]),
        (45, 25, 15, 12, 3),
    )[0]
    drafts = augmentation(kind, levels)
    if draw.random() < 0.20:
        drafts.append(_one_of(draw, BRACES))
    if draw.random() < 0.10:
        drafts.append(_one_of(draw, BED_REST))
    if draw.random() < 0.33:
        therapy = {"status": "draft"} if draw.random() < 0.5 else {}
        (drafts if therapy else record).append(
            ordered("rehabilitation", days=0, **therapy)
        )
    record += [
        ordered(name)
        for name in ("dietitian", "bone-treatment")
        if draw.random() < 0.08
    ]
    return Signing(tuple(record), tuple(drafts))


def _measures(
    draw: random.Random, muscle: float, bmi: float
) -> Iterator[dict[str, Any]]:
    if draw.random() < 0.85:
        yield measured(
            "bmi",
            round(min(48, max(14, draw.gauss(bmi, 4.5))), 1),
            days=_age(draw, 300),
        )
    if draw.random() < 0.55:
        yield measured(
            "bmd-t-score",
            round(min(0.5, max(-5, draw.gauss(-2.6, 0.9))), 1),
            days=_age(draw, 1500),
        )
    if draw.random() < 0.04 * min(muscle, 10):
        method = draw.choice(
            (
                METHODS["ct-attenuation"],
                METHODS["ct-attenuation"],
                "",
                "portal venous phase",
            )
        )
        yield measured(
            "ct-attenuation",
            round(draw.gauss(70, 32)),
            method=method,
            days=_age(draw, 200),
        )
    for name, (share, mean, deviation) in SHARES["rare-measures"].items():
        if draw.random() < share * muscle:
            value = round(max(mean / 5, draw.gauss(mean, deviation)), 1)
            yield measured(name, value, days=_age(draw, 200))


def _age(draw: random.Random, mean: float) -> int:
    """Days since it was measured, most of them few."""
    return min(4500, round(draw.expovariate(1 / mean)))


def _one_of(
    draw: random.Random, choices: Iterable[tuple[float, Any]]
) -> dict[str, Any]:
    pairs = list(choices)
    made: dict[str, Any] = draw.choices(
        [make for _, make in pairs], [share for share, _ in pairs]
    )[0]()
    return made


class Tally:
    """What was said to so many orders.

    Attributes:
        answers: the cards of each.
        cards: of all answers.
        summaries: of the first card of each answer that has one.
        warned_by: how many answers warn, by the fact that leads the card.
        figures: how many answers show an `own` figure, the `usual` alone, or `none`.
        words: of the first card's detail; its summary is read before.
        longest: words of the longest card, its summary included.
        faults: answers that break a rule, by rule.
    """

    def __init__(self, orders: Iterable[Signing]) -> None:
        signings = list(orders)
        self.answers = [cards_of(one) for one in signings]
        self.cards = [card for cards in self.answers for card in cards]
        self.summaries = [cards[0]["summary"] for cards in self.answers if cards]
        warned = [one for cards in self.answers for one in cards[:1] if is_warning(one)]
        self.warned_by = Counter(opening_of(card["summary"]) for card in warned)
        self.warnings = statistics.mean(
            any(map(is_warning, one)) for one in self.answers
        )
        self.figures = Counter(map(figure_of, filter(None, self.answers)))
        self.words = [
            count_words(cards[0]) - len(cards[0]["summary"].split())
            for cards in self.answers
            if cards
        ]
        self.longest = max(map(count_words, self.cards))
        self.faults = Counter(
            rule
            for cards, signing in zip(self.answers, signings, strict=True)
            for rule in {one.partition(":")[0] for one in faults_of(cards, signing)}
        )

    @property
    def without_card(self) -> int:
        """How many orders get no card."""
        return sum(not cards for cards in self.answers)

    @property
    def telling(self) -> float:
        """The share of first summaries that name a fact of the patient and an act."""
        return statistics.mean(map(is_telling, self.summaries))

    def share(self, figure: str) -> float:
        """The share of answers with a card whose figure is `own`, `usual` or `none`."""
        return self.figures[figure] / self.figures.total()


def is_warning(card: Mapping[str, Any]) -> bool:
    return bool(card["indicator"] == "warning")


# Findings of which one makes a figure the patient's own, with age; of yes/no ones a
# yes.
PERSONAL = {
    *("bmd-t-score", "ct-attenuation", "bmi", "prior-vertebral-fracture"),
    *("prior-augmentation", "long-term-steroid", "steroid-use", "sarcopenia"),
}


def figure_of(cards: Iterable[Mapping[str, Any]]) -> str:
    """Whether the patient has a figure of her own, the usual alone, or none."""
    held = [
        one["extension"] for one in cards if ASSESSMENTS in one.get("extension", {})
    ]
    outcomes = [one for each in held for one in each[ASSESSMENTS]]
    refracture = next(one for one in outcomes if one["outcome"] == "refracture")
    if "said" not in refracture:
        return "none"
    pooled = refracture["models"][0]
    known = {one["name"]: one["value"] for one in pooled["inputs"]}
    has_own = any(known.get(name, False) is not False for name in PERSONAL)
    has_own = has_own or known.get("level-count", 1) > 1
    return "own" if "age" in known and has_own else "usual"


def opening_of(summary: str) -> str:
    """The fact that a summary opens with, without its numbers and days."""
    return re.split(r"[:(,]", kind_of(summary))[0].strip()


def is_telling(summary: str) -> bool:
    """Whether the summary names a fact and, behind it, an act."""
    fact = FACT.search(summary)
    return fact is not None and any(
        act.end() > fact.start() for act in ACT.finditer(summary)
    )


def report(found: Tally) -> Iterator[str]:
    """The figures beside their bounds, line by line."""
    lengths = sorted(map(len, found.summaries))
    yield f"own figure       {found.share('own'):.1%} (goal {LEAST_OWN:.0%})"
    yield f"usual alone      {found.share('usual'):.1%}"
    yield f"no figure        {found.share('none'):.1%}"
    yield f"fact and act     {found.telling:.1%} (goal {LEAST_TELLING:.0%})"
    yield f"warnings         {found.warnings:.1%} (at most {MOST_WARNINGS:.0%})"
    yield from (f"{number:6} {fact}" for fact, number in found.warned_by.most_common())
    yield f"no card          {found.without_card}"
    yield f"words            median {statistics.median(found.words):.0f} of the detail (at most {MEDIAN_WORDS})"
    yield f"  longest card   {found.longest} (at most {MOST_WORDS})"
    yield f"summaries        median {statistics.median(lengths):.0f}, longest {lengths[-1]}"
    yield f"broken rules     {dict(found.faults) or 'none'}"
    silent = [one for one in found.summaries if not is_telling(one)]
    yield from (
        f"{number:6} without fact or act: {kind}"
        for kind, number in Counter(map(kind_of, silent)).most_common(10)
    )
    kinds = Counter(map(kind_of, found.summaries))
    yield f"kinds of summary {len(kinds)}"
    yield from (f"{number:6} {kind}" for kind, number in kinds.most_common(60))


def main() -> None:
    parser = ArgumentParser(description="What the service says to typical orders.")
    parser.add_argument("number", type=int, nargs="?", default=3000)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    print(f"{asked.number} orders, day {TODAY}, seed {asked.seed}")  # noqa: T201 - for whoever asked
    for line in report(Tally(typical_orders(asked.number, seed=asked.seed))):
        print(line)  # noqa: T201 - for whoever asked


if __name__ == "__main__":
    main()
