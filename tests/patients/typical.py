"""Typical orders of a Western hospital, drawn with a seed, and what the service says to so many of them.

    python -m tests.patients.typical [NUMBER] [--seed N]

Bounds: warnings on at most 15 % of the orders, a first card's detail has at most 60 words in the
median, no summary is over 120 characters and their mean at most 100.
Age, sex, BMI 26 ± 4.5, T-score in 55 %, almost no muscle measures, a
brace with a fifth, therapy ordered for a third are given; the other shares are assumptions, stated beside them.
"""

import random
import statistics
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.chart_builders import (
    TODAY,
    blood_count,
    by_topic,
    dose,
    inpatient,
    ordered,
    ordered_elsewhere,
    patient,
    period,
)
from tests.generated_patients import Signing
from tests.patients.charts import METHODS, augmentation, brace, cards_of, drug, earlier, in_words, measured, problem
from tests.patients.reading import count_words, kind_of, text_of, words_of
from tests.patients.rules import faults_of, refracture_of

SEED = 15
MOST_WARNINGS, MOST_WORDS, LONGEST, MEAN_LENGTH = 0.15, 60, 120, 100
OWN_FIGURES = 0.85  # share of orders with a figure of the patient's own

# Shares of what charts hold, each rounded from what is usual at 76: problems, drugs, measures with mean and SD.
SHARES = tomllib.loads(Path(__file__).with_name("typical.toml").read_text(encoding="utf-8"))
# A brace with one order in five: of these half within the limits, as a set of orders prescribes it.
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


def typical_order(draw: random.Random, *, muscle: float = 1.0, bmi: float = 26.0) -> Signing:
    """One order; `muscle` multiplies the share of the rare measures, `bmi` is the mean."""
    record = [
        patient(sex=draw.choices(("female", "male"), (75, 25))[0], age=min(97, max(48, round(draw.gauss(76, 9)))))
    ]
    record += list(_measures(draw, muscle, bmi))
    problems = [code for code, share in SHARES["problems"].items() if draw.random() < share]
    drugs = [name for name, share in SHARES["drugs"].items() if draw.random() < share]
    record += map(problem, problems)
    record += [drug(name) for name in drugs if name != "metformin" or "E11.9" in problems]
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
        record.append(earlier((TODAY - timedelta(days=draw.randint(100, 2500))).isoformat()))
    kind = draw.choices(("kyphoplasty", "vertebroplasty"), (80, 20))[0]
    levels = draw.choices((["L1"], ["T12"], ["L2"], ["T12", "L1"], ["T12", "L1", "L2"]), (45, 25, 15, 12, 3))[0]
    drafts = augmentation(kind, levels)
    if draw.random() < 0.20:
        drafts.append(_one_of(draw, BRACES))
    if draw.random() < 0.10:
        drafts.append(_one_of(draw, BED_REST))
    if draw.random() < 0.33:
        therapy = {"status": "draft"} if draw.random() < 0.5 else {}
        (drafts if therapy else record).append(ordered("rehabilitation", days=0, **therapy))
    record += [ordered(name) for name in ("dietitian", "bone-treatment") if draw.random() < 0.08]
    return Signing(tuple(record), tuple(drafts))


def _measures(draw: random.Random, muscle: float, bmi: float) -> Iterator[dict[str, Any]]:
    if draw.random() < 0.85:
        yield measured("bmi", round(min(48, max(14, draw.gauss(bmi, 4.5))), 1), days=_age(draw, 300))
    if draw.random() < 0.55:
        yield measured("bmd-t-score", round(min(0.5, max(-5, draw.gauss(-2.6, 0.9))), 1), days=_age(draw, 1500))
    if draw.random() < 0.04 * min(muscle, 10):
        method = draw.choice((METHODS["ct-attenuation"], METHODS["ct-attenuation"], "", "portal venous phase"))
        yield measured("ct-attenuation", round(draw.gauss(70, 32)), method=method, days=_age(draw, 200))
    for name, (share, mean, deviation) in SHARES["rare-measures"].items():
        if draw.random() < share * muscle:
            value = round(max(mean / 5, draw.gauss(mean, deviation)), 1)
            yield measured(name, value, days=_age(draw, 200))


def _age(draw: random.Random, mean: float) -> int:
    """Days since it was measured, most of them few."""
    return min(4500, round(draw.expovariate(1 / mean)))


def _one_of(draw: random.Random, choices: Iterable[tuple[float, Any]]) -> dict[str, Any]:
    pairs = list(choices)
    made: dict[str, Any] = draw.choices([make for _, make in pairs], [share for share, _ in pairs])[0]()
    return made


class Tally:
    """What was said to so many orders.

    Attributes:
        answers: the cards of each.
        cards: of all answers.
        summaries: of all cards, the longest first.
        warnings: share of the answers that warn.
        words: of each first card's detail, without buttons.
        own: share of the first cards with an own figure of the pooled model.
        usual: share with the usual alone; the rest have none.
        faults: answers that break a rule, by rule.
    """

    def __init__(self, orders: Iterable[Signing]) -> None:
        signings = list(orders)
        self.answers = [cards_of(one) for one in signings]
        self.cards = [card for cards in self.answers for card in cards]
        self.summaries = sorted((card["summary"] for card in self.cards), key=len, reverse=True)
        self.warnings = statistics.mean(any(map(is_warning, cards)) for cards in self.answers)
        first = [one["rehabilitation"] for one in map(by_topic, self.answers) if "rehabilitation" in one]
        self.words = [len(words_of(text_of(card).partition("\n")[2])) for card in first]
        refracture = [one for one in map(refracture_of, self.answers) if one]
        self.own = sum("headline" in one for one in refracture) / len(refracture)
        self.usual = sum("said" in one and "headline" not in one for one in refracture) / len(refracture)
        self.faults = Counter(
            rule
            for cards, signing in zip(self.answers, signings, strict=True)
            for rule in {fault.partition(":")[0] for fault in faults_of(cards, signing)}
        )


def is_warning(card: Mapping[str, Any]) -> bool:
    return bool(card["indicator"] == "warning")


def report(found: Tally) -> Iterator[str]:
    """The figures beside their bounds, line by line."""
    of_topic: dict[str, list[dict[str, Any]]] = {}
    for card in found.cards:
        of_topic.setdefault(card["source"]["topic"]["code"], []).append(card)
    lengths = list(map(len, found.summaries))
    none = 1 - found.own - found.usual
    yield f"own figure       {found.own:.0%} (goal {OWN_FIGURES:.0%}), usual alone {found.usual:.0%}, none {none:.0%}"
    yield f"no card          {sum(not cards for cards in found.answers)}"
    yield f"warnings         {found.warnings:.1%} (at most {MOST_WARNINGS:.0%})"
    yield f"words            median {statistics.median(found.words):.0f} (at most {MOST_WORDS})"
    for topic, cards in of_topic.items():
        counts = list(map(count_words, cards))
        said = f"median {statistics.median(counts):.0f}, most {max(counts)}, {sum(map(is_warning, cards))} warn"
        yield f"  {topic:15}{len(cards)} cards, {said}"
    yield f"summaries        mean {statistics.mean(lengths):.0f} characters (at most {MEAN_LENGTH})"
    over = sum(length > LONGEST for length in lengths)
    yield f"  longest        {lengths[0]} (at most {LONGEST}), {over} longer: {found.summaries[0]}"
    yield f"broken rules     {dict(found.faults) or 'none'}"
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
