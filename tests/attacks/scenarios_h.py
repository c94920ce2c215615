"""H: wrong patients, wrong orders, and requests that take everybody's time."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from cds_service.protocol.json_text import canonical_json
from tests.attacks.cases import CALL, Case
from tests.attacks.field import Field
from tests.attacks.scenarios import scenario
from tests.bench.running import tree_seconds
from tests.chart_builders import (
    ATC,
    DRUGS,
    HCPCS,
    ICD,
    LEVELS,
    LOINC,
    PATIENT,
    SCT,
    application,
    ask,
    brace,
    cards_for,
    codeable,
    days_ago,
    drug,
    kyphoplasty,
    measured,
    of_patient,
    order_sign,
    problem,
    strong_and_nourished,
    texts_of,
    thin_and_weak,
)
from tests.growing import PARTS

Resource = dict[str, Any]
JSON = {"Content-Type": "application/json"}
MOST_SECONDS = 4.0  # of processor time; what is mended here took ten and more
OURS = {"reference": f"Patient/{PATIENT}"}
MRN = {"system": "https://ehr.example.org/mrn", "value": "4711"}
OXYGEN = {"text": "Oxygen concentrator"}


def _ask(case: Case, field: Field, record: Any, *drafts: Resource, **members: Any) -> Any:
    """The cards for this record and these drafts."""
    body = order_sign(record, *drafts, hook_instance=str(uuid4())) | {"fhirServer": field.fill(case, "{ehr}")} | members
    return _post(case, field, json.dumps(body))


def _post(case: Case, field: Field, text: str) -> Any:
    field.prepare(case)
    answer = field.service(case.site).send("POST", CALL, text.encode(), JSON)
    assert answer.status == 200, answer.text
    return answer.json()["cards"]


def _said(cards: Any) -> str:
    return " ".join(text for card in cards for text in texts_of(card)).replace("\\", "")


def _updates(cards: Any) -> list[Resource]:
    actions = (action for card in cards for one in card.get("suggestions", ()) for action in one["actions"])
    return [action["resource"] for action in actions if action["type"] == "update"]


def _topics(cards: Any) -> set[str]:
    return {card["source"]["topic"]["code"] for card in cards}


@scenario
def signs_a_brace_of_somebody_else(case: Case, field: Field) -> None:
    first, *rest = thin_and_weak()
    record = [{**first, "identifier": [MRN]}, *rest]
    cards = _ask(case, field, record, kyphoplasty(), brace(subject=field.fill(case, case.sends["subject"])))
    assert "braceLimit" not in _topics(cards)
    assert _updates(cards) == []
    assert "1 entry of another patient, or of none, left out" in _said(cards)


@scenario
def signs_an_order_inside_a_group_of_another(case: Case, field: Field) -> None:
    group = of_patient("RequestGroup", "g", subject={"reference": "Patient/p2"}, contained=[kyphoplasty()])
    body = order_sign(thin_and_weak(), group, hook_instance=str(uuid4()))
    field.prepare(case)
    answer = field.service(case.site).send("POST", CALL, json.dumps(body).encode(), JSON)
    assert answer.status == 400
    assert answer.issue == "business-rule"


@scenario
def signs_with_somebody_elses_number(case: Case, field: Field) -> None:  # noqa: ARG001
    """Beside a reference to the patient stands a number that is not theirs: of a group, of the reason's Condition."""
    theirs = {**OURS, "identifier": {**MRN, "value": "4712"}}
    fracture = problem("M80.08XA", number="x", subject=theirs, bodySite=[codeable(SCT, LEVELS["L1"])])
    signed = {
        "group": of_patient("RequestGroup", "g", subject=theirs, contained=[kyphoplasty(subject=None)]),
        "reason": kyphoplasty(None, reasonReference=[{"reference": "#x"}], contained=[fracture]),
    }[case.sends["of"]]
    first, *rest = thin_and_weak()
    answer = application().post(order_sign([{**first, "identifier": [MRN]}, *rest], signed))
    assert answer.status_code == case.status
    assert '"tl-junction", "source"' not in json.dumps(answer.json)


@scenario
def reads_a_value_of_somebody_else(case: Case, field: Field) -> None:
    body = order_sign(thin_and_weak(), kyphoplasty(), hook_instance=str(uuid4()))
    foreign = measured("bmd-t-score", -7.77, number="x", days=1, subject=field.fill(case, case.sends["subject"]))
    body["prefetch"]["boneDensity"]["entry"].append({"resource": foreign})
    body["prefetch"]["boneDensity"].pop("total", None)
    cards = _post(case, field, json.dumps(body | {"fhirServer": field.fill(case, "{ehr}")}))
    assert "7.77" not in json.dumps(cards)
    assert "1 entry of another patient, or of none, left out" in _said(cards)


@scenario
def reads_a_value_about_somebody_else(case: Case, field: Field) -> None:
    """The subject is the patient, the focus is not: passed over by name, and the older value of the patient counts."""
    value = measured("bmd-t-score", -7.77, number="x", days=1, **case.sends)
    cards = _ask(case, field, (*thin_and_weak(), value), kyphoplasty())
    (assessments,) = [card["extension"] for card in cards if "extension" in card]
    inputs = [one for each in assessments.popitem()[1] for model in each["models"] for one in model["inputs"]]
    assert [one for one in inputs if one["value"] == -7.77] == []
    alone = [one for one in thin_and_weak() if one["id"] != "o-bmd-t-score"]
    said = _said(_ask(case, field, (*alone, value), kyphoplasty()))
    assert "about another person or thing" in said


def _referring(case: Case, where: str) -> tuple[list[Resource], list[Resource]]:
    """Record and drafts in which one element leads to this server, where `x1` says what must not be believed."""
    reference = {"reference": f"{where}/x1"}
    element = case.sends["element"]
    if element == "reasonReference":
        tumour = of_patient("Condition", "x1", code=codeable(ICD, "C79.51"))
        kypho = kyphoplasty(reasonReference=[{"reference": f"{where}/Condition/x1"}])
        return [*thin_and_weak()], [kypho, tumour]
    if element == "codeReference":
        tlso = {"resourceType": "Device", "id": "x1", "type": codeable(HCPCS, "L0456")}
        referring = brace(codeCodeableConcept=None, codeReference={"reference": f"{where}/Device/x1"})
        return [*thin_and_weak()], [kyphoplasty(), referring, tlso]
    drug = of_patient(
        "MedicationRequest",
        "m-x",
        status="active",
        intent="order",
        medicationReference={"reference": reference["reference"].replace("/x1", "/Medication/x1")},
        authoredOn=days_ago(50),
    )
    alendronate = {"resourceType": "Medication", "id": "x1", "code": codeable(ATC, DRUGS["alendronate"])}
    return [*thin_and_weak(), drug, alendronate], [kyphoplasty()]


@scenario
def refers_to_another_server(case: Case, field: Field) -> None:
    """What the same id means on our own server is another thing, and changes nothing of the answer."""
    element, found = case.sends["element"], []
    for where in ("{ehr}", "{evil}"):
        record, drafts = _referring(case, field.fill(case, where))
        body = order_sign(record, *drafts, hook_instance=str(uuid4()))
        if element == "medicationReference":
            body["prefetch"]["medications"]["entry"].append({"resource": record[-1]})
        found.append(_post(case, field, json.dumps(body | {"fhirServer": field.fill(case, "{ehr}")})))
    near, far = found
    if element == "codeReference":
        assert "braceLimit" in _topics(near)
        assert "braceLimit" not in _topics(far)
    elif element == "reasonReference":
        assert "malignan" in json.dumps(near).lower() or near[0]["summary"] != far[0]["summary"]
        assert "malignan" not in far[0]["summary"].lower()
        assert _said(near) != _said(far)
    else:
        assert "alendron" in _said(near).lower() or "bone drug" in _said(near).lower()
        assert _said(near) != _said(far)


@scenario
def gives_a_reason_of_another_patient(case: Case, field: Field) -> None:
    tumour = of_patient("Condition", "x1", code=codeable(ICD, "C79.51"))
    order = kyphoplasty(reasonReference=[{"reference": "Condition/x1"}])
    plain = _said(_ask(case, field, thin_and_weak(), kyphoplasty()))
    ours = _said(_ask(case, field, thin_and_weak(), order, tumour))
    others = _said(_ask(case, field, thin_and_weak(), order, tumour | {"subject": {"reference": "Patient/p2"}}))
    assert ours != plain
    assert others == plain


@scenario
def corrects_one_of_two(case: Case, field: Field) -> None:
    """A correction would reach either order: the words stand on the card, and no button."""
    oxygen = brace(codeCodeableConcept=OXYGEN)
    group = of_patient("RequestGroup", "g", status="draft", intent="order")
    drafts = {
        "twice": [brace(), oxygen],
        "inside a group": [group | {"contained": [brace()]}, oxygen],
        "as the address of another": [brace(), {name: oxygen[name] for name in oxygen if name != "id"}],
        "under rules that we do not know": [brace(implicitRules="https://ehr.example.org/not")],
        "with a part that an extension reverses": [
            brace(parameter=[{"code": {"text": "size"}, "modifierExtension": NOT, "valueBoolean": True}])
        ],
        "inside a group as well": [brace(), group | {"contained": [oxygen]}],
    }[case.sends["stands"]]
    for order in (drafts, drafts[::-1]):
        body = order_sign(thin_and_weak(), kyphoplasty(), *order, hook_instance=str(uuid4()))
        for entry in body["context"]["draftOrders"]["entry"]:
            if "id" not in entry["resource"]:
                entry["fullUrl"] = "https://ehr.example.org/fhir/DeviceRequest/brace"
        cards = _post(case, field, json.dumps(body))
        assert "braceLimit" in _topics(cards)
        assert _updates(cards) == []


@scenario
def corrects_a_draft_with_decimals(case: Case, field: Field) -> None:
    """All but the end is the draft, digit by digit, in the answer and behind the digest of the entry."""
    written = ("21.50", "2.0", "1E2", "0.10", "-0.0", "12345678901234567890.123456789")
    parameter = [{"code": {"text": "size"}, "valueQuantity": {"value": f"@{one}@", "unit": "cm"}} for one in written]
    body = order_sign(thin_and_weak(), kyphoplasty(), brace(parameter=parameter), hook_instance=str(uuid4()))
    text = json.dumps(body).replace('"@', "").replace('@"', "")
    field.prepare(case)
    service = field.service(case.site)
    before = service.mark()
    answer = service.send("POST", CALL, text.encode(), JSON)
    for one in written:
        assert f'"value":{one}}}' in answer.text, one
    ((action,),) = [
        one["actions"]
        for card in json.loads(answer.text)["cards"]
        for one in card.get("suggestions", ())
        if one["actions"][0]["type"] == "update"
    ]
    assert action["resource"]["id"] == "brace"
    (entry,) = service.entries(before, 1)
    kept = json.dumps(service.content(entry["sequence"]))
    start = answer.text.index('"resource":', answer.text.index(json.dumps(action["description"]))) + len('"resource":')
    resource = answer.text[start : _end_of(answer.text, start)]
    assert hashlib.sha256(resource.encode()).hexdigest() in kept


def _end_of(text: str, start: int) -> int:
    """Behind the object that begins here."""
    return start + json.JSONDecoder().raw_decode(text[start:])[1]


@scenario
def names_two_servers(case: Case, field: Field) -> None:
    """A call that names no server has one EHR behind it; where its references name two, neither is believed."""
    where = case.sends
    mine = {"reference": f"{where['order']}Patient/{thin_and_weak()[0]['id']}"}
    body = order_sign(thin_and_weak(), kyphoplasty(subject=mine), hook_instance=str(uuid4()))
    bundles = [found for found in body["prefetch"].values() if found and found.get("resourceType") == "Bundle"]
    theirs = [one["resource"] for found in bundles for one in found.get("entry", ())]
    for number, resource in enumerate(theirs):
        base = where.get("other", where["record"]) if number % 2 else where["record"]
        resource["subject"] = {"reference": f"{base}Patient/{thin_and_weak()[0]['id']}"}
    if "drug" in where:
        drug = _prescription(9, medicationReference={"reference": f"{where['drug']}Medication/x"}, subject=mine)
        named = {"resourceType": "Medication", "id": "x", "code": codeable(ATC, DRUGS["alendronate"])}
        entries = [{"resource": one} for one in (drug | {"authoredOn": days_ago(50)}, named)]
        body["prefetch"]["medications"] = {"resourceType": "Bundle", "entry": entries}
    field.prepare(case)
    answer = field.service(case.site).send("POST", CALL, json.dumps(body).encode(), JSON)
    if where["refused"]:
        assert (answer.status, answer.issue) == (400, "business-rule")
        return
    assert answer.status == 200, answer.text
    said = _said(answer.json()["cards"])
    if "drug" in where:
        assert "alendron" not in said.lower()
    else:
        assert f"{len(theirs)} entries of another patient, or of none, left out" in said


@scenario
def withdraws(case: Case, field: Field) -> None:
    """An entry that deletes or reads an order signs none."""
    body = order_sign(thin_and_weak(), kyphoplasty(), brace(), hook_instance=str(uuid4()))
    for entry in body["context"]["draftOrders"]["entry"]:
        if entry["resource"]["id"] in case.sends["orders"]:
            entry["request"] = {"method": case.sends["method"], "url": f"x/{entry['resource']['id']}"}
    topics = _topics(_post(case, field, json.dumps(body)))
    assert "braceLimit" not in topics
    assert bool(topics) is ("kypho" not in case.sends["orders"])


@scenario
def names_orders_by_words(case: Case, field: Field) -> None:
    """What could be a name stands neither in the answer nor in the entry."""
    words = "Canary Smith, born 1950"
    order = kyphoplasty(number=words if case.sends["member"] != "fullUrl" else "")
    if case.sends["member"] == "inside":
        order = of_patient("RequestGroup", "g", status="draft", intent="order", contained=[order])
    body = order_sign(thin_and_weak(), order, hook_instance=str(uuid4()))
    if case.sends["member"] == "fullUrl":
        (entry,) = body["context"]["draftOrders"]["entry"]
        entry["fullUrl"] = words
        del entry["resource"]["id"]
    service = field.service(case.site)
    field.prepare(case)
    before = service.mark()
    answer = service.send("POST", CALL, json.dumps(body).encode(), JSON)
    assert answer.status == 200
    assert answer.json()["cards"]
    assert "Canary" not in answer.text
    (entry,) = service.entries(before, 1)
    assert "Canary" not in json.dumps(service.content(entry["sequence"]))


# --- time


def _prescription(number: int, **members: Any) -> Resource:
    return of_patient("MedicationRequest", f"m{number}", status="active", intent="order", **members)


def _contained_medications(size: int) -> Resource:
    body = order_sign(thin_and_weak(), kyphoplasty())
    held = [{"resourceType": "Medication", "id": f"d{one}", "code": OXYGEN} for one in range(size)]
    drugs = [_prescription(one, medicationReference={"reference": "#d0"}) for one in range(size)]
    entries = [{"resource": one} for one in (drugs[0] | {"contained": held}, *drugs)]
    body["prefetch"]["medications"] = {"resourceType": "Bundle", "entry": entries}
    return body


def _codings(size: int) -> Resource:
    words = "X-ray of the spine, patient asks, cancelled, declined, " * 30
    codings = [{"system": f"urn:s{one}", "code": "x", "display": f"{one} {words}"} for one in range(size // 10)]
    return order_sign(thin_and_weak(), kyphoplasty(code="99999") | {"code": {"coding": codings}}, kyphoplasty())


def _notes(size: int) -> Resource:
    words = "T12, L1-L3, old fracture of T11, not L4, status post kyphoplasty T10, " * 20
    return order_sign(thin_and_weak(), kyphoplasty(note=[{"text": f"{one} {words}"} for one in range(size // 10)]))


def _problem(size: int) -> Resource:
    """One text: a search in it looks at no deadline, and while it runs nobody else is answered."""
    return order_sign((*thin_and_weak(), problem("I10", code={"text": "fracture of L1 no " * size})), kyphoplasty())


def _problem_displays(size: int) -> Resource:
    codings = [{"display": f"{one} {'fracture of L1 no ' * 100}"} for one in range(size // 10)]
    return order_sign((*thin_and_weak(), problem("I10", code={"coding": codings})), kyphoplasty())


def _drug_name(size: int) -> Resource:
    prescription = _prescription(1, medicationCodeableConcept={"text": "a " * size})
    return order_sign((*thin_and_weak(), prescription), kyphoplasty())


def _drug_code(size: int) -> Resource:
    """A class of ATC is looked for as the beginning of a code."""
    prescription = _prescription(1, medicationCodeableConcept=codeable(ATC, "H02AB06" + "a " * size))
    return order_sign((*thin_and_weak(), prescription), kyphoplasty())


LONG: Mapping[str, tuple[Callable[[int], Resource], int]] = {
    "contained_reasons": (PARTS["contained resources and reasons of an order"], 9000),
    "duplicates": (PARTS["one value many times, beside a long one"], 8000),
    "medications": (PARTS["drugs that refer to Medications"], 8000),
    "contained_medications": (_contained_medications, 5000),
    "groups": (PARTS["orders inside a group"], 3000),
    "codings": (_codings, 5000),
    "notes": (_notes, 5000),
    "problem": (_problem, 30_000),
    "problem_displays": (_problem_displays, 4000),
    "drug_name": (_drug_name, 600_000),
    "drug_code": (_drug_code, 200_000),
}


@scenario
def takes_no_long_time(case: Case, field: Field) -> None:
    """Whatever comes of it (an answer that says what was cut, or none): others are not kept waiting."""
    build, size = LONG[case.sends["part"]]
    service = field.service(case.site)
    field.prepare(case)
    before = tree_seconds(service.process_id)
    body = canonical_json(build(size) | {"hookInstance": str(uuid4())})
    answer = service.send("POST", CALL, body.encode(), JSON)
    took = tree_seconds(service.process_id) - before
    assert answer.status in {200, 503}, answer.text[:300]
    assert took < MOST_SECONDS, f"{len(body)} octets took {took:.1f} s"


ACCESSION = {"system": "https://ehr.example.org/accession", "value": "A-1"}
NO_SYSTEM = {"value": "1"}
NOT = [{"url": "https://ehr.example.org/not", "valueBoolean": True}]
HIP = {"code": codeable(LOINC, "80946-7")}
# What is put beside a T-score of the spine, -3.2, under `ACCESSION` and `NO_SYSTEM`; none of it takes that value away.
BESIDE: Mapping[str, tuple[str, Resource]] = {
    "a corrected hip of the same examination": (
        "boneDensity",
        measured("bmd-t-score", -1.0, number="x", status="corrected", identifier=[ACCESSION], **HIP),
    ),
    "a corrected weight of the same visit": (
        "body",
        measured("weight", 50.0, number="x", status="amended", identifier=[ACCESSION]),
    ),
    "a corrected value of long ago whose number names no system": (
        "boneDensity",
        measured("bmd-t-score", -1.0, number="x", days=900, status="corrected", identifier=[NO_SYSTEM]),
    ),
    "something else of the same id": (
        "boneDensity",
        measured("bmi", 18.5, number="o-bmd-t-score", code={"text": "zzz"}),
    ),
    "another value of the same id, older": ("boneDensity", measured("bmd-t-score", -1.0, days=40)),
    "an older version in another list": ("body", measured("bmd-t-score", -1.0, days=1, meta={"versionId": "1"})),
    "a newer value with somebody else's number": (
        "boneDensity",
        measured("bmd-t-score", -1.0, number="x", days=1, subject={**OURS, "identifier": {**MRN, "value": "4712"}}),
    ),
    "a newer value under rules that we do not know": (
        "boneDensity",
        measured("bmd-t-score", -1.0, number="x", days=1, implicitRules="https://ehr.example.org/not"),
    ),
    "a newer value in a part that an extension reverses": (
        "boneDensity",
        of_patient(
            "Observation",
            "x",
            status="final",
            code={"text": "DXA"},
            effectiveDateTime=days_ago(1),
            component=[
                {"code": codeable(LOINC, "38267-1"), "valueQuantity": {"value": -1.0}, "modifierExtension": NOT}
            ],
        ),
    ),
    "a bone drug that is not to be given": (
        "medications",
        of_patient(
            "MedicationRequest",
            "x",
            status="active",
            intent="order",
            doNotPerform="true",
            medicationCodeableConcept=codeable(ATC, DRUGS["alendronate"]),
            authoredOn=days_ago(50),
        ),
    ),
}


@scenario
def puts_something_beside(case: Case, field: Field) -> None:  # noqa: ARG001 - on the day of the record, not of the clock
    """Adding to a record, or breaking what is added, takes no warning away."""
    first, *rest = thin_and_weak()
    spine = measured("bmd-t-score", -3.2, code=codeable(LOINC, "38263-0"), identifier=[ACCESSION, NO_SYSTEM])
    spine |= {"meta": {"versionId": "10"}} if "version" in case.sends["beside"] else {}
    record = [{**first, "identifier": [MRN]}, *(spine if one["id"] == spine["id"] else one for one in rest)]
    body = order_sign(record, kyphoplasty())
    plain = [(card["indicator"], card["summary"]) for card in ask(body)]
    key, more = BESIDE[case.sends["beside"]]
    body["prefetch"][key]["entry"].append({"resource": more})
    body["prefetch"][key].pop("total", None)
    added = ask(body)
    said = "Refracture risk high, no figure. Not ordered: bone treatment, rehabilitation, dietitian."
    assert plain == [("warning", said)]
    assert [(card["indicator"], card["summary"]) for card in added] == plain
    assert "-3.2" in json.dumps(added[0]["extension"])


@scenario
def signs_a_brace_that_ends_never(case: Case, field: Field) -> None:  # noqa: ARG001
    cards = cards_for(thin_and_weak(), kyphoplasty(), brace(**case.sends["times"]))
    assert case.sends["says"] in cards["braceLimit"]["summary"]


@scenario
def lists_an_entry_of_next_year(case: Case, field: Field) -> None:  # noqa: ARG001
    """What is on a list is not absent from it, whatever day was typed."""
    tumour = problem("malignancy", **case.sends)
    card = cards_for([*strong_and_nourished(), tumour], kyphoplasty())["rehabilitation"]
    assert "malignancy of bone not excluded" in card["summary"]
    assert "dated in the future" in card["detail"]


@scenario
def lists_a_drug_of_next_year(case: Case, field: Field) -> None:  # noqa: ARG001
    card = cards_for([*thin_and_weak(), drug("alendronate", **case.sends)], kyphoplasty())["rehabilitation"]
    assert "bone drugs not known (on the medication list; dated in the future)" in card["detail"]


@scenario
def writes_truths_as_text(case: Case, field: Field) -> None:  # noqa: ARG001
    """No card for the dead, and none for a record that is out of use."""
    body = order_sign([{**thin_and_weak()[0], **case.sends["patient"]}, *thin_and_weak()[1:]], kyphoplasty())
    answer = application().post(body)
    assert answer.status_code == case.status
    assert answer.json.get("cards", []) == []
