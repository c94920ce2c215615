"""A clinic that signs and answers: the application around one log in a database, and its clock."""

from datetime import timedelta

from cds_service.audit.query import Query
from tests.card_rules import faults_of
from tests.chart_builders import NOW, Asked, by_topic, open_service

REASONS = "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason"


class Ward:
    def __init__(self, store, service=None, **more):
        self.store = store
        self._asked = Asked(service or open_service(), log=store, **more)

    def sign(self, body, *, days=0, seconds=0):
        """The cards by topic, so long after the first visit."""
        self._asked.now = NOW + timedelta(days=days, seconds=seconds)
        response = self._asked.post(body)
        assert response.status_code == 200, response.text
        assert faults_of(response.json) == []
        return by_topic(response.json["cards"])

    def send(self, *items):
        """The response to these items of feedback."""
        return self._asked.post({"feedback": items}, "/feedback")

    def tell(self, *items):
        """Send these items."""
        response = self.send(*items)
        assert response.status_code == 200, response.text

    def override(self, card, code=None, **why):
        """Dismiss the card, for one of our reasons or without any."""
        said = ({"reason": {"code": code, "system": REASONS}} if code else {}) | why
        at = {"outcomeTimestamp": self.moment} | (
            {"overrideReason": said} if said else {}
        )
        self.tell({"card": card["uuid"], "outcome": "overridden", **at})

    def accept(self, card, *labels):
        """Accept these suggestions of the card, all without labels."""
        ids = [
            {"id": one["uuid"]}
            for one in card["suggestions"]
            if not labels or one["label"] in labels
        ]
        at = {"outcomeTimestamp": self.moment, "acceptedSuggestions": ids}
        self.tell({"card": card["uuid"], "outcome": "accepted", **at})

    @property
    def now(self):
        return self._asked.now

    @property
    def moment(self):
        return self.now.isoformat().replace("+00:00", "Z")

    def newest(self, kind, **query):
        """The newest entry of this kind that fits, whole."""
        return self.store.reader.entry(
            self.store.reader.find(Query(kinds=(kind,), **query), limit=1).entries[0].id
        )
