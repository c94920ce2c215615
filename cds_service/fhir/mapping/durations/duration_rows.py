"""Find rows of times before an examination: `TLSO, 2 weeks, 6 weeks, 12 weeks X-ray`.

They are its visits. The text does not say which of them ends the brace, if any.
"""

from collections.abc import Iterator
from itertools import islice

from cds_service.fhir.mapping.durations.duration_parts import Mention
from cds_service.fhir.mapping.durations.duration_words import WORD, DurationWords

# "TLSO, 6 weeks, 12 weeks X-ray" may be a brace of six weeks.
FEWEST_TIMES = 2


def visits_in(text: str, words: DurationWords) -> Iterator[Mention]:
    """Yield the times of a row, each in a clause of its own, that ends in an exam."""
    row: list[Mention] = []
    for start, end in words.clauses(text):
        clause = text[start:end]
        amounts = [*islice(words.amounts(clause), 2)]
        if len(amounts) != 1 or WORD.search(clause[: amounts[0].start]):
            row = []
            continue
        after = clause[amounts[0].end :]
        row.append(Mention("doubtful", start, end))
        if not WORD.search(after):
            continue
        if len(row) > FEWEST_TIMES and words.names(after, "checks"):
            yield from row
        row = []
