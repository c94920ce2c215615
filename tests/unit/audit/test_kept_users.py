"""Of `context.userId` the log keeps an id, and of any other text its hash."""

import json
from dataclasses import asdict

import pytest

from tests.chart_builders import Asked, kyphoplasty, order_sign
from tests.chart_builders import strong_and_nourished as whole_record


def entry_of(user, *drafts):
    asked = Asked()
    body = order_sign(whole_record(), *drafts or (kyphoplasty(),))
    body["context"]["userId"] = user
    asked.post(body)
    (entry,) = asked.log.entries
    return entry


@pytest.mark.parametrize(
    "user",
    [
        "Practitioner/7",
        "https://ehr.example.org/fhir/PractitionerRole/a-1",
        "dr.miller",
    ],
)
def test_an_id_is_kept(user):
    assert entry_of(user).user == user


@pytest.mark.parametrize(
    "user",
    [
        "Anna Canary, born 1950-01-01, complains of pain",
        "Bearer Canary.eyJhbGciOiJSUzI1NiJ9",
        "Canary" * 20,
    ],
)
@pytest.mark.parametrize("subject", ["Patient/pat-1", "Patient/someone-else"])
def test_words_and_tokens_are_kept_as_their_hash(user, subject):
    entry = entry_of(user, kyphoplasty(subject={"reference": subject}))
    assert "Canary" not in json.dumps(asdict(entry), default=str)
    assert entry.user.startswith("sha256:")


def test_two_users_stay_apart():
    first, second = entry_of("Anna Canary").user, entry_of("Berta Canary").user
    assert first != second
    assert first == entry_of("Anna Canary").user
