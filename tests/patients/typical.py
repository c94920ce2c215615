"""Typical orders of a Western hospital, drawn with a seed, and what the service says to so many of them.

    python -m tests.patients.typical [NUMBER] [--seed N]

Bounds: warnings on at most 15 % of the orders, an answer's median at most 170 words, no summary over 120 characters and
their mean at most 100. Age, sex, BMI 26 ± 4.5, T-score in 55 %, almost no muscle measures, a
brace with a fifth, therapy ordered for a third are given; the other shares are assumptions, stated beside them.
"""

import random
import statistics
import tomllib
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.chart_builders import TODAY, dose, ordered, ordered_elsewhere, patient, period
from tests.generated_patients import Signing
from tests.patients.asking import cards_of
from tests.patients.charts import METHODS, augmentation, brace, drug, earlier, in_words, measured, problem
from tests.patients.reading import count_answer, count_words, kind_of
from tests.patients.rules import faults_of

SEED = 15
MOST_WARNINGS, MOST_WORDS, LONGEST, MEAN_LENGTH = 0.15, 170, 120, 100

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


@dataclass(frozen=True)
class Tally:
    """What was said to so many orders.

    Attributes:
        answers: how many.
        warned: answers with a warning.
        by_topic: cards that warn, by topic.
        words: of each answer, without buttons.
        card_words: of each card, by topic.
        lengths: characters of each summary.
        kinds: summaries without their numbers.
        faults: rules that were broken.
        longest: the longest summary.
    """

    answers: int
    warned: int
    by_topic: Counter[str]
    words: list[int]
    card_words: dict[str, list[int]]
    lengths: list[int]
    kinds: Counter[str]
    faults: Counter[str]
    longest: str

    @property
    def warnings(self) -> float:
        return self.warned / self.answers


def tally(orders: Iterable[Signing]) -> Tally:
    """Ask for each of them and count."""
    warned, words, card_words, summaries = 0, [], {}, []
    by_topic: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    for signing in orders:
        cards = cards_of(signing)
        warned += any(card["indicator"] == "warning" for card in cards)
        words.append(count_answer(cards))
        faults.update({fault.partition(":")[0] for fault in faults_of(cards, signing)})
        for card in cards:
            topic = card["source"]["topic"]["code"]
            by_topic[topic] += card["indicator"] == "warning"
            card_words.setdefault(topic, []).append(count_words(card))
            summaries.append(card["summary"])
    return Tally(
        answers=len(words),
        warned=warned,
        by_topic=by_topic,
        words=words,
        card_words=card_words,
        lengths=[len(summary) for summary in summaries],
        kinds=Counter(map(kind_of, summaries)),
        faults=faults,
        longest=max(summaries, key=len),
    )


def report(found: Tally) -> Iterator[str]:
    """The figures beside their bounds, line by line."""
    shares = ", ".join(f"{topic} {number / found.answers:.1%}" for topic, number in found.by_topic.items() if number)
    yield f"warnings         {found.warnings:.1%} (at most {MOST_WARNINGS:.0%}); {shares}"
    yield f"words            median {statistics.median(found.words):.0f} (at most {MOST_WORDS})"
    for topic, counts in found.card_words.items():
        yield f"  {topic:15}{len(counts)} cards, median {statistics.median(counts):.0f}, most {max(counts)}"
    yield f"summaries        mean {statistics.mean(found.lengths):.0f} characters (at most {MEAN_LENGTH})"
    over = sum(length > LONGEST for length in found.lengths)
    yield f"  longest        {max(found.lengths)} (at most {LONGEST}), {over} longer: {found.longest}"
    yield f"broken rules     {dict(found.faults) or 'none'}"
    yield f"kinds of summary {len(found.kinds)}"
    yield from (f"{number:6} {kind}" for kind, number in found.kinds.most_common(60))


def main() -> None:
    parser = ArgumentParser(description="What the service says to typical orders.")
    parser.add_argument("number", type=int, nargs="?", default=3000)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    print(f"{asked.number} orders, day {TODAY}, seed {asked.seed}")  # noqa: T201 - for whoever asked
    for line in report(tally(typical_orders(asked.number, seed=asked.seed))):
        print(line)  # noqa: T201 - for whoever asked


if __name__ == "__main__":
    main()
