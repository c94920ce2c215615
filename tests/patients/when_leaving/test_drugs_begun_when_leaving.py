"""Drugs begun since the operation may tell of what no diagnosis names."""

from typing import Any

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ATC, ICD, RXNORM, SCT, codeable
from tests.patients.leaving import summaries_beside, titled

LEAVING = "Leaving after kyphoplasty L1 (18 Nov): "
READ = "1 recent entry not understood. Read before leaving."
INFECTION = [
    ("Vancomycin", "1 g IV bd"),
    ("Ceftriaxon", "2 g täglich für 7 Tage"),
    ("Piperacillin/Tazobactam", "4,5 g i.v. 3x tgl."),
    ("Flucloxacillin", "2 g IV every 6 hours"),
    ("Unacid 3 g", "i.v. 3x tgl. für 5 Tage"),
    ("Gentamicin", "240 mg i.v. 1x tgl."),
    ("Metronidazole", "500 mg IV q8h"),
    ("Cefuroxim", "1,5 g i.v. 3x tgl. bis 25.11."),
    ("Augmentin", "1,2 g IV toutes les 8 h"),
    ("Cefazolina", "2 g ev ogni 8 ore"),
    ("Ceftriaxona", "2 g iv cada 24 h"),
    ("Amoxicilline/clavulaanzuur", "1200 mg iv 4dd"),
    ("Ceftriakson", "2 g dożylnie co 24 h"),
    ("セフトリアキソン", "2g 点滴静注 1日1回"),
    ("头孢曲松", "2g 静滴 每日1次"),
    ("세프트리악손", "2g 정맥주사 하루 1회"),
]
CORD = [
    ("Dexamethasone", "4 mg IV every 6 hours"),
    ("Dexamethason", "8 mg i.v. 4x tgl."),
    ("Fortecortin", "4 mg 1-1-1-1"),
    ("Dexaméthasone", "4 mg x 4/j"),
    ("デキサメタゾン", "4mg 1日4回"),
]
CLOT = [
    ("Apixaban", "10 mg bd for 7 days, then 5 mg bd"),
    ("Apixaban", "5 mg bd"),
    ("Rivaroxaban", "15 mg 2x tgl."),
    ("Enoxaparin", "80 mg s.c. twice daily"),
    ("Enoxaparin 80 mg/0.8 mL", "q12h"),
    ("Clexane 1 mg/kg", "2x tgl."),
    ("Heparin", "infusion, target aPTT 60-80 s"),
    ("Tinzaparin", "14000 IU daily"),
    ("Fragmin", "12 500 IE 1x tgl."),
    ("Fondaparinux", "7.5 mg daily"),
    ("Certoparin", "8000 IE 2x tgl."),
    ("Warfarin", "5 mg daily, target INR 2-3"),
    ("Marcumar", "nach INR"),
    ("Enoxaparine", "6000 UI x 2/j"),
    ("エノキサパリン", "6000単位 1日2回"),
    ("依诺肝素", "6000 IU 每12小时"),
    ("에독사반", "60mg 1일 1회"),
]
LYSIS = [
    ("Alteplase 50 mg", "IV over 2 h"),
    ("Alteplase", "100 mg once"),
    ("Actilyse", "0,9 mg/kg i.v. einmalig"),
    ("tPA", "1 mg/h via catheter"),
    ("Activase", "24 mg via infusion catheter"),
    ("Tenecteplase", "40 mg IV bolus once"),
    ("TNKase", "40 mg IV once"),
    ("Metalyse", "8000 E i.v."),
    ("Reteplase", "10 U IV x 2"),
    ("Urokinase", "250 000 IE als Infusion"),
    ("Streptokinase", "1.5 million IU IV"),
    ("Altéplase", "50 mg IV dose unique"),
    ("Uroquinasa", "4400 UI/kg iv"),
    ("Alteplasi", "100 mg ev"),
    ("Alteplaza", "100 mg dożylnie"),
    ("アルテプラーゼ", "34.8万IU/kg 点滴静注"),
    ("ウロキナーゼ", "24万単位 点滴"),
    ("阿替普酶", "50mg 静滴"),
    ("尿激酶", "20万U 静滴"),
    ("알테플라제", "50mg 정맥주사"),
]
STEROID = [
    ("Methylprednisolone 125 mg IV", "q6h"),
    ("Methylprednisolone", "1 g IV daily for 3 days"),
    ("Methylprednisolon", "250 mg i.v. 4x tgl."),
    ("Solu-Medrol", "60 mg IV q6h"),
    ("Urbason solubile", "1000 mg 1x tgl."),
    ("Méthylprednisolone", "500 mg IV par jour"),
    ("Metilprednisolona", "1 g iv cada 24 h"),
    ("Metilprednisolone", "1 g ev al giorno"),
    ("Metyloprednizolon", "1 g dożylnie co 24 h"),
    ("メチルプレドニゾロン", "1000mg 点滴静注 1日1回"),
    ("甲泼尼龙", "500mg 静滴 每日1次"),
    ("메틸프레드니솔론", "1g 정맥주사 하루 1회"),
    # By the gram a single dose tells as much.
    ("Methylprednisolone", "1 g IV once"),
    ("Solu-Medrol", "500 mg IV x1"),
    ("Methylprednisolon", "1000 mg i.v. einmalig"),
    ("Urbason solubile", "250 mg i.v. einmalig"),
    ("Méthylprednisolone", "1 g IV dose unique"),
    ("Metilprednisolona", "500 mg iv dosis única"),
    ("Metilprednisolone", "1 g ev in dose singola"),
    ("Metyloprednizolon", "1 g dożylnie jednorazowo"),
]
SHOCK = [
    ("Norepinephrine infusion", "titrate MAP >65"),
    ("Noradrenalin", "0,1 µg/kg/min i.v."),
    ("Arterenol-Perfusor", "5 mg/50 ml nach MAD"),
    ("Levophed", "8 mcg/min IV"),
    ("Vasopressin", "0.03 U/min IV"),
    ("Dobutamin", "Perfusor"),
    ("Noradrénaline", "0,2 µg/kg/min"),
    ("Noradrenalina", "perfusión continua"),
    ("Norepinefryna", "wlew dożylny"),
    ("ノルアドレナリン", "0.05γ 持続静注"),
    ("去甲肾上腺素", "泵入"),
    ("노르에피네프린", "지속 정맥주사"),
]
ORDINARY = [
    ("Alteplase 2 mg", "instill in PICC, dwell 30 min"),
    ("Cathflo Activase", "2 mg"),
    ("Alteplase", "2 mg once"),
    ("Alteplase", "for occluded catheter"),
    ("Urokinase", "5000 IE Katheterblock"),
    ("Urokinase lock", "5000 IU"),
    ("Actilyse Cathflo", "2 mg Port"),
    ("Taurolock Urokinase", "25000 IE"),
    ("尿激酶", "封管 1万U"),
    ("ウロキナーゼ", "カテーテル閉塞時"),
    ("Methylprednisolone", "4 mg dose pack"),
    ("Methylprednisolone", "125 mg IV once"),
    ("Methylprednisolone", "125 mg IV x1"),
    ("Methylprednisolone", "80 mg IV once"),
    ("Methylprednisolon", "40 mg i.v. einmalig"),
    ("Dexamethasone", "8 mg IV once"),
    ("Methylprednisolone", "40 mg IV q8h for COPD"),
    ("Methylprednisolone", "40 mg IV daily"),
    ("Solu-Medrol 125 mg/2 mL", "40 mg IV daily"),
    ("Depo-Medrol", "80 mg intraarticular"),
    ("Urbason", "16 mg 1-0-0"),
    ("Noradrenalin", "perioperativ"),
    ("Desmopressin", "0.1 mg nocte"),
    ("Midodrine", "5 mg tds"),
    ("Levodopa", "100 mg tds"),
    ("EpiPen", "0.3 mg IM PRN"),
    ("Lidocaine with norepinephrine", "10 ml"),
    ("Tranexamic acid", "1 g IV once"),
    ("Paracetamol", "1 g every 6 hours, no tPA was given"),
    ("Phytonadione", "10 mg IV once"),
    ("メナテトレノン", "45mg 1日3回"),
    ("Cefazolina 2 g iv", "dosis única prequirúrgica"),
    ("Cefazolina 2 g iv", "prequirúrgica"),
    ("Cefazolina 2 g ev", "prechirurgica"),
    ("Cefazolin 2 g IV", "pre-surgical single dose"),
    ("Cefazolin 2 g IV", "one dose before surgery"),
    ("Céfazoline 2 g IV", "dose unique préopératoire"),
    ("Cefazoline 2 g iv", "eenmalig preoperatief"),
    ("Cefazolina 2 g iv", "przedoperacyjnie"),
    ("头孢唑林 2g", "静滴 单剂"),
    ("头孢唑林 2g", "静滴 手术前30分钟"),
    ("セファゾリン 2g", "点滴 手術前"),
    ("세파졸린 2g", "정맥주사 술전 예방적"),
    ("Cefazolin", "2 g IV once"),
    ("Cefazolin", "2 g IV q8h for 24 hours"),
    ("Cefazolin", "2 g IV q8h x 3 doses"),
    ("Cefazolin 2 g", "i.v. einmalig vor Schnitt"),
    ("Cefuroxim", "1,5 g i.v. perioperativ"),
    ("セファゾリン", "1g 点滴 術前単回"),
    ("Vancomycin", "125 mg po qid"),
    ("Amoxicillin", "500 mg tds 5 days"),
    ("Ciprofloxacin", "500 mg po bd 3 days"),
    ("Ceftriaxon", "1 g i.v. bei Harnwegsinfekt"),
    ("Gentamicin Augentropfen", "3x tgl."),
    ("Dexamethasone", "4 mg IV once for PONV"),
    ("Dexamethasone", "4 mg IV PRN nausea"),
    ("Dexamethason-Augentropfen", "3x tgl."),
    ("Prednisolone", "5 mg daily"),
    ("Enoxaparin", "40 mg daily"),
    ("Enoxaparin 100 mg/ml", "40 mg daily"),
    ("Enoxaparin", "60 mg Thromboseprophylaxe"),
    ("Heparin", "5000 IU sc q8h"),
    ("Heparin flush", "10 ml"),
    ("Heparin-Salbe", "2x tgl."),
    ("Dalteparin", "5000 IE 1x tgl."),
    ("Tinzaparin", "4500 IU daily"),
    ("Fondaparinux", "2.5 mg daily"),
    ("Fraxiparine", "0,3 ml s.c. 1x tgl."),
    ("Rivaroxaban", "10 mg 1x tgl."),
    ("Apixaban", "2.5 mg bd"),
    ("Apixaban", "5 mg bd for atrial fibrillation"),
    ("Marcumar", "bei Z.n. LE"),
    ("クレキサン", "2000単位 1日2回"),
    ("低分子肝素", "4000 IU 每日1次"),
]


def ordered(name: str, dose: str = "", *, days: int = 1, **members: Any) -> Any:
    """An order in force of so many days ago: 2 is the day of the operation."""
    said = {
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "authoredOn": days_ago(days),
        "dosageInstruction": [{"text": dose}],
    }
    return of_patient("MedicationRequest", f"drug-{days}", **said | members)


def given(name: str, *, days: int, dose: str = "IV") -> Any:
    """A dose of so many days ago."""
    return of_patient(
        "MedicationAdministration",
        f"dose-{days}",
        status="completed",
        medicationCodeableConcept={"text": name},
        effectiveDateTime=days_ago(days),
        dosage={"text": dose},
    )


@pytest.mark.parametrize(
    ("name", "dose"), [*INFECTION, *CORD, *CLOT, *LYSIS, *STEROID, *SHOCK]
)
def test_such_a_drug_is_to_be_read(name: str, dose: str) -> None:
    (summary,) = summaries_beside(ordered(name, dose))
    assert summary.endswith(READ)


@pytest.mark.parametrize(("name", "dose"), ORDINARY)
def test_what_every_ward_gives_is_not(name: str, dose: str) -> None:
    assert summaries_beside(ordered(name, dose)) == []


@pytest.mark.parametrize(
    ("code", "dosage"),
    [
        ("J01DD04", {"route": codeable(SCT, "47625008")}),
        ("B01AF02", {"text": "5 mg"}),
        ("B01AD02", {"text": "50 mg"}),
        ("B01AD11", {}),
        ("C01CA03", {}),
        ("B01AB05", {"doseAndRate": [{"doseQuantity": {"value": 6000, "unit": "IU"}}]}),
    ],
)
def test_a_code_says_no_less(code: str, dosage: Any) -> None:
    coded: Any = {"medicationCodeableConcept": codeable(ATC, code)}
    order = ordered("", dosageInstruction=[dosage], **coded)
    assert len(summaries_beside(order)) == 1


@pytest.mark.parametrize(
    "known",
    [
        titled("Atrial fibrillation", days=900),
        titled("Vorhofflimmern", days=900),
        titled("", days=900, code=codeable(ICD, "I48.91")),
        ordered("Eliquis 5 mg", "1-0-1", days=90),
    ],
)
def test_a_thinner_of_years_goes_on_but_not_in_the_dose_of_a_new_clot(
    known: Any,
) -> None:
    assert summaries_beside(known, ordered("Apixaban", "5 mg bd")) == []
    assert len(summaries_beside(known, ordered("Apixaban", "10 mg bd"))) == 1


def test_a_heparin_that_prevented_until_then_explains_none() -> None:
    before = ordered("Enoxaparin", "40 mg daily", days=9)
    assert len(summaries_beside(before, ordered("Enoxaparin", "80 mg bd"))) == 1


@pytest.mark.parametrize(
    ("dose", "status", "count"),
    [
        ("2 g IV q8h", "active", 1),
        ("2 g IV q8h", "completed", 0),
        ("2 g IV", "active", 0),
    ],
)
def test_on_the_day_of_the_operation_only_what_goes_on_counts(
    dose: str, status: str, count: int
) -> None:
    order = ordered("Cefazolin", dose, days=2, status=status)
    assert len(summaries_beside(order)) == count


@pytest.mark.parametrize("name", ["Ceftriaxone 2 g", "Dexamethasone 8 mg"])
def test_doses_of_two_later_days_count(name: str) -> None:
    assert summaries_beside(given(name, days=2)) == []
    assert summaries_beside(given(name, days=2), given(name, days=1)) == []
    assert len(summaries_beside(given(name, days=1), given(name, days=0))) == 1


@pytest.mark.parametrize(
    "members",
    [
        {"reportedBoolean": True},
        {"priorPrescription": {"reference": "MedicationRequest/home"}},
        {"status": "cancelled"},
        {"intent": "plan"},
        {"authoredOn": days_ago(30)},
    ],
)
def test_a_list_of_admission_a_renewal_or_an_older_order_does_not(members: Any) -> None:
    assert summaries_beside(ordered("Apixaban", "5 mg bd", **members)) == []


@pytest.mark.parametrize("days", [2, 1])
def test_one_dose_that_dissolves_a_clot_counts_whatever_thins_for_years(
    days: int,
) -> None:
    known = titled("Atrial fibrillation", days=900)
    assert len(summaries_beside(known, given("Alteplase 50 mg", days=days))) == 1


@pytest.mark.parametrize("code", ["B01AD10", "B01AD12"])
def test_another_enzyme_dissolves_none(code: str) -> None:
    coded: Any = {"medicationCodeableConcept": codeable(ATC, code)}
    assert summaries_beside(ordered("", "1 dose", **coded)) == []


@pytest.mark.parametrize("code", ["8410", "259280", "76895", "10106"])
def test_an_ingredient_of_rxnorm_dissolves_a_clot(code: str) -> None:
    coded: Any = {"medicationCodeableConcept": codeable(RXNORM, code)}
    assert len(summaries_beside(ordered("", "", **coded))) == 1


def test_a_pressor_of_the_day_of_the_operation_is_of_the_anaesthesia() -> None:
    assert summaries_beside(ordered("Noradrenalin", "Perfusor", days=2)) == []
    assert summaries_beside(given("Noradrenalin", days=2)) == []
    first, last = given("Noradrenalin", days=1), given("Noradrenalin", days=0)
    assert len(summaries_beside(first, last)) == 1


@pytest.mark.parametrize("days", [1, 0])
@pytest.mark.parametrize(
    "name",
    [
        "Noradrenalin",
        "Norepinephrine infusion",
        "Noradrénaline",
        "Noradrenalina",
        "Norepinefryna",
        "Dobutamine",
        "Vasopressin",
        "ノルアドレナリン",
        "去甲肾上腺素",
        "노르에피네프린",
    ],
)
def test_a_pressor_given_once_on_a_later_day_is_to_be_read(
    name: str, days: int
) -> None:
    assert summaries_beside(given(name, days=days)) == [f"{LEAVING}{READ}"]


def test_a_code_of_a_pressor_says_no_less_of_what_was_given() -> None:
    for code in ("C01CA03", "C01CA07", "H01BA01"):
        coded: Any = {"medicationCodeableConcept": codeable(ATC, code)}
        assert len(summaries_beside(given("", days=1) | coded)) == 1


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("Noradrenalin", {"status": "not-done"}),
        ("Noradrenalin", {"status": "entered-in-error"}),
        ("Lidocaine with norepinephrine", {}),
        ("Desmopressin", {}),
        ("Adrenaline", {}),
        ("Paracetamol", {}),
        ("Ondansetron", {}),
        ("Metoprolol", {}),
    ],
)
def test_what_is_no_pressor_given_is_not(name: str, members: Any) -> None:
    assert summaries_beside(given(name, days=1) | members) == []


def test_a_course_that_begins_before_the_operation_is_not_around_it() -> None:
    order = ordered("Ceftriaxona 2 g iv", "prequirúrgica, luego 14 días", days=2)
    assert len(summaries_beside(order)) == 1


def test_doses_of_a_day_in_dutch_come_again() -> None:
    order = ordered("Cefazoline 2 g iv", "3dd", days=2)
    assert len(summaries_beside(order)) == 1
