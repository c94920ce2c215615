"""A discharge over HTTP: read in either way, kept in the log, answered, overridden."""

import json
import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from cds_service.review.replay import replay
from cds_service.samples.fhir_server import start_fhir_server
from cds_service.samples.requests import answer_prefetch
from cds_service.site.folder import load_site
from tests.chart_builders import (
    HOOK,
    NOW,
    PATIENT,
    Asked,
    brace,
    drafted,
    measured,
    open_service,
    order_sign,
    ordered,
    site_service,
)
from tests.codes import ATC, ORDERS, UCUM, codeable
from tests.patients.inpatients import ALENDRONATE, chart, coded, given, medication
from tests.patients.leaving import (
    SERVICE,
    appointment,
    discharge,
    kyphoplasty_done,
    leaving_chart,
    pathology,
    worn_now,
)
from tests.review_desk import ReviewDesk

PATH = f"/cds-services/{SERVICE}"
RICH = leaving_chart(
    given("denosumab", "M05BX04", 145),
    worn_now(),
    ordered("biopsy", days=3),
    pathology(status="preliminary"),
    appointment("Physiotherapy", day="2026-12-04"),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReviewDesk]:
    desk = ReviewDesk(tmp_path_factory.mktemp("log"))
    yield desk
    desk.close()


def call(desk: ReviewDesk, body: dict[str, Any]) -> list[dict[str, Any]]:
    reply = desk.app.test_client().post(PATH, json=body)
    assert reply.status_code == 200, reply.text
    cards: list[dict[str, Any]] = reply.json["cards"]
    return cards


def texts(cards: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["summary"], one["detail"]) for one in cards]


def test_prefetch_and_live_reads_give_the_same_card() -> None:
    with start_fhir_server(RICH) as server:
        asked = Asked(fhir_servers=(server.url,))
        sent = asked.client.post(PATH, json=discharge(RICH)).json["cards"]
        body = discharge(RICH, prefetch=False, fhir_server=server.url)
        live = asked.client.post(PATH, json=body).json["cards"]
    assert texts(live) == texts(sent)
    assert "**Biopsy:** pending" in live[0]["detail"]


def test_a_discharge_without_augmentation_reads_the_procedures_alone() -> None:
    record = chart(coded("M80.08XA", days=20))
    with start_fhir_server(record) as server:
        asked = Asked(fhir_servers=(server.url,))
        body = discharge(record, prefetch=False, fhir_server=server.url)
        assert asked.client.post(PATH, json=body).json == {"cards": []}
        kinds = {one.partition("?")[0] for one in map(str, server.requests)}
    assert len(server.requests) == 1, server.requests
    assert "Procedure" in str(kinds)
    assert asked.log.entries == []


def test_the_log_holds_the_card_before_it_is_shown(desk: ReviewDesk) -> None:
    (card,) = call(desk, discharge(RICH))
    entry = desk.newest("answer")
    kept = desk.content(entry)
    assert entry.service_id == SERVICE
    assert [one["uuid"] for one in kept["cards"]] == [card["uuid"]]
    assert kept["order"]["performed"] == "2026-11-18"
    assert kept["leaving"]["biopsies"][0]["isBack"] is False
    assert "L-dose" in [one["id"] for one in kept["facts"]]


def test_a_complete_discharge_leaves_an_entry_and_no_card(desk: ReviewDesk) -> None:
    record = leaving_chart(
        medication("alendronate", ALENDRONATE, 1), ordered("rehabilitation", days=1)
    )
    assert call(desk, discharge(record)) == []
    assert desk.content(desk.newest("answer"))["cards"] == []


def test_the_basis_of_the_card_opens(desk: ReviewDesk) -> None:
    (card,) = call(desk, discharge(RICH))
    basis = card["links"][0]["url"].partition("8080")[2]
    page = desk.app.test_client().get(basis, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert card["summary"] in page.text


def test_the_same_call_gives_the_same_card(desk: ReviewDesk) -> None:
    first, second = (call(desk, discharge(RICH)) for _ in range(2))
    names = ("uuid", "summary", "detail")
    assert [first[0][name] for name in names] == [second[0][name] for name in names]


def test_another_stay_has_another_card(desk: ReviewDesk) -> None:
    (one,) = call(desk, discharge(RICH))
    (other,) = call(desk, discharge(RICH, encounter="enc-2"))
    assert one["uuid"] != other["uuid"]


def test_an_override_closes_its_act_at_the_next_discharge(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    desk = ReviewDesk(tmp_path_factory.mktemp("overridden"))
    record = leaving_chart(worn_now(), ordered("rehabilitation", days=1))
    (card,) = call(desk, discharge(record))
    reason = {
        "code": "alreadyArranged",
        "system": "https://kyphoplasty-cds.org/fhir/CodeSystem/override-reason",
    }
    told = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": desk.now.isoformat(),
        "overrideReason": {"reason": reason},
    }
    sent = desk.app.test_client().post(f"{PATH}/feedback", json={"feedback": [told]})
    assert sent.status_code == 200, sent.text
    desk.now = NOW + timedelta(hours=3)
    later = "4f0a2c1e-5b1d-4c8e-9d6b-0a1b2c3d4e5f"
    (next_card,) = call(desk, discharge(record, hook_instance=later))
    assert "bone drug" not in next_card["summary"]
    assert "who ends the TLSO" in next_card["summary"]
    desk.close()


def test_a_silent_service_keeps_the_card_and_shows_none(tmp_path: Any) -> None:
    service = site_service(tmp_path, '[service]\nmode = "silent"\n')
    desk = ReviewDesk(tmp_path, service, site=load_site(tmp_path))
    assert call(desk, discharge(RICH)) == []
    entry = desk.newest("answer")
    assert entry.result == "silent"
    assert len(desk.content(entry)["cards"]) == 1
    desk.close()


@pytest.mark.parametrize("encounter", [None, "", "not an id", 7])
def test_a_discharge_without_its_stay_is_refused(encounter: object) -> None:
    body = discharge(leaving_chart())
    body["context"]["encounterId"] = encounter
    assert Asked().client.post(PATH, json=body).status_code == 400


def test_orders_in_a_discharge_are_not_read() -> None:
    body = discharge(chart())
    body["context"]["draftOrders"] = "no Bundle"
    asked = Asked()
    assert asked.client.post(PATH, json=body).json == {"cards": []}
    assert asked.log.entries == []


def test_a_reference_with_its_type_names_the_stay() -> None:
    record = chart(coded("M80.08XA", days=60), kyphoplasty_done(days=40))
    body = discharge(record)
    body["context"]["encounterId"] = "Encounter/enc-1"
    (card,) = Asked().client.post(PATH, json=body).json["cards"]
    assert "11 Oct" in card["summary"]


def test_discovery_names_the_service_of_signings_first() -> None:
    services = Asked().client.get("/cds-services").json["services"]
    assert [one["hook"] for one in services] == ["order-sign", "encounter-discharge"]
    keys = services[1]["prefetch"].keys()
    assert {*services[0]["prefetch"], "appointments", "pathology"} == keys


def test_the_card_names_no_patient_and_no_free_text(desk: ReviewDesk) -> None:
    words = "Mrs Example, room 12, call her daughter"
    record = leaving_chart(
        appointment(f"Physiotherapy {words}", day="2026-12-04"),
        worn_now(note=[{"text": words}]),
    )
    cards = call(desk, discharge(record))
    kept = json.dumps(desk.content(desk.newest("answer")))
    for part in ("Example", "daughter", "room 12"):
        assert part not in json.dumps(cards)
        assert part not in kept


def kyphosis_after(days: int) -> dict[str, Any]:
    value = {"value": 12, "unit": "deg", "system": UCUM, "code": "deg"}
    return measured("local-kyphosis-post", 12, days=days, valueQuantity=value)


WHAT_THE_PROCEDURE_TOLD = (
    kyphosis_after(1),
    measured("cement-diffused", True, days=1),
)
BEFORE_IT = (
    measured("fascia-injury", False, days=5),
    measured("vbq", 2.8, days=5),
    measured("psoas-total-area", 14.0, days=5),
    measured("psoas-muscle-area", 11.0, days=5),
    measured("es-mf-fat-fraction", 50, days=5),
)


def pain_of(desk: ReviewDesk, *record: dict[str, Any]) -> dict[str, Any]:
    call(desk, discharge(leaving_chart(*record)))
    (pain,) = [
        one
        for one in desk.content(desk.newest("answer"))["assessments"]
        if one["outcome"] == "residual-pain"
    ]
    (found,) = [one for one in pain["models"] if one["model"] == "residual-pain-2025"]
    return dict(found)


def test_what_the_procedure_told_completes_the_study_of_pain(tmp_path: Any) -> None:
    toml = "[reference.vbq]\nmean = 2.57\nsd = 0.25\nn = 60\n"
    service = site_service(tmp_path, toml)
    desk = ReviewDesk(tmp_path, service, site=load_site(tmp_path))
    found = pain_of(desk, *BEFORE_IT, *WHAT_THE_PROCEDURE_TOLD)
    # The printed model, with the intercept of the evidence page.
    log_odds = -15.79 + 4.445 * 2.8 + 0.130 * 12 - 2.134
    log_odds += 0.491 * 11 - 0.675 * 14 + 0.078 * 50
    assert found["inputsKnown"] == pytest.approx(1)
    assert found["risk"] == pytest.approx(1 / (1 + math.exp(-log_odds)), abs=0.01)
    without = pain_of(desk, *BEFORE_IT)
    assert without["inputsKnown"] < 1
    desk.close()


def test_a_measure_from_before_the_procedure_is_none_of_after(desk: ReviewDesk) -> None:
    name = "local-kyphosis-post"
    for days, part in ((1, "findings"), (5, "gaps")):
        call(desk, discharge(leaving_chart(kyphosis_after(days))))
        kept = desk.content(desk.newest("answer"))
        assert name in [one["name"] for one in kept[part]], days


def test_the_figures_of_an_entry_are_found_again(desk: ReviewDesk) -> None:
    call(desk, discharge(leaving_chart(*BEFORE_IT, *WHAT_THE_PROCEDURE_TOLD)))
    entry = desk.newest("answer")
    found = replay(desk.content(entry), open_service(), entry.service_id)
    assert found.is_identical, found.differences


def signed_discharge(
    record: tuple[dict[str, Any], ...], *drafts: dict[str, Any]
) -> dict[str, Any]:
    """An order-sign of the order that sends the patient home, mapped by the site."""
    home = drafted("ServiceRequest", "home", code=codeable(ORDERS, "discharge"))
    body = order_sign(record, home, *drafts)
    plan = open_service().hooks[SERVICE].discovery["prefetch"]
    queries = {
        key: query.replace("{{context.encounterId}}", "enc-1")
        for key, query in plan.items()
    }
    body["prefetch"] = answer_prefetch(queries, record, patient_id=PATIENT)
    return body


def test_a_signed_discharge_order_gets_the_card_of_a_discharge(
    desk: ReviewDesk,
) -> None:
    body = signed_discharge(RICH)
    reply = desk.app.test_client().post(f"/cds-services/{HOOK}", json=body)
    (card,) = reply.json["cards"]
    assert card["source"]["topic"]["code"] == "discharge"
    assert card["summary"] == call(desk, discharge(RICH))[0]["summary"]
    page = card["links"][1]["url"].partition("8080")[2]
    assert desk.app.test_client().get(page).status_code == 200


def test_a_drug_signed_with_the_discharge_is_started(desk: ReviewDesk) -> None:
    record = leaving_chart(ordered("rehabilitation", days=1))
    for drafts, count in (((), 1), ((prescribed(),), 0)):
        body = signed_discharge(record, *drafts)
        reply = desk.app.test_client().post(f"/cds-services/{HOOK}", json=body)
        assert len(reply.json["cards"]) == count


def prescribed() -> dict[str, Any]:
    drug = codeable(ATC, ALENDRONATE, "Alendronate")
    return drafted("MedicationRequest", "bone", medicationCodeableConcept=drug)


def test_a_draft_brace_signed_with_the_discharge_can_be_corrected(
    desk: ReviewDesk,
) -> None:
    body = signed_discharge(leaving_chart(), brace())
    reply = desk.app.test_client().post(f"/cds-services/{HOOK}", json=body)
    labels = [one["label"] for one in reply.json["cards"][0]["suggestions"]]
    assert any(label.startswith("Set end") for label in labels), labels


def test_a_discharge_order_without_augmentation_gets_nothing(desk: ReviewDesk) -> None:
    body = signed_discharge(chart())
    reply = desk.app.test_client().post(f"/cds-services/{HOOK}", json=body)
    assert reply.json == {"cards": []}


def test_feedback_on_the_card_of_a_signed_discharge_is_taken(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    desk = ReviewDesk(tmp_path_factory.mktemp("signed"))
    body = signed_discharge(RICH)
    address = f"/cds-services/{HOOK}"
    (card,) = desk.app.test_client().post(address, json=body).json["cards"]
    told = {
        "card": card["uuid"],
        "outcome": "overridden",
        "outcomeTimestamp": desk.now.isoformat(),
    }
    sent = desk.app.test_client().post(f"{address}/feedback", json={"feedback": [told]})
    assert sent.status_code == 200
    assert desk.newest("feedback").about is not None
    desk.close()


def is_patient(resource: dict[str, Any]) -> bool:
    return bool(resource["resourceType"] == "Patient")


def with_another(parts: str) -> dict[str, Any]:
    """The call of a discharge with the Patient, the lists, or both of another."""
    body = discharge(RICH)
    for key, value in body["prefetch"].items():
        has_it = parts != ("lists" if is_patient(value) else "person")
        if value and has_it:
            body["prefetch"][key] = json.loads(
                json.dumps(value)
                .replace(f"Patient/{PATIENT}", "Patient/p2")
                .replace(f'"id": "{PATIENT}"', '"id": "p2"')
            )
    return body


@pytest.mark.parametrize("parts", ["person", "lists", "both"])
@pytest.mark.parametrize("is_signed", [False, True], ids=["told", "signed"])
def test_a_record_of_another_patient_is_refused_and_kept(
    parts: str, *, is_signed: bool
) -> None:
    asked, body = Asked(), with_another(parts)
    path = PATH
    if is_signed:
        body = signed_discharge(RICH) | {"prefetch": body["prefetch"]}
        path = f"/cds-services/{HOOK}"
    reply = asked.client.post(path, json=body)
    assert reply.status_code == 400, reply.text
    (entry,) = asked.log.entries
    assert (entry.kind, entry.reason) == ("refusal", "patient-mismatch")
    assert (entry.patient, entry.encounter) == (PATIENT, "enc-1")


def test_procedures_of_two_patients_leave_a_word_in_the_log() -> None:
    """Nothing of this patient's was done, and one of the list is another's."""
    asked = Asked()
    long_ago = kyphoplasty_done(days=900, encounter=None)
    body = discharge(chart(coded("M80.08XA", days=20), long_ago))
    other = {**kyphoplasty_done(), "subject": {"reference": "Patient/p2"}}
    entries = [{"resource": one} for one in (long_ago, other)]
    bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
    body["prefetch"]["procedures"] = bundle
    assert asked.client.post(PATH, json=body).json == {"cards": []}
    (entry,) = asked.log.entries
    assert entry.content == {"nearMisses": [], "proceduresUnread": True}


def test_an_augmentation_whose_record_is_closed_is_refused_and_kept() -> None:
    asked, body = Asked(), discharge(RICH)
    body["prefetch"]["patient"] = {**body["prefetch"]["patient"], "active": False}
    assert asked.client.post(PATH, json=body).status_code == 412
    (entry,) = asked.log.entries
    assert (entry.kind, entry.reason) == ("refusal", "evidence-unavailable")
