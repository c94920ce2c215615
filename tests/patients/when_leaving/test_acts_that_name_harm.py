"""What broke since the operation, or a grave illness, only an order may name."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, inpatient, of_patient
from tests.codes import CPT, ICD, OPS, codeable
from tests.patients.inpatients import coded, statement
from tests.patients.leaving import everything_arranged, leave, leaving_chart

HARM = "1 recent entry names an injury or grave illness. Read before leaving."
# What was only told in words of a fall is not understood whole.
READ = (HARM, "1 recent entry not understood. Read before leaving.")


def act(
    kind: str, title: str, reason: Any = None, days: int = 1, **members: Any
) -> Any:
    """An act of so many days ago, for a reason in words or by an ICD code."""
    shown: dict[str, Any] = {
        "ServiceRequest": {"status": "active", "intent": "order"},
        "Procedure": {"status": "completed"},
        "MedicationRequest": {"status": "active", "intent": "order"},
    }[kind]
    day = "performedDateTime" if kind == "Procedure" else "authoredOn"
    name = "medicationCodeableConcept" if kind == "MedicationRequest" else "code"
    if isinstance(reason, str):
        reason = {"text": reason}
    if reason:
        members["reasonCode"] = [reason]
    shown |= {name: {"text": title}, day: days_ago(days)}
    return of_patient(kind, members.pop("number", "act"), **shown | members)


def order(title: str, reason: Any = None, **members: Any) -> Any:
    return act("ServiceRequest", title, reason, **members)


def icd(code: str, title: str | None = None) -> Any:
    return codeable(ICD, code, title) if title else codeable(ICD, code)


def summaries(*entries: Any) -> list[str]:
    """The cards of somebody for whom all else is arranged, treated two days ago."""
    drug = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), drug, *entries)
    return [card["summary"] for card in leave(chart)]


def summaries_of_stay(reason: Any) -> list[str]:
    """The same, if the stay names this reason."""
    drug = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), drug)
    others = [one for one in chart if one["resourceType"] != "Encounter"]
    stay = inpatient() | {"reasonCode": [reason]}
    return [card["summary"] for card in leave((*others, stay))]


@pytest.mark.parametrize("kind", ["ServiceRequest", "Procedure", "MedicationRequest"])
@pytest.mark.parametrize("code", ["S72.001A", "S72.141A", "S22.31XA", "I26.99"])
def test_a_code_of_a_reason_is_to_be_read(kind: str, code: str) -> None:
    (card,) = summaries(act(kind, "X-ray", icd(code)))
    assert card.endswith(HARM)


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Röntgen Hüfte", "Schenkelhalsfraktur rechts nach Sturz auf Station"),
        ("Unfallchirurgisches Konsil", "neue Schenkelhalsfraktur"),
        ("Hüft-TEP bei Schenkelhalsfraktur", None),
        ("X-ray hip right after fall from bed, r/o fracture", None),
        ("X-ray hip", "r/o hip fracture"),
        ("X-ray hip", "fall on ward, hip pain"),
        ("X-ray hip", "inpatient fall"),
        ("Röntgen Becken", "ist auf Station gestürzt"),
        ("Radio de hanche", "chute du lit"),
        ("股関節X線", "ベッドから転落"),
        ("CCT nach Sturz", None),
        ("CCT nativ", "Sturz"),
        ("CT head", "fall, on apixaban"),
        ("Thoraxdrainage", None),
    ],
)
def test_so_are_words(title: str, reason: str | None) -> None:
    (card,) = summaries(order(title, reason))
    assert card.endswith(READ)


@pytest.mark.parametrize(
    "reason",
    [
        "Hip fracture after fall, known osteoporosis",
        "Hip fracture, s/p kyphoplasty L1",
        "Hip fracture, MI last year",
        "hip fracture operated yesterday",
        "Schenkelhalsfraktur bei bekannter Osteoporose",
        "Schenkelhalsfraktur, Z.n. Kyphoplastie",
        "Schenkelhalsfraktur bei Z.n. Apoplex 2012",
        "Schenkelhalsfraktur vor 1 Woche",
        "Fracture du col du fémur, ancienne fumeuse",
        "Frattura di femore, pregresso ictus",
        "Fractura de cadera, antecedentes de ictus",
        "złamanie biodra, stan po udarze",
        "股骨颈骨折，椎体成形术后",
        "大腿骨頸部骨折、BKP術後",
    ],
)
def test_so_is_a_fracture_next_to_something_else_of_the_past(reason: str) -> None:
    (said,) = summaries(order("Hip X-ray", reason))
    assert said.endswith(READ)


@pytest.mark.parametrize(
    "reason",
    [
        *("hip fx 2 yrs ago", "hip fracture repaired last year", "PMHx: hip fracture"),
        *("Hip fracture, known", "hip fracture, ORIF 2018", "Hip fracture (2018)"),
        *("PMH: stroke, hip fracture", "hip fracture, ruled out", "Hip fracture, old"),
        *("no hip fracture, known osteoporosis", "Z.n. Schenkelhalsfraktur, Demenz"),
        *("SHF li. operiert 2018", "Radiusfraktur vor 6 Wochen"),
        *("Schenkelhalsfraktur vor 2 J.", "ATCD fracture du col fémoral"),
        *("fractura de cadera operada", "frattura di polso 2 mesi fa"),
        *("母 大腿骨頸部骨折", "大腿骨頸部骨折、術後", "股骨颈骨折，术后"),
    ],
)
def test_one_that_is_of_the_past_itself_is_not(reason: str) -> None:
    assert summaries(order("Hip X-ray", reason)) == []


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Röntgen Hüfte bei Sturz auf Station", None),
        ("X-ray hip, fell on the ward", None),
        ("CT head", "fall this morning, hx of AF on apixaban"),
        ("CT head", "unwitnessed fall overnight, known dementia"),
        ("CT head", "mechanical fall"),
        ("CT head", "fell from chair"),
        ("CT head", "fall after surgery, L1 fracture s/p kyphoplasty"),
        ("CCT", "Sturz heute Nacht, bekannte Demenz"),
        ("CCT", "Sturz, Ausschluss ICB"),
        ("X-ray hip", "fell in bathroom"),
        ("X-ray hip", "fell last night"),
        ("X-ray hip", "s/p fall POD1"),
        ("X-ray hip", "found down in room"),
        ("X-ray wrist", "tripped in corridor"),
        ("Röntgen Becken", "Patientin im Zimmer gestürzt"),
        ("CT Becken: Sturz im Zimmer", None),
        ("Konsil Unfallchirurgie", "nach Sturz im Bad"),
        ("Sturz heute", None),
        ("Radio bassin", "tombé du lit"),
        ("RX cadera", "se cayó de la cama"),
        ("RX bacino", "caduta in bagno"),
        ("X-bekken", "uit bed gevallen"),
        ("RTG miednicy", "upadek w nocy"),
        ("股関節X線", "転倒"),
        ("髋关节X线", "坠床"),
    ],
)
def test_so_is_a_fall_for_which_another_bone_is_examined(
    title: str, reason: str | None
) -> None:
    (card,) = summaries(order(title, reason))
    assert card.endswith(READ[1])


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("X-ray lumbar spine", "fall"),
        ("X-ray lumbar spine postop", "s/p fall"),
        ("Röntgen LWS postop", "Sturz"),
        ("X-ray lumbar spine", "L1 fracture, fell in bathroom"),
        ("X-ray hip", "fall at home, hip pain"),
        ("X-ray hip", "admitted after fall"),
        ("X-ray hip", "known falls, hip pain"),
        ("X-ray hip", "Fall on 11/1"),
        ("Röntgen Becken", "Z.n. Sturz"),
        ("X-ray pelvis", "falling hematocrit"),
        ("Radio bassin", "chute de tension"),
        ("Radiografía pelvis", "caída de hemoglobina"),
        ("X-ray hip", "no fall, hip pain"),
        ("X-ray hip", "fall in the hospital parking lot"),
        ("CT head", "L1 fracture after fall"),
        ("CCT", "Sturz von der Leiter"),
        ("RX lombare", "caduta dal letto a casa"),
        ("Bei Sturz auf Station Arzt rufen", None),
        ("Sturzrisiko-Assessment heute", None),
        ("Walker", "fall"),
    ],
)
def test_the_fall_that_led_to_the_stay_brings_no_line(
    title: str, reason: str | None
) -> None:
    assert summaries(order(title, reason)) == []


@pytest.mark.parametrize(
    "title",
    [
        "腰椎MRI 双下肢无力",
        "腰椎磁共振：双下肢无力",
        "RM lombare: debolezza gambe",
        "MRI wervelkolom: beenzwakte",
        "MRI: zwakte benen",
    ],
)
def test_so_is_a_deficit_in_the_title_of_an_mri(title: str) -> None:
    (card,) = summaries(order(title))
    assert card.endswith((READ[1], "Examine before leaving."))


@pytest.mark.parametrize("title", ["腰椎MRI", "腰椎MRI 无下肢无力", "MRI wervelkolom"])
def test_an_mri_without_a_deficit_brings_no_line(title: str) -> None:
    assert summaries(order(title)) == []


@pytest.mark.parametrize(
    "reason", [icd("S72.001A"), {"text": "Schenkelhalsfraktur rechts"}]
)
def test_so_is_a_broken_hip_for_which_the_patient_stays(reason: Any) -> None:
    (card,) = summaries_of_stay(reason)
    assert card.endswith(READ)


def test_so_is_an_order_to_repair_a_hip() -> None:
    (card,) = summaries(order("Repair", code=codeable(CPT, "27236")))
    assert card.endswith(READ)


def test_so_is_the_other_hip() -> None:
    old = coded("S72.001A", days=900)
    (card,) = summaries(old, order("X-ray left hip", icd("S72.002A")))
    assert card.endswith(READ)


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("CPR", codeable(CPT, "92950")),
        ("CPR", codeable(OPS, "8-771")),
        ("Kardiopulmonale Reanimation", None),
        ("Chest drain", None),
        ("Thoraxdrainage", None),
        ("ICU admission", None),
    ],
)
def test_so_is_what_was_done_for_a_catastrophe(title: str, code: Any) -> None:
    members = {"code": code} if code else {}
    (card,) = summaries(act("Procedure", title, **members))
    assert card.endswith(READ)


@pytest.mark.parametrize("kind", ["ServiceRequest", "MedicationRequest"])
@pytest.mark.parametrize(
    "code",
    ["S32.010A", "M80.08XA", "S72.001D", "S72.001S", "I48.91"],
)
def test_the_treated_fracture_and_an_old_one_bring_no_line(
    kind: str, code: str
) -> None:
    assert summaries(act(kind, "X-ray", icd(code))) == []


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Röntgen LWS", "LWK-1-Fraktur nach Sturz"),
        ("X-ray lumbar", "fall from bed at home 3 weeks ago, L1 fracture"),
        ("Hip protector", "prevention of hip fracture"),
        ("Hüftprotektor", "Vermeidung von Schenkelhalsfraktur"),
        ("Sturzprophylaxe auf Station", "Sturzrisiko"),
        ("Inpatient fall risk assessment", None),
        ("Fall prevention on the ward", None),
        ("Bettgitter", "Schutz vor Sturz aus dem Bett"),
        ("Thromboseprophylaxe", "Immobilität"),
        ("Röntgen Becken", "Z.n. Schenkelhalsfraktur 2019"),
        ("X-ray hip", "old hip fracture"),
        ("X-ray hip", "hip fracture 2014"),
        ("X-ray hip", "no hip fracture, hip pain"),
        ("X-ray hip", "fell at home, brought to hospital"),
        ("Resuscitation status", "full code"),
        ("CPR", "full code"),
        ("Chest drain removal", None),
        ("CT head", "Fall at home"),
        ("CCT", "Häuslicher Sturz"),
        ("X-ray lumbar spine", "Z.n. Schenkelhalsfraktur"),
        ("X-ray lumbar spine", "Hx of hip fracture"),
        ("DXA", "Parental hip fracture"),
        ("DXA", "Antécédent de fracture du col"),
    ],
)
def test_nor_do_ordinary_words(title: str, reason: str | None) -> None:
    assert summaries(order(title, reason)) == []


@pytest.mark.parametrize(
    "title",
    [
        *("Discussion of CPR status", "Postoperative ICU monitoring"),
        *("Defibrillator check", "Reanimation: nein", "Thoraxdrainage entfernen"),
        "Aufnahme auf Intensivstation postoperativ",
    ],
)
def test_nor_does_an_ordinary_procedure(title: str) -> None:
    assert summaries(act("Procedure", title)) == []


HIP = coded("S72.001A", days=900)
APIXABAN = "Apixaban"


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param((HIP, order("X-ray hip", icd("S72.001A"))), id="old hip"),
        pytest.param((HIP, order("X-ray hip", "hip fracture")), id="in words"),
        pytest.param(
            (
                coded("I82.401", days=300),
                act("MedicationRequest", APIXABAN, icd("I82.401")),
            ),
            id="thrombosis on the list",
        ),
        pytest.param(
            (
                coded("Z86.711", days=300),
                act("MedicationRequest", APIXABAN, icd("I26.99")),
            ),
            id="history of an embolism",
        ),
        pytest.param(
            (
                act(
                    "MedicationRequest",
                    APIXABAN,
                    icd("I26.99"),
                    days=40,
                    number="earlier",
                ),
                act("MedicationRequest", APIXABAN, icd("I26.99")),
            ),
            id="ordered before the operation too",
        ),
        pytest.param(
            (act("MedicationRequest", "Enoxaparin", icd("I26.99", "prophylaxis")),),
            id="prophylaxis",
        ),
    ],
)
def test_nor_does_what_was_known_before(entries: tuple[Any, ...]) -> None:
    assert summaries(*entries) == []


def test_nor_does_a_hip_that_was_repaired_before() -> None:
    repair = act("Procedure", "Repair", days=9, code=codeable(CPT, "27236"))
    drug = statement("alendronate", "M05BA04", 1)
    chart = leaving_chart(*everything_arranged(), drug, repair)
    others = [one for one in chart if one["resourceType"] != "Encounter"]
    stay = inpatient() | {"reasonCode": [icd("S72.001A")]}
    without = [card["summary"] for card in leave(chart)]
    assert [card["summary"] for card in leave((*others, stay))] == without


@pytest.mark.parametrize("code", ["M80.08XA", "I26.99"])
def test_a_stay_counts_by_a_broken_hip_alone(code: str) -> None:
    assert summaries_of_stay(icd(code)) == []


def test_a_hip_in_words_without_a_day_is_not_called_not_understood() -> None:
    hip = coded("S72.001A") | {"code": {"text": "Hip fracture"}}
    undated = {
        name: value
        for name, value in hip.items()
        if name not in ("recordedDate", "onsetDateTime")
    }
    drug = statement("alendronate", "M05BA04", 1)
    (card,) = leave(leaving_chart(*everything_arranged(), drug, undated))
    assert card["summary"].endswith(HARM)
    assert "not understood" not in card["detail"]
    assert "**Injury:** 1 recent entry names an injury" in card["detail"]


def test_next_to_what_was_not_understood_it_is_counted_with_it() -> None:
    unread = order("MRI thoracic spine", "as told by Dr Quux", number="mri")
    (card,) = summaries(order("X-ray", icd("S72.001A")), unread)
    assert "2 recent entries name harm or were not understood" in card


@pytest.mark.parametrize(
    "title",
    [
        "Wundrevision",
        "I&D of lumbar wound",
        "Epidural blood patch",
        "Duraplastik",
        "Removal of cement",
        "ORIF hip",
    ],
)
def test_so_is_another_operation_for_what_went_wrong(title: str) -> None:
    (card,) = summaries(order(title))
    assert card.endswith(READ)
    # Done, one that opens a wound leaves an infection open, which leads.
    assert len(summaries(act("Procedure", title))) == 1


@pytest.mark.parametrize(
    "title",
    ["CPR: full", "Reanimation: ja", "RCP: sí", "Wel reanimatie"],
)
def test_a_wish_to_be_reanimated_is_no_catastrophe(title: str) -> None:
    assert summaries(act("Procedure", title)) == []
