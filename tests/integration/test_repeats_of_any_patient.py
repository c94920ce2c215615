"""Two signings of any patient, the first answered: what is new or changed by the second is never said shorter."""

from contextlib import closing
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.audit.store import AuditStore
from tests.chart_builders import ASSESSMENTS, ask, by_topic, measured, problem, texts_of
from tests.generated_patients import Signing, signings
from tests.integration.ward import Ward

# A settling reason of each card; the brace card has none.
SETTLING = {"rehabilitation": "patientDeclines", "missingData": "wouldNotChangeCare"}
FIRST, SECOND = "11111111-2222-4333-8444-555555555551", "11111111-2222-4333-8444-555555555552"
SHORTENED: list[bool] = []


@st.composite
def later(draw: st.DrawFn, first: Signing) -> Signing:
    """The same signing again, or with something gone, added or signed otherwise, or another altogether."""
    other = draw(signings())
    return draw(
        st.sampled_from(
            [
                first,
                first,
                replace(first, record=first.record[:1] + first.record[2:]),
                replace(first, record=(*first.record, measured("vbq", 3.9, number="again", days=0))),
                replace(first, record=(*first.record, problem("diabetes", number="again"))),
                replace(first, drafts=other.drafts),
                replace(first, failed=frozenset({"imaging"})),
                other,
            ]
        )
    )


def answer(ward: Ward, card: dict[str, Any], *, accepts: bool) -> None:
    """Accept all that it offers, or dismiss it with a settling reason."""
    topic = card["source"]["topic"]["code"]
    if accepts and "suggestions" in card:
        ward.accept(card)
    elif topic in SETTLING:
        ward.override(card, SETTLING[topic])


def figures(cards: dict[str, Any]) -> dict[str, Any]:
    """Inputs and bands for programs, without what only the day changes."""
    found = {}
    for one in cards["rehabilitation"]["extension"][ASSESSMENTS]:
        found[one["outcome"]] = (one["status"], one.get("headline"))
        for model in one.get("models", ()):
            inputs = [(entry["name"], entry["value"]) for entry in model["inputs"]]
            found[model["model"]] = (model.get("band"), inputs, sorted(entry["name"] for entry in model["missing"]))
    return found


# Hypothesis tries constants of all modules that are loaded, so that patients depend on them: many, so that enough fit.
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data(), accepts=st.booleans(), days=st.integers(0, 40))
def look_at_two_signings(folder, data, accepts, days):
    first = data.draw(signings())
    second = data.draw(later(first)).request(hook_instance=SECOND)
    with closing(AuditStore(f"sqlite:///{folder / str(len(SHORTENED))}.sqlite3", wait_seconds=10)) as log:
        ward = Ward(log)
        before = ward.sign(first.request(hook_instance=FIRST))
        for card in before.values():
            answer(ward, card, accepts=accepts)
        shown = ward.sign(second, days=days)
    for card in shown.values():  # `ask` keeps no log, so that its cards link to no basis
        card["links"] = [link for link in card["links"] if "/basis/" not in link["url"]]
    check_what_was_shortened(before, shown, by_topic(ask(second, now=ward.now)), days)


def check_what_was_shortened(before, shown, whole, days):
    assert shown.keys() == whole.keys()
    short = [topic for topic in shown if texts_of(shown[topic]) != texts_of(whole[topic])]
    SHORTENED.append(bool(short))
    for topic in shown.keys() - set(short):
        assert shown[topic] == whole[topic]
    for topic in short:
        assert days <= 30
        assert shown[topic]["indicator"] == "info"
        assert "shown 20 Nov 2026" in shown[topic]["summary"]
        assert "could not be read" not in shown[topic]["detail"]
        assert topic in before
        # What would warn now did warn then, was seen and was answered.
        assert whole[topic]["indicator"] == "info" or before[topic]["indicator"] == "warning"
        assert topic != "braceLimit" or whole[topic]["indicator"] == "info"
    if short and "rehabilitation" in shown:
        assert figures(shown) == figures(whole) == figures(before)


def test_what_is_new_is_never_said_shorter(tmp_path):
    SHORTENED.clear()
    look_at_two_signings(tmp_path)
    assert sum(SHORTENED) >= 10  # else nothing was looked at
