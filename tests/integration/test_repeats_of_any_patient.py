"""Two signings of any patient, the first answered: what is new or changed by the second is never said shorter."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.audit.earlier_feedback import EarlierFeedback
from cds_service.audit.store import AuditStore
from cds_service.settings import Settings
from cds_service.web.app import create_app
from tests.card_rules import faults_of
from tests.chart_builders import ASSESSMENTS, HOOK, NOW, ask, by_topic, measured, open_service, problem, texts_of
from tests.generated_patients import Signing, signings

SYSTEM = "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason"
# A settling reason of each card; the brace card has none, so that it is accepted where it offers anything.
SETTLING = {"rehabilitation": "patientDeclines", "missingData": "wouldNotChangeCare"}
FIRST, SECOND = "11111111-2222-4333-8444-555555555551", "11111111-2222-4333-8444-555555555552"
SHORTENED: list[bool] = []


@st.composite
def later(draw: st.DrawFn, first: Signing) -> Signing:
    """The same signing again, or with something gone, added or signed otherwise, or another altogether."""
    how = draw(st.sampled_from(["same", "same", "gone", "measured", "diagnosed", "drafts", "failed", "other"]))
    other = draw(signings())
    if how == "gone":
        return replace(first, record=first.record[:1] + first.record[2:])
    if how == "measured":
        return replace(first, record=(*first.record, measured("vbq", 3.9, number="again", days=0)))
    if how == "diagnosed":
        return replace(first, record=(*first.record, problem("diabetes", number="again")))
    if how == "drafts":
        return replace(first, drafts=other.drafts)
    if how == "failed":
        return replace(first, failed=frozenset({"imaging"}))
    return other if how == "other" else first


class Visit:
    """The application around an empty log, for two signings."""

    def __init__(self, log: AuditStore) -> None:
        self.now = NOW
        self._client = create_app(
            open_service(),
            Settings(deadline_seconds=60),
            audit=log,
            earlier=EarlierFeedback(log),
            base_url="http://127.0.0.1:8080",
            clock=lambda: self.now,
        ).test_client()

    def sign(self, signing: Signing, hook_instance: str) -> dict[str, Any]:
        response = self._client.post(f"/cds-services/{HOOK}", json=signing.request(hook_instance=hook_instance))
        assert response.status_code == 200, response.text
        assert faults_of(response.json) == []
        cards: list[dict[str, Any]] = response.json["cards"]
        for card in cards:  # `ask` keeps no log, so that its cards link to no basis
            card["links"] = [link for link in card["links"] if "/basis/" not in link["url"]]
        return by_topic(cards)

    def answer(self, card: dict[str, Any], *, accepts: bool) -> None:
        """Accept all that it offers, or dismiss it with a settling reason."""
        topic = card["source"]["topic"]["code"]
        item = {"card": card["uuid"], "outcomeTimestamp": self.now.isoformat()}
        if accepts and "suggestions" in card:
            ids = [{"id": one["uuid"]} for one in card["suggestions"]]
            item |= {"outcome": "accepted", "acceptedSuggestions": ids}
        elif topic in SETTLING:
            why = {"reason": {"code": SETTLING[topic], "system": SYSTEM}}
            item |= {"outcome": "overridden", "overrideReason": why}
        else:
            return
        response = self._client.post(f"/cds-services/{HOOK}/feedback", json={"feedback": [item]})
        assert response.status_code == 200


def figures(cards: dict[str, Any]) -> Any:
    """Inputs and bands for programs, without what only the day changes."""
    found = cards["rehabilitation"]["extension"][ASSESSMENTS]
    return [
        (
            one["status"],
            one.get("headline"),
            [
                (
                    model["model"],
                    model.get("band"),
                    [(entry["name"], entry["value"]) for entry in model["inputs"]],
                    sorted(missing["name"] for missing in model["missing"]),
                )
                for model in one.get("models", ())
            ],
        )
        for one in found
    ]


# Hypothesis tries constants of all modules that are loaded, so that patients depend on them: many, so that enough fit.
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data(), accepts=st.booleans(), days=st.integers(0, 40))
def look_at_two_signings(folder, data, accepts, days):
    first = data.draw(signings())
    second = data.draw(later(first))
    log = AuditStore(f"sqlite:///{folder / str(len(SHORTENED))}.sqlite3", wait_seconds=10)
    try:
        visit = Visit(log)
        before = visit.sign(first, FIRST)
        for card in before.values():
            visit.answer(card, accepts=accepts)
        visit.now = NOW + timedelta(days=days)
        shown = visit.sign(second, SECOND)
    finally:
        log.close()
    whole = by_topic(ask(second.request(hook_instance=SECOND), now=visit.now))
    check_what_was_shortened(before, shown, whole, days)


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
