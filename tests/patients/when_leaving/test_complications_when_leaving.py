"""A complication that the operation itself names is read before the patient leaves."""

from typing import Any

import pytest

from cds_service.call import Service
from tests.chart_builders import Asked, Resource, site_service
from tests.codes import ICD, SCT, codeable
from tests.patients.inpatients import chart, coded, statement
from tests.patients.leaving import everything_arranged, kyphoplasty_done, leave
from tests.patients.reassuring import imaging

NAMED = "complication of the operation named. Read before leaving."
EXAMINE = ": new neurological deficit not excluded. Examine before leaving."


def cards_after(
    *entries: Resource, service: Service | None = None, **members: Any
) -> list[Resource]:
    """The cards of somebody for whom all else is arranged."""
    operation = kyphoplasty_done("L1", **members)
    drug = statement("alendronate", "M05BA04", 1)
    broken = coded("M80.08XA", days=20)
    record = chart(broken, operation, *everything_arranged(), drug, *entries)
    if service is None:
        return leave(record)
    return leave(record, Asked(service=service), service=service)


def after(**members: Any) -> list[str]:
    """The summaries of these cards."""
    return [card["summary"] for card in cards_after(**members)]


def chest_ct(*, days: int = 1, **members: Any) -> Resource:
    """A report of a CT of the chest."""
    return imaging(days=days, code={"text": "CT chest"}, **members)


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"text": "Pulmonary embolism"}, id="in words"),
        pytest.param(
            {"text": "Pulmonary embolism, no neurological deficit"}, id="and a denial"
        ),
        pytest.param({"text": "Heart failure"}, id="a plain reason elsewhere"),
        pytest.param(codeable(ICD, "I26.99"), id="embolism"),
        pytest.param(codeable(ICD, "I26.99") | {"text": "-"}, id="and a dash"),
        pytest.param(codeable(ICD, "I26.99") | {"text": "n/a"}, id="and no answer"),
        pytest.param(codeable(ICD, "I46.9"), id="cardiac arrest"),
        pytest.param(codeable(ICD, "T88.6XXA"), id="anaphylaxis"),
        pytest.param(
            codeable(SCT, "59282003", "Pulmonary embolism"), id="embolism, SNOMED CT"
        ),
    ],
)
def test_a_complication_is_to_be_read(stated):
    (said,) = after(complication=[stated])
    assert said.endswith("Read before leaving.")


def test_so_is_one_that_is_an_entry_of_its_own():
    (said,) = after(complicationDetail=[{"reference": "Condition/embolism"}])
    assert said.endswith("Read before leaving.")


NONE = [
    *("None", "None.", "No", "Nil", "N/A", "-", "No complications", "Uneventful"),
    *("Complications: none", "None known", "none, no neurological deficit", "No leak"),
    *("Keine", "keine Komplikationen", "komplikationslos", "Entfällt", "Nein"),
    *("Aucune", "Sans complication", "RAS", "Ninguna", "Sin incidencias"),
    *("Nessuna", "Nessuna complicanza", "Geen", "Ongecompliceerd", "Brak"),
    *("Bez powikłań", "なし", "合併症なし", "无", "无并发症", "没有"),
]


@pytest.mark.parametrize("words", NONE)
def test_where_there_was_none_no_card_says_so(words):
    assert after(complication=[{"text": words}]) == []


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param(codeable(SCT, "260413007"), id="none, SNOMED CT"),
        pytest.param(codeable(SCT, "373067005", "No"), id="no, with its title"),
        pytest.param(codeable("urn:local", "0", "No complication"), id="local code"),
        pytest.param(codeable("urn:local", "0") | {"text": "None"}, id="local, words"),
    ],
)
def test_nor_where_a_code_says_so(stated):
    assert after(complication=[stated]) == []


@pytest.mark.parametrize(
    "words",
    [
        *("Motor function legs: none", "none of the legs move", "No. 3"),
        *("no complications except leak", "keine ausser Zementaustritt"),
        *("no complications documented yet", "No complications until day 2"),
        *("No complications. Cement leak.", "None; leg weakness"),
        *("aucune sauf fuite", "geen behalve cementlekkage", "除骨水泥渗漏外无"),
    ],
)
def test_what_only_sounds_like_none_is_examined(words):
    (said,) = after(complication=[{"text": words}])
    assert said.endswith(EXAMINE)


def test_a_site_adds_its_own_word_for_none(tmp_path):
    path = tmp_path / "mappings" / "plain-complication-words" / "hospital.toml"
    path.parent.mkdir(parents=True)
    path.write_text('words = ["zilch"]\nexamples = ["Zilch"]\n', encoding="utf-8")
    assert after(complication=[{"text": "Zilch"}]) != []
    service = site_service(tmp_path)
    assert after(complication=[{"text": "Zilch"}], service=service) == []


@pytest.mark.parametrize(
    "stated",
    [
        *(
            pytest.param({"text": words}, id=words)
            for words in (
                *("Pneumonia", "Sepsis", "Pulmonary embolism", "Anaphylaxis"),
                *("Cardiac arrest", "Cement embolism", "Pneumonie", "Lungenembolie"),
                *("Reanimation", "Embolie pulmonaire", "Neumonía", "Polmonite"),
                *("Longembolie", "Zapalenie płuc", "肺炎", "心停止", "肺栓塞"),
            )
        ),
        *(
            pytest.param(codeable(ICD, code), id=code)
            for code in ("J18.9", "A41.9", "I26.99", "T88.6XXA", "I46.9", "L03.90")
        ),
        pytest.param(codeable(ICD, "I26.99") | {"text": "None"}, id="denied beside"),
        pytest.param(
            codeable(ICD, "J18.9", "Pneumonia, unspecified organism"), id="its title"
        ),
        pytest.param(codeable(SCT, "233604007"), id="pneumonia, SNOMED CT"),
    ],
)
def test_one_that_is_understood_is_called_what_it_is(stated):
    (said,) = after(complication=[stated])
    assert said.endswith(f": {NAMED}")


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"text": "legs went numb"}, id="not understood"),
        pytest.param(
            codeable(ICD, "J18.9") | {"text": "cannot move her legs"}, id="words beside"
        ),
        pytest.param(codeable(ICD, "G97.1"), id="a code of the nerves"),
        pytest.param(codeable("urn:local", "17"), id="a code that nobody knows"),
    ],
)
def test_one_that_may_be_a_deficit_is_examined(stated):
    (said,) = after(complication=[stated])
    assert said.endswith(EXAMINE)


@pytest.mark.parametrize(
    ("members", "doubt"),
    [
        pytest.param(
            {"reasonCode": [{"text": "Spondylodiscitis not excluded"}]},
            "spinal infection not excluded",
            id="its reason",
        ),
        pytest.param(
            {"note": [{"text": "suspected myeloma"}]},
            "malignancy of bone not excluded",
            id="its note",
        ),
        pytest.param(
            {"complication": [{"text": "Pneumonia"}, {"text": "Paraparesis"}]},
            "new neurological deficit not excluded",
            id="another complication",
        ),
    ],
)
def test_what_else_is_in_doubt_is_said_beside_it(members, doubt):
    members = {"complication": [{"text": "Pneumonia"}]} | members
    (card,) = cards_after(**members)
    assert doubt in card["summary"]
    assert "**Complication:** complication of the operation named" in card["detail"]


def test_a_bone_drug_starts_after_a_sepsis():
    operation = kyphoplasty_done("L1", complication=[{"text": "Sepsis"}])
    (card,) = leave(chart(coded("M80.08XA", days=20), operation))
    assert "start after the infection" in card["summary"].lower()


# --- a grave result of an examination since


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"conclusionCode": [codeable(ICD, "I26.99")]}, id="embolism"),
        pytest.param({"conclusionCode": [codeable(ICD, "J93.9")]}, id="pneumothorax"),
        pytest.param(
            {"conclusionCode": [codeable(SCT, "59282003")]}, id="embolism, SNOMED CT"
        ),
        pytest.param(
            {
                "conclusionCode": [codeable(ICD, "I26.99")],
                "conclusion": "No pulmonary embolism.",
            },
            id="which its words deny",
        ),
        pytest.param(
            {"conclusionCode": [codeable(ICD, "I26.99")], "effectiveDateTime": None},
            id="without a day",
        ),
        pytest.param(
            {"conclusionCode": [codeable(ICD, "I26.99")], "status": "preliminary"},
            id="preliminary",
        ),
    ],
)
def test_a_grave_coded_result_since_is_to_be_read(members):
    (card,) = cards_after(chest_ct(**members))
    assert card["summary"].endswith(
        ": grave result of an examination. Read before leaving."
    )


@pytest.mark.parametrize(
    "report",
    [
        pytest.param({"conclusionCode": [codeable(ICD, "J44.9")]}, id="a chronic one"),
        pytest.param(
            {"conclusionCode": [codeable(ICD, "I26.99")], "days": 9}, id="before"
        ),
        pytest.param(
            {
                "conclusionCode": [codeable(ICD, "I26.99")],
                "status": "entered-in-error",
            },
            id="entered in error",
        ),
    ],
)
def test_another_result_brings_no_such_card(report):
    cards = cards_after(chest_ct(**report))
    assert all("grave result" not in card["summary"] for card in cards)


def test_a_result_is_a_line_where_a_doubt_leads():
    (card,) = cards_after(chest_ct(conclusionCode=[codeable(ICD, "J18.9")]))
    assert "**Complication:** grave result of an examination" in card["detail"]


def test_a_complication_and_a_result_are_both_named():
    result = chest_ct(conclusionCode=[codeable(ICD, "I26.99")])
    (card,) = cards_after(result, complication=[{"text": "Pneumonia"}])
    both = "complication of the operation named and grave result of an examination"
    assert both in card["detail"]


@pytest.mark.parametrize("words", ["Sepsis", "Pulmonary embolism"])
def test_one_of_an_older_entry_of_the_operation_is_to_be_read(words):
    older = kyphoplasty_done(
        "L1", number="older", days=3, complication=[{"text": words}]
    )
    newest = kyphoplasty_done("L1", number="newest", days=2)
    cards = leave(chart(older, newest, *everything_arranged()))
    assert any("complication" in one["summary"] for one in cards)
