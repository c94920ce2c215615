"""How much longer other orders wait while thirty signings hang, as a share."""

from itertools import chain
from pathlib import Path
from statistics import median, quantiles

from tests.deploy.thirty_hanging import (
    DEADLINE,
    fhir_server_that_never_answers,
    shipped,
    sign_another,
    sign_others_while_thirty_hang,
)

ROUNDS = 7
ALONE = 100  # orders before, while nothing hangs


def longest_wait(folder: Path, database_url: str) -> float:
    """Return how much longer nine of ten wait at most, as a share of the deadline.

    Each round has an address of its own: what was learned about one says nothing
    about the next.
    """
    with fhir_server_that_never_answers() as never:
        bases = [f"{never.origin}/round-{number}/fhir" for number in range(ROUNDS)]
        with shipped(folder, database_url, bases) as site:
            alone = median(sign_another(site).seconds for _ in range(ALONE))
            rounds = [sign_others_while_thirty_hang(site, base)[1] for base in bases]
    waits = [one.seconds - alone for one in chain.from_iterable(rounds)]
    return quantiles(waits, n=10)[-1] / DEADLINE
