"""An infection, a sepsis or a tumour that an entry names after the cement leads.

It comes before a bone drug that was not started; what is old, denied, asked, prevented
or only feared does not.
"""

from collections.abc import Callable

import pytest

from tests.chart_builders import days_ago, of_patient
from tests.codes import ICD, codeable
from tests.patients.inpatients import chart, coded
from tests.patients.leaving import (
    PLACES_SINCE,
    act_done,
    act_ordered,
    image_report,
    kyphoplasty_done,
    leave,
    summary_without_drug,
    titled,
)

SPINE = "spinal infection not excluded. Who settles the cause?"
BLOOD = "sepsis not excluded. Who settles the cause?"
TUMOUR = "not excluded. Who settles the cause?"
INFECTED = (
    "Spondylodiscitis L1|Discitis|Epidural abscess|Spondylodiszitis LWK 1"
    "|Spondylodiscite|Espondilodiscitis|Spondylodiscite L1|Zapalenie krążka"
    "|化膿性脊椎炎|椎間板炎|椎间盘炎|추간판염"
)
SEPTIC = (
    "Sepsis|E. coli bacteraemia|Urosepsis|Septic shock|Septicémie|Sepsi|Sepsa"
    "|敗血症|脓毒症|패혈증|Bakteriämie mit S. aureus|Sepsis. Family informed"
)
MALIGNANT = (
    "Bone metastases|Metastase LWK 3|Multiple myeloma|Métastases osseuses"
    "|Metástasis óseas|Metastasi ossee|Botmetastasen|Przerzuty do kości|骨転移"
    "|骨转移|골전이|Bronchialkarzinom|Breast cancer"
)
QUIET = (
    "No sepsis|Keine Metastasen|No evidence of discitis|Rule out sepsis|r/o discitis"
    "|Ausschluss Spondylodiszitis|V.a. Metastasen|Sepsis?|Infection prophylaxis"
    "|Sepsis prophylaxis|Z.n. Sepsis 2015|History of discitis 2014|Known breast cancer 2010"
    "|Suspected myeloma|Mother had breast cancer|Return if signs of sepsis"
    "|Zum Ausschluss einer Sepsis|To rule out metastases|Recherche de métastases"
    "|Fear of metastases|疑い：敗血症|敗血症の既往|排除脓毒症|Kein Hinweis auf Metastasen"
    "|Pas de métastase|Brak przerzutów|Wound dry, walks 50 m|Screening for sepsis"
    "|No sepsis. Family informed|Risk of sepsis. Family informed"
)


NAMED = [
    *((one, SPINE) for one in INFECTED.split("|")),
    *((one, BLOOD) for one in SEPTIC.split("|")),
    *((one, TUMOUR) for one in MALIGNANT.split("|")),
]


@pytest.mark.parametrize(("words", "leads"), NAMED)
@pytest.mark.parametrize("place", PLACES_SINCE[:2])
def test_it_leads_in_a_note_and_at_a_visit(
    place: Callable[[str], str], words: str, leads: str
) -> None:
    assert place(words).endswith(leads)


@pytest.mark.parametrize(
    ("words", "leads"), [("Discitis", SPINE), ("敗血症", BLOOD), ("骨转移", TUMOUR)]
)
@pytest.mark.parametrize("place", PLACES_SINCE)
def test_it_leads_wherever_it_is_told(
    place: Callable[[str], str], words: str, leads: str
) -> None:
    assert place(words).endswith(leads)


@pytest.mark.parametrize("words", QUIET.split("|"))
@pytest.mark.parametrize("place", PLACES_SINCE[:2])
def test_what_is_old_denied_asked_or_to_come_does_not(
    place: Callable[[str], str], words: str
) -> None:
    assert "no bone drug started" in place(words)


@pytest.mark.parametrize("words", ["Discitis", "Sepsis", "Bone metastases"])
def test_one_from_before_the_operation_does_not_lead(words: str) -> None:
    assert "no bone drug" in summary_without_drug(act_ordered("Bloods", words, days=30))


@pytest.mark.parametrize("words", ["Discitis", "Sepsis", "Bone metastases"])
def test_what_is_only_told_does_not_colour(words: str) -> None:
    record = chart(coded("M80.08XA", days=20), kyphoplasty_done(), act_done(words))
    (card,) = leave(record)
    assert card["indicator"] == "info"


def test_a_biopsy_does_not_answer_an_infection() -> None:
    biopsy = of_patient(
        "ServiceRequest",
        "biopsy",
        status="active",
        intent="order",
        code={"text": "Biopsy of vertebra"},
        authoredOn=days_ago(2),
    )
    assert summary_without_drug(act_done("Discitis"), biopsy).endswith(SPINE)


def test_a_diagnosis_that_states_it_keeps_its_own_place() -> None:
    summary = summary_without_drug(
        titled("Discitis"), act_ordered("Physiotherapy", "Discitis")
    )
    assert "spinal infection (discitis, 19 Nov). Who follows it up?" in summary


@pytest.mark.parametrize(
    "words", ["Findings suspicious for discitis L1/2", "V.a. Spondylodiszitis LWK 1"]
)
def test_what_a_report_suspects_leads(words: str) -> None:
    assert summary_without_drug(image_report(words)).endswith(SPINE)


@pytest.mark.parametrize(
    "words",
    [
        *("Spondylodiscitis cannot be excluded", "Discitis not excluded."),
        *("Spondylodiszitis L1/2 nicht ausgeschlossen", "不能排除椎间盘炎"),
        "No se puede descartar espondilodiscitis",
        "Spondylodiscite ne peut être exclue",
        *("化膿性脊椎炎を除外できない", "Discitis kan niet worden uitgesloten"),
    ],
)
def test_so_does_what_a_report_does_not_exclude(words: str) -> None:
    assert summary_without_drug(image_report(words)).endswith(SPINE)


@pytest.mark.parametrize(
    "words",
    ["Discitis excluded.", "Discitis was ruled out.", "No discitis. Abscess excluded."],
)
def test_what_it_excludes_does_not(words: str) -> None:
    assert "no bone drug" in summary_without_drug(image_report(words))


@pytest.mark.parametrize(
    "words", ["Discitis? No discitis. Cement in place.", "Ausschluss Spondylodiszitis."]
)
def test_what_a_report_was_asked_does_not(words: str) -> None:
    assert "no bone drug" in summary_without_drug(image_report(words))


@pytest.mark.parametrize(
    ("code", "leads"), [("M46.46", SPINE), ("A41.9", BLOOD), ("C79.51", TUMOUR)]
)
def test_so_it_is_if_a_code_alone_names_it(code: str, leads: str) -> None:
    act = act_ordered("Physiotherapy", reasonCode=[codeable(ICD, code)])
    assert summary_without_drug(act).endswith(leads)


def test_a_cancer_of_long_ago_keeps_its_line() -> None:
    old = coded("C50.912", days=6000)
    summary = summary_without_drug(old, act_ordered("Physiotherapy", "Breast cancer"))
    assert "Who settles the cause" not in summary
