"""A note or a reason tells of many things, and one of them comes before the cement.

What its words call known, chronic or of an earlier year is that thing alone.
"""

import pytest

from tests.chart_builders import days_ago, drug, inpatient, of_patient, ordered
from tests.patients.reassuring import REASSURING, cards_of

CAUSE = "before the procedure"
DEFICIT = "is augmentation alone enough"
TOLD = [
    *(
        (words, DEFICIT)
        for words in (
            "75F, chronic back pain, known AF, since yesterday foot drop left",
            "Appendectomy 1968. Hypertension, known. New foot drop left.",
            "Bekannte Hypertonie, seit gestern Fußheberschwäche links",
            "HTA connue, pied tombant gauche depuis hier",
            "HTA conocida, pie caído izquierdo desde ayer",
            "Diabete noto, da ieri piede cadente sinistro",
            "Bekende hypertensie, sinds gisteren klapvoet links",
            "既知の糖尿病。昨日から左下垂足",
            "慢性腰痛，昨日起左足下垂",
            "만성 요통, 어제부터 왼쪽 족하수",
        )
    ),
    *(
        (words, CAUSE)
        for words in (
            "Known diabetes, sepsis since last night",
            "Hip replacement 2015, now discitis L3/4",
            "Chronic kidney disease, MRSA discitis L3/4",
            "Known multiple myeloma, on lenalidomide",
            "bekanntes multiples Myelom",
            "bone metastases since 2022",
            "bekannte Spondylodiszitis L4/5",
            "spondylodiscite connue L4/5, 2e semaine",
        )
    ),
]
OLD = (
    "known foot drop since childhood|old foot drop|bekannte Fußheberschwäche"
    "|Fußheberschwäche, bekannt|chronic leg weakness|history of breast cancer"
    "|history of discitis 2012|discitis, 2012|St.n. Spondylodiszitis 2012"
    "|Breast cancer, 2009|breast cancer 20 years ago|Z.n. Mammakarzinom|known atrial fibrillation|Pneumonia 2019. Sepsis 2019."
)
SPOKEN_OF = (
    "Informed consent: risks such as infection, paralysis and embolism explained."
    "|Aufklärung über Risiken: Infektion, Lähmung, Embolie."
    "|Neuro: no weakness, no numbness. No fever. No cancer."
    "|Red flags discussed: return if leg weakness or loss of bladder control."
    "|Sepsis screening: negative. Falls risk: high.|Mother had myeloma."
    "|Unable to stand today. Pain 9/10.|Cannot walk because of pain"
    "|Foley removed, voiding well|Kein Anhalt für Spondylodiszitis"
)
# A later year beside the first is of a relapse.
RETURNED = [
    ("Discitis 2019, relapse 2026", CAUSE),
    ("Spondylodiscite 2019, récidive 2026", CAUSE),
    ("Espondilodiscitis 2019, recidiva en 2026", CAUSE),
    ("Spondilodiscite 2019, recidiva 2026", CAUSE),
    ("Spondylodiscitis 2019, recidief 2026", CAUSE),
    ("Zapalenie krążka 2019, nawrót 2026", CAUSE),
    ("化脓性脊柱炎2019年，2026年复发", CAUSE),
    ("화농성 척추염 2019, 2026 재발", CAUSE),
    ("Breast cancer 2009, recurrence 2026", CAUSE),
    ("Foot drop 2019, worse 2026", DEFICIT),
]
LOST = (
    "Since this morning she cannot lift the left foot. Doctor informed. Pain unchanged."
    "|Kann den linken Fuß seit heute nicht mehr heben. Arzt verständigt."
    "|N'arrive plus à lever le pied gauche depuis ce matin. Médecin prévenu."
    "|No puede levantar el pie izquierdo desde hoy. Se avisa al médico."
    "|Non solleva il piede sinistro da stamattina. Avvisato il medico."
    "|Kan voet niet optillen sinds vanochtend.|Nie podnosi stopy od rana."
    "|今朝から左足が上がらない。医師に報告。|今晨起左脚抬不起来。已报告医生。"
    "|오늘 아침부터 왼발을 들 수 없음. 보고함."
)


def note(words, *, days=1, element="note"):
    """A note of a nurse, as an act."""
    made = {"status": "completed", "code": {"text": "Nursing assessment"}}
    made |= {"performedDateTime": days_ago(days), element: [{"text": words}]}
    return of_patient("Procedure", "note", **made)


def reason(words):
    consult = {"text": "Consult internal medicine"}
    return ordered("c", days=1, code=consult, reasonCode=[{"text": words}])


def stay(words):
    period = {"start": days_ago(3)}
    return inpatient() | {"reasonCode": [{"text": words}], "period": period}


def given_for(words):
    return drug("losartan", number="for", days=5, reasonCode=[{"text": words}])


def summary(entry):
    return cards_of(entry)["rehabilitation"]["summary"]


@pytest.mark.parametrize(("words", "said"), TOLD)
def test_what_is_known_beside_it_hides_no_cause(words, said):
    for place in (reason, stay, given_for):
        assert said in summary(place(words)), place


@pytest.mark.parametrize(("words", "said"), TOLD)
def test_what_an_act_of_these_days_tells_leads(words, said):
    assert said in summary(note(words))
    assert said in summary(note(words, element="reasonCode"))
    long_ago = cards_of(note(words, days=40))["rehabilitation"]
    assert said not in long_ago["summary"]
    assert REASSURING not in long_ago["detail"]


@pytest.mark.parametrize(
    "words",
    [
        "Appendectomy 1968, breast cancer 2024 with lumpectomy",
        "Appendektomie 1968, Mammakarzinom rechts 2024",
        "Appendicectomie 1968, cancer du sein opéré en 2024",
    ],
)
def test_a_cancer_counts_for_five_years(words):
    for place in (reason, stay, given_for, note):
        assert CAUSE in summary(place(words)), place
        older = words.replace("2024", "2014")
        assert CAUSE not in summary(place(older)), place


@pytest.mark.parametrize("words", OLD.split("|"))
def test_what_is_itself_old_does_not_lead(words):
    for place in (reason, stay, given_for, note):
        assert CAUSE not in summary(place(words)), place
        assert DEFICIT not in summary(place(words)), place


@pytest.mark.parametrize("words", SPOKEN_OF.split("|"))
def test_what_a_note_only_speaks_of_does_not_lead(words):
    assert CAUSE not in summary(note(words))
    assert DEFICIT not in summary(note(words))


@pytest.mark.parametrize("words", LOST.split("|"))
def test_what_a_leg_can_no_longer_do_leads_from_notes_and_reasons(words):
    for place in (note, reason, stay):
        assert DEFICIT in summary(place(words)), place


@pytest.mark.parametrize(("words", "said"), RETURNED)
def test_a_relapse_of_this_year_leads(words, said):
    this_year = words.replace("2026", days_ago(1)[:4])
    assert said in summary(reason(this_year))
