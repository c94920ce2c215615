"""One grave fact, every place, every door: what one door reads, no other passes over.

The rules of each door were written before its answers were looked at; they are those of
`docs/cards.md`, `docs/discharge.md` and `docs/population.md`. `DOORS=all` walks every
combination, otherwise a sample of them.
"""

import csv
import json
import os
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cds_service.audit.chain import seal
from cds_service.basis.page import basis_page
from cds_service.loading import load_service
from cds_service.review.replay import replay
from cds_service.samples.requests import answer_prefetch
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    HOOK_INSTANCE,
    PATIENT,
    Asked,
    Resource,
    application,
    ask,
    blood_count,
    brace,
    days_ago,
    drug,
    kyphoplasty,
    measured,
    open_service,
    order_sign,
    ordered_elsewhere,
    patient,
    texts_of,
)
from tests.client_tokens import Signer, client_of, key_set, site_folder
from tests.codes import ICD, codeable
from tests.patients.doors import (
    FACTS,
    NOWHERE,
    Placed,
    Statement,
    places,
    statements,
    stay_of,
)
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    SERVICE,
    appointment,
    discharge,
    everything_arranged,
    kyphoplasty_done,
    worn_now,
)
from tests.patients.reassuring import reassuring_record
from tests.population_builders import done, whose, worklist, write_export

SAMPLE = 80  # of the combinations of statement and place, for each door
OF_SPINE = frozenset({"cause", "deficit", "stability", "fracture"})
NO_TRAINING = frozenset({"cause", "deficit", "stability"})


@dataclass(frozen=True)
class Answer:
    """What a door answered: cards, and what the log holds of them."""

    cards: list[Resource]
    content: dict[str, Any]

    @property
    def text(self) -> str:
        return "\n".join(text for card in self.cards for text in texts_of(card))

    @property
    def selected(self) -> set[str]:
        """The labels of what is pre-selected."""
        return {
            suggestion["label"]
            for card in self.cards
            for suggestion in card.get("suggestions", ())
            if suggestion.get("isRecommended")
        }


def _answer(cards: list[Resource]) -> Answer:
    entries = application().log.entries
    kept = [entry for entry in entries if entry.kind == "answer"]
    content = json.loads(seal(kept[-1]).body)["content"] if kept else {}
    entries.clear()
    return Answer(cards, content)


def _on_record(order: Resource) -> Resource:
    return {**order, "status": "active", "authoredOn": days_ago(0)}


# --- the doors


def sign(placed: Placed) -> Answer:
    record = reassuring_record(stay_of(placed), *placed.record)
    orders = kyphoplasty(**placed.operation), brace(**placed.brace), *placed.drafts
    return _answer(ask(order_sign(record, *orders)))


def sign_for_weak_patient(placed: Placed) -> Answer:
    weak = measured("grip-strength", 14)
    record = reassuring_record(stay_of(placed), weak, *placed.record, t_score=-2.8)
    orders = kyphoplasty(**placed.operation), brace(**placed.brace), *placed.drafts
    return _answer(ask(order_sign(record, *orders)))


def sign_brace_alone(placed: Placed) -> Answer:
    done = kyphoplasty_done(days=9, **placed.operation)
    record = reassuring_record(stay_of(placed), done, *placed.record)
    return _answer(ask(order_sign(record, brace(**placed.brace), *placed.drafts)))


def _leave(placed: Placed, *arranged: Resource) -> Answer:
    in_weeks = {"start": days_ago(0), "end": "2027-01-15"}
    record = (
        *(
            one
            for one in chart(coded("M80.08XA"))
            if one["resourceType"] != "Encounter"
        ),
        stay_of(placed),
        kyphoplasty_done(**placed.operation),
        worn_now(**{"occurrencePeriod": in_weeks} | placed.brace),
        *map(_on_record, placed.drafts),
        *placed.record,
        *arranged,
    )
    response = application().client.post(
        f"/cds-services/{SERVICE}", json=discharge(record)
    )
    assert response.status_code == 200, response.text
    return _answer(response.json["cards"])


def leave(placed: Placed) -> Answer:
    return _leave(placed, appointment("Physiotherapy", day="2026-12-04"))


def leave_with_everything_arranged(placed: Placed) -> Answer:
    return _leave(placed, *everything_arranged())


class OpenedChart:
    """An EHR that asks when a chart with an order of the operation is opened."""

    HOOK = "kyphoplasty-patient-view"
    BASE = "http://127.0.0.1:8080"
    EHR = "https://ehr.example.org"

    def __init__(self, folder: Path) -> None:
        self.key = Signer()
        site_folder(folder, client_of("patient-view = true", issuer=self.EHR))
        (folder / "keys.json").write_bytes(key_set(self.key))
        site = load_site(folder)
        self.service = load_service(site)
        self.asked = Asked(self.service, site=site)

    def __call__(self, placed: Placed) -> Answer:
        orders = kyphoplasty(**placed.operation), brace(**placed.brace)
        record = [
            *reassuring_record(stay_of(placed), *placed.record),
            *map(_on_record, (*orders, *placed.drafts)),
        ]
        stay = stay_of(placed)["id"]
        plan = {
            key: query.replace("{{context.encounterId}}", stay)
            for key, query in self.service.hooks[self.HOOK]
            .discovery["prefetch"]
            .items()
        }
        context = {"userId": "Practitioner/7", "patientId": PATIENT}
        body = {
            "hook": "patient-view",
            "hookInstance": HOOK_INSTANCE,
            "context": context | {"encounterId": stay},
            "prefetch": answer_prefetch(plan, record, patient_id=PATIENT),
        }
        path = f"/cds-services/{self.HOOK}"
        token = self.key.token(self.BASE + path, claims={"iss": self.EHR})
        headers = {"Authorization": f"Bearer {token}"}
        response = self.asked.client.post(path, json=body, headers=headers)
        assert response.status_code == 200, response.text
        return Answer(response.json["cards"], {})


# --- what no door may do, by the kind of the fact

# What a card says of what it was told: the thing itself, or that it is open.
OPEN = (
    r"not excluded|not (?:fully )?understood|not read whole|not wholly readable"
    r"|could not be read|not clear|unknown"
)
NAMES = {
    "cause": r"etasta|yeloma|alignan|ancer|umour|nfection|isc?itis|bscess|epsis",
    "deficit": r"deficit|weakness|plegia|cauda|foot drop",
    "stability": r"nstable|nstability|stability",
    "fracture": r"ractures? at once|econd vertebral|ractured? (?:of )?(?:L3|T1)|L3|T12",
    "raising": r"arlier vertebral|ip fracture|teroid|rednis|idney|ialysis|eGFR"
    r"|ementia|arkinson|alls|at least the usual",
    "drug": r"one drug|lendronate|enosumab",
    "unread": r"^$",
}
NO_DRUG = re.compile(r"\b[Nn]o bone drug|none in \d")
REFERRAL = re.compile("fracture liaison", re.IGNORECASE)
TRAINING = re.compile("rehabilitation|physio|dietitian", re.IGNORECASE)
END = re.compile(r"^Set end")
Faults = Iterator[str]


def _says(kind: str, answer: Answer, usual: Answer) -> bool:
    """Tell if the cards name the fact, or that something is open, unlike usual."""
    lines = set(answer.text.split("\n")) - set(usual.text.split("\n"))
    return bool(re.search(f"{NAMES[kind]}|{OPEN}", "\n".join(lines)))


def _of_any_card(told: Statement, answer: Answer) -> Faults:
    kind = told.fact.kind
    if "below" in answer.text:
        yield "below"
    if kind == "drug" and NO_DRUG.search(answer.text):
        yield "no bone drug"
    for label in answer.selected:
        if END.match(label) and kind in OF_SPINE | {"unread"}:
            yield "end of the brace"
        if TRAINING.search(label) and kind in NO_TRAINING and _is_named(answer):
            yield "training"
        if REFERRAL.search(label) and kind == "cause" and _is_named(answer):
            yield "fracture liaison"


def _is_named(answer: Answer) -> bool:
    """Tell if the fact was understood: else it withholds no referral (E10)."""
    return "understood" not in answer.text


def of_signing(told: Statement, answer: Answer, usual: Answer) -> Faults:
    yield from _of_any_card(told, answer)
    if not answer.cards or not _says(told.fact.kind, answer, usual):
        yield "silent"


def of_brace_alone(told: Statement, answer: Answer, usual: Answer) -> Faults:
    """The card of a brace says what may keep it on, and nothing else."""
    yield from _of_any_card(told, answer)
    if told.fact.kind in OF_SPINE | {"unread"} and answer.text == usual.text:
        yield "silent"


def of_leaving(told: Statement, answer: Answer, usual: Answer) -> Faults:
    yield from of_signing(told, answer, usual)
    yield from _of_page(told, answer)


def of_leaving_arranged(told: Statement, answer: Answer, usual: Answer) -> Faults:
    """Without a card, only what no table of `docs/discharge.md` calls open is left."""
    if told.fact.kind in ("cause", "deficit"):
        yield from of_signing(told, answer, usual)


def _of_page(told: Statement, answer: Answer) -> Faults:
    page, kind = answer.content["handout"], told.fact.kind
    if page["mayTrain"] and kind in NO_TRAINING and _is_named(answer):
        yield "page: walk and exercise"
    if page.get("braceOff") and kind in OF_SPINE | {"unread"}:
        yield "page: take the brace off"


def of_basis(_told: Statement, answer: Answer, _usual: Answer) -> Faults:
    """The page behind a card says no more that reassures than the card."""
    content = answer.content
    page = basis_page(replay(content, open_service(), HOOK), content, open_service())
    labels = {
        row.label for one in page.outcomes for chart in one.charts for row in chart.rows
    }
    if "This patient" in labels:
        yield "the patient's own figure"


# --- the walk


@dataclass(frozen=True)
class Limit:
    """What is known and stands, with its row of `docs/hazards.md` or its rule."""

    fault: str
    why: str
    doors: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    manners: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()

    def holds(self, door: str, place: str, told: Statement, fault: str) -> bool:
        """Tell if this names a fault of a door."""
        named = (
            (self.doors, door),
            (self.places, place),
            (self.kinds, told.fact.kind),
            (self.manners, told.manner),
            (self.facts, told.fact.name),
        )
        is_meant = all(not names or name in names for names, name in named)
        return self.fault == fault and is_meant


# A code that no value set has, without its name: nobody understood it.
ALONE = frozenset({"gm", "sct"})
ARRANGED = frozenset({"leaving, arranged"})
NOT_UNDERSTOOD = frozenset({"abscess", "paraplegia", "cauda", "foot drop"})
LIMITS = (
    Limit(
        "silent",
        "architecture: entries that nobody understood open no card (E5, hazard 75)",
        doors=ARRANGED,
        manners=ALONE,
        facts=NOT_UNDERSTOOD,
    ),
    Limit(
        "silent",
        "the same: a drug against cancer in words of no list of drugs",
        doors=ARRANGED,
        facts=frozenset({"cancer drug"}),
    ),
    Limit(
        "silent",
        "a tumour elsewhere, or sepsis, keeps no brace on by itself",
        doors=frozenset({"brace alone"}),
        facts=frozenset({"sepsis", "cancer drug"}),
    ),
    Limit(
        "silent",
        "the card of a discharge gives no risk, and nothing of this is open then",
        doors=frozenset({"leaving"}),
        facts=frozenset({"parkinson", "earlier", "sequela"}),
    ),
)
Door = Callable[[Placed], Answer]
Rule = Callable[[Statement, Answer, Answer], Faults]
DOORS: dict[str, tuple[Door, Rule]] = {
    "signing": (sign, of_signing),
    "signing, weak": (sign_for_weak_patient, of_signing),
    "brace alone": (sign_brace_alone, of_brace_alone),
    "leaving": (leave, of_leaving),
    "leaving, arranged": (leave_with_everything_arranged, of_leaving_arranged),
    "basis page": (sign, of_basis),
}
COMBINATIONS = [
    (told, place, placed)
    for fact in FACTS
    for told in statements(fact)
    for place, placed in places(told).items()
]


def _sampled(seed: str) -> list[tuple[Statement, str, Placed]]:
    if os.environ.get("DOORS") == "all":
        return COMBINATIONS
    return random.Random(seed).sample(COMBINATIONS, SAMPLE)


def _faults(name: str, door: Door, rule: Rule) -> list[str]:
    usual = door(NOWHERE)
    return [
        f"{told.fact.name} ({told.manner}), {place}: {fault}"
        for told, place, placed in _sampled(name)
        for fault in rule(told, door(placed), usual)
        if not any(limit.holds(name, place, told, fault) for limit in LIMITS)
    ]


@pytest.mark.parametrize("name", DOORS)
def test_no_door_passes_over_a_grave_fact(name: str) -> None:
    assert _faults(name, *DOORS[name]) == []


def test_nor_does_an_opened_chart(tmp_path: Path) -> None:
    assert _faults("opened chart", OpenedChart(tmp_path), of_signing) == []


def test_without_any_fact_the_doors_reassure() -> None:
    """Else the walk would prove nothing."""
    signed = sign(NOWHERE)
    assert "below the usual" in signed.text
    assert NO_DRUG.search(signed.text)
    assert {END.match(label) is not None for label in signed.selected} == {True, False}
    weak = sign_for_weak_patient(NOWHERE)
    assert any(map(TRAINING.search, weak.selected))
    assert any(map(REFERRAL.search, weak.selected))
    assert any(map(END.match, sign_brace_alone(NOWHERE).selected))
    page = leave(NOWHERE).content["handout"]
    assert page["mayTrain"]
    assert page["braceOff"]
    assert not leave_with_everything_arranged(NOWHERE).cards
    assert [*of_basis(COMBINATIONS[0][0], signed, signed)]


# --- the worklist


def test_the_worklist_leaves_nobody_out(tmp_path: Path) -> None:
    told_of = {}
    everything: list[Resource] = []
    usual = [patient(), drug("losartan"), ordered_elsewhere(), blood_count()]
    for number, (told, place, placed) in enumerate(_sampled("worklist")):
        name = f"p{number}"
        told_of[name] = told, place
        operation = done(60, **placed.operation)
        record = [*usual, operation, stay_of(placed), *placed.record]
        record += map(_on_record, placed.drafts)
        everything += whose(name, record)
    file = tmp_path / "list.csv"
    rows = csv.DictReader(
        worklist(write_export(tmp_path / "export", everything), file).splitlines()
    )
    said = {row["patient"]: row["text"] for row in rows}
    assert [
        f"{told_of[name]}: not listed" for name in told_of if name not in said
    ] == []
    for name, (told, place) in told_of.items():
        if told.fact.kind == "drug":
            assert "no current bone drug" not in said[name], (told.manner, place)


# --- what is no fact of the patient


RELATIVES = [
    pytest.param({"text": "Family history of bone metastases"}, id="en"),
    pytest.param({"text": "Familienanamnese: Mammakarzinom"}, id="de"),
    pytest.param(codeable(ICD, "Z80.3"), id="breast cancer"),
    pytest.param(codeable(ICD, "Z82.62"), id="osteoporosis"),
]


@pytest.mark.parametrize("code", RELATIVES)
@pytest.mark.parametrize("place", ["problem list", "reason of an order"])
def test_what_relatives_had_is_no_fact_of_the_patient(
    code: Resource, place: str
) -> None:
    told = Statement(FACTS[0], "", code)
    card, usual = (sign(placed).cards[0] for placed in (places(told)[place], NOWHERE))
    assert card["indicator"] == "info"
    assert card["summary"] == usual["summary"]
