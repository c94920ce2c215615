"""What holds of every chart: the same one gives the same answer, a worse one calms nobody, knowing less says no more.

`FUZZ_EXAMPLES=100000 pytest tests/properties` looks further than each run does.
Exceptions stand beside the property, with the rule of docs/cards.md that allows them.
"""

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.chart_builders import ask
from tests.fuzz.amount import examples
from tests.generated_patients import Signing
from tests.properties.charts_at_random import charts
from tests.properties.equal_charts import EQUAL
from tests.properties.lesser_charts import DRUG_LISTS, LESS, Lesser
from tests.properties.telling import (
    STEPS,
    Cards,
    chosen,
    colour,
    essence,
    is_at_least,
    reassurances,
    step,
    told,
    words,
)
from tests.properties.worse_charts import WORSE

SHARE = examples(0.06)
USUAL = STEPS.index("1 in 6")
BELOW = "below the usual"
NONE = {"no bone drug", "none in #"}
randoms = st.randoms(use_true_random=False)


def some_of(changes: dict[str, object], number: int) -> st.SearchStrategy[list[str]]:
    """The names of a few changes."""
    names = st.sampled_from(sorted(changes))
    return st.lists(names, min_size=number, max_size=number, unique=True)


@SHARE
@given(charts(), some_of(EQUAL, 3), randoms)
def test_the_same_chart_gives_the_same_answer(
    signing: Signing, names: list[str], draw: random.Random
) -> None:
    body = signing.request()
    cards = ask(body)
    for name in names:
        changed = ask(EQUAL[name](body, draw))
        # What was left out is named (E11), and takes the place of a line that is only
        # welcome (E12).
        tells = essence if name == "with strangers" else told
        assert tells(changed) == tells(cards), name


@SHARE
@given(charts(), some_of(WORSE, 6))
def test_a_worse_fact_calms_nobody(signing: Signing, names: list[str]) -> None:
    cards = ask(signing.request())
    for name in names:
        worse = WORSE[name](signing)
        if worse is not None:
            check_worse(name, cards, ask(worse.request()))


def check_worse(name: str, before: Cards, after: Cards) -> None:
    """E4: neither colour nor shown figure falls; that no figure is given is not lower."""
    assert colour(after) >= colour(before), name
    was, now = step(before), step(after)
    if was is not None and now is not None:
        assert now >= was, name
        # A higher figure may be said as it is: the usual was said at least (E3).
        assert now > was or is_at_least(after) or not is_at_least(before), name
    # That there is no drug is no comfort: F12 and others say it where an order was said
    # before (F28).
    assert reassurances(after) - reassurances(before) <= NONE, name


@SHARE
@given(charts(), some_of(LESS, 6), randoms)
def test_knowing_less_says_no_more(
    signing: Signing, names: list[str], draw: random.Random
) -> None:
    cards = ask(signing.request())
    for name in names:
        for less in LESS[name](signing, draw):
            check_less(f"{name}: {less.what}", less, cards, ask(less.body))


REFERRALS = "rehabilitation"  # the topic of their card


def check_less(name: str, less: Lesser, before: Cards, after: Cards) -> None:
    """E4: no "below", no "no …", no new pre-selection; a colour falls only with its fact."""
    new = reassurances(after) - reassurances(before)
    assert BELOW not in new, name
    if less.part in DRUG_LISTS or (less.entry or {}).get("resourceType", "").startswith(
        "Medication"
    ):
        assert not new & NONE, name
    more = chosen(after) - chosen(before)
    if less.without is not None and any(topic == REFERRALS for topic, _ in more):
        # E10: an entry that was not understood does not count, so a referral is chosen
        # as it is without the entry. An end of a brace never is.
        without = chosen(ask(less.without.request()))
        more = {one for one in more if one[0] != REFERRALS or one not in without}
    assert not more, name
    now = step(after)
    if now is not None and now < USUAL:
        # E3: under the usual only with nothing open, so it was under the usual before.
        assert (step(before) or 0) < USUAL, name
    if colour(after) < colour(before):
        check_fact_is_gone(name, less, after)


def check_fact_is_gone(name: str, less: Lesser, after: Cards) -> None:
    """Without the entry the colour is no higher; what is not known is named."""
    if less.without is not None:
        assert colour(ask(less.without.request())) <= colour(after), name
    assert "Not known:" in words(after), name
