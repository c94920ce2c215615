"""Brands of anabolics, biosimilars of denosumab, and Parkinson in Korean."""

import pytest

from tests.builders import findings_of
from tests.builders import words as told
from tests.chart_builders import Resource, days_ago, of_patient
from tests.patients.reassuring import REASSURING, cards_of, dated

ANABOLICS = (
    "テリボン|テリボン皮下注56.5μg|テリパラチドBS|フォルテオ|オスタバロ|Teribone|Ostabalo"
    "|포스테오|테리본|본시티|테로사|复泰奥|欣复泰|珍固|イベニティ|이베니티"
)
DENOSUMABS = (
    "プラリア|デノスマブBS皮下注60mg|프롤리아|스토보클로|오보덴스|普罗力|迈利舒|博优倍"
)
PARKINSON = (
    "파킨슨병|파킨슨 병|파킨슨씨병|파킨슨증후군|특발성 파킨슨병|Parkinson병"
    "|파킨슨병 3단계|진행성 파킨슨병"
)


def taken(name: str) -> Resource:
    period = {"start": days_ago(500), "end": days_ago(60)}
    drug = {"medicationCodeableConcept": {"text": name}, "status": "completed"}
    return of_patient("MedicationStatement", "drug", effectivePeriod=period, **drug)


def given(name: str) -> Resource:
    drug = {"medicationCodeableConcept": {"text": name}, "status": "completed"}
    day = {"effectiveDateTime": days_ago(300)}
    return of_patient("MedicationAdministration", "dose", **drug, **day)


@pytest.mark.parametrize("name", ANABOLICS.split("|"))
def test_an_anabolic_that_ended_warns(name: str) -> None:
    card = cards_of(taken(name))["rehabilitation"]
    assert "ended Sep 2026, nothing since" in card["summary"]
    assert card["indicator"] == "warning"


@pytest.mark.parametrize("name", DENOSUMABS.split("|"))
def test_denosumab_is_overdue(name: str) -> None:
    summary = cards_of(given(name))["rehabilitation"]["summary"]
    assert summary.startswith("Denosumab overdue")


@pytest.mark.parametrize("words", PARKINSON.split("|"))
def test_korean_names_parkinson(words: str) -> None:
    entry = {"text": words}
    card = cards_of(dated(entry, days=900))["rehabilitation"]
    assert REASSURING not in card["detail"]
    assert findings_of(told(words)).is_true("parkinson")


@pytest.mark.parametrize(
    "words", ["약물성 파킨슨증후군", "파킨슨병 가족력", "파킨슨병 의심", "본태성 진전"]
)
def test_what_is_none_states_none(words: str) -> None:
    assert not findings_of(told(words)).is_true("parkinson")
