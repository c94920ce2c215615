"""`mappings learn`: what local codes may mean, from resources that carry them, without a word about a patient."""

import json
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import DataFileError
from cds_service.fhir.learning.answer_costs import Record
from cds_service.fhir.learning.learned import concept_map
from cds_service.fhir.learning.learning import learn
from cds_service.fhir.learning.proposing import load_learning
from cds_service.fhir.mapping.finding_specs import load_finding_specs
from cds_service.loading import find_faults, load_service
from cds_service.samples.fhir_server import start_fhir_server
from cds_service.site.folder import load_site
from tests.builders import MAPPINGS, coded, observation, terminology
from tests.codes import LOINC, ORDERS

LOCAL = "https://hospital.example/codes"
RULES = load_learning([MAPPINGS], terminology())
SPECS = load_finding_specs(MAPPINGS)


def code(number: str, display: str = "", text: str = "", system: str = LOCAL) -> dict:
    return coded(number, system, text=text, display=display)


def grip(code: dict, *values: float, unit: str = "", patient: str = "p1") -> list[dict]:
    """An Observation of each of these values."""
    return [
        observation(
            code,
            value,
            unit or None,
            subject={"reference": f"Patient/{patient}"},
            id=f"r{place}",
        )
        for place, value in enumerate(values)
    ]


def of(*resources):
    return learn([Record(resources)], terminology(), SPECS, RULES)


@pytest.mark.parametrize(
    ("display", "values", "unit", "proposed", "implied"),
    [
        ("GRIP R DYNAMOMETER", [12, 30], "kg", "grip-strength-right", ""),
        ("Handkraft links", [180, 260, 310], "N", "grip-strength-left", ""),
        # 310 lb is no hand
        ("Hand grip", [280, 260, 310], "", "grip-strength", "N"),
        # kg, pounds and newton are possible
        ("Hand grip", [20, 25, 31], "", "grip-strength", ""),
        ("Hand grip", [20, 25, 31], "deg", "", ""),
        ("Grip goal", [20], "kg", "", ""),
        ("DXA L1-L4 T-Score", [-2.5, -3.1], "", "t-score-lumbar-spine", ""),
        ("T-score femoral neck", [-2.5], "{T-score}", "t-score-hip", ""),
        ("BMD T SCORE", [-2.5], "", "bmd-t-score", ""),
        # mg/cm3 under a wrong name
        ("BMD T SCORE", [650, 702, 810], "", "", ""),
        ("T-score heel", [-2.5], "", "", ""),
        ("Z-score L1-L4", [-2.5], "", "", ""),
        ("HU adj vert body", [84], "HU", "ct-attenuation", ""),
        ("HU psoas", [54], "HU", "", ""),
        ("PSOAS CSA L4", [1180], "mm2", "psoas-total-area", ""),
        ("Psoas area left", [590], "mm2", "", ""),
        ("Walking speed 4 m", [0.8], "m/s", "gait-speed", ""),
        ("4 m walk time", [5.1], "s", "", ""),
        ("ALMI", [5.4], "kg/m2", "appendicular-muscle-index", ""),
        ("Appendicular lean mass", [15200], "g", "appendicular-lean-mass", ""),
        ("MNA total", [21], "", "mna-score", ""),
        ("MNA-SF", [11], "", "", ""),
        ("Pain score NRS", [6], "", "pain-score", ""),
        ("Potassium", [4.1], "mmol/L", "", ""),
        ("Körpergröße", [162, 158], "cm", "height", ""),
        ("Koerpergroesse Knie", [48], "cm", "", ""),
        ("eGFR CKD-EPI 2021", [71], "mL/min/1.73m2", "egfr", ""),
        ("GFR est.", [71], "mL/min/1.73m2", "egfr", ""),
        ("EGFR mutation, exon 19", [12], "%", "", ""),
    ],
)
def test_a_measurement_is_proposed_by_its_words_if_its_values_agree(
    display, values, unit, proposed, implied
):
    found = of(*grip(code("7", display), *values, unit=unit))
    (one,) = (*found.proposals, *found.others)
    assert (one.proposed, one.unit, one.seen) == (proposed, implied, len(values))
    assert bool(one.why) == bool(proposed)


@pytest.mark.parametrize(
    ("kind", "display", "proposed"),
    [
        ("ServiceRequest", "KYPHO BALLOON LUMBAR 1 LVL", "kyphoplasty"),
        (
            "ServiceRequest",
            "KYPHOPLASTY LUMBAR EA ADDL LVL",
            "augmentation-additional-level",
        ),
        ("Procedure", "Vertebroplastie BWK 12", "vertebroplasty"),
        ("ServiceRequest", "Consent for kyphoplasty", ""),
        ("ServiceRequest", "PT EVAL AND TREAT", "rehabilitation"),
        ("ServiceRequest", "Ernährungsberatung", "dietitian"),
        ("ServiceRequest", "TLSO BRACE", "brace"),
        ("DeviceRequest", "TLSO BRACE", "brace"),
        ("DeviceRequest", "Kyphoplasty tray", ""),
        ("ServiceRequest", "BEDREST FLAT", "bed-rest"),
        ("ServiceRequest", "CT guided biopsy of vertebra", "biopsy"),
        ("ServiceRequest", "Falls clinic", "falls-clinic"),
        ("ServiceRequest", "Consult to Endocrinology", "bone-specialist"),
        ("ServiceRequest", "CBC with differential", ""),
    ],
)
def test_an_order_is_proposed_by_the_words_that_orders_are_read_by(
    kind, display, proposed
):
    element = "codeCodeableConcept" if kind == "DeviceRequest" else "code"
    found = of({"resourceType": kind, element: code("S-1", display)})
    assert [one.proposed for one in (*found.proposals, *found.others)] == [proposed]


def learned_titles(tmp_path, *resources):
    """The titles of local codes of which a site's map knows one, `RH1`."""
    target = {"code": "rehabilitation", "equivalence": "equivalent"}
    group = {"source": LOCAL, "target": ORDERS}
    group["element"] = [{"code": "RH1", "target": [target]}]
    mapped = {"resourceType": "ConceptMap", "id": "site", "status": "active"}
    folder = tmp_path / "mappings" / "conceptmap"
    folder.mkdir(parents=True)
    (folder / "site.json").write_text(json.dumps(mapped | {"group": [group]}))
    (tmp_path / "site.toml").write_text('[site]\nname = "Test"\n')
    words = load_service(load_site(tmp_path)).terminology
    return learn([Record(resources)], words, SPECS, RULES).titles


def order_of(number, title, patient="p1"):
    subject = {"reference": f"Patient/{patient}"}
    order = {"resourceType": "ServiceRequest", "subject": subject}
    return order | {"code": code(number, title)}


def test_the_words_of_a_title_with_a_mapped_code_are_proposed(tmp_path):
    (title,) = learned_titles(tmp_path, order_of("RH1", "KG-Set Wirbelsäule B"))
    assert (title.code, title.concept, title.seen) == ("RH1", "rehabilitation", 1)
    assert title.folder == "plain-training-words"
    assert "set" in title.left


@pytest.mark.parametrize(
    "order",
    [order_of("RH1", "Physiotherapie"), order_of("RH1", ""), order_of("X9", "KG-Set")],
    ids=["known words", "no title", "not mapped"],
)
def test_other_titles_of_orders_propose_no_words(tmp_path, order):
    assert learned_titles(tmp_path, order) == ()


def test_a_title_with_a_patients_name_is_not_shown(tmp_path):
    named = {"resourceType": "Patient", "id": "p1", "name": [{"family": "Huber"}]}
    assert learned_titles(tmp_path, named, order_of("RH1", "KG-Set Huber")) == ()


def grip_of(code, value, unit="", **members):
    return grip(code, value, unit=unit, **members)[0]


class Proposed(NamedTuple):
    """A code whose words say what it may mean, and the unit to be implied."""

    code: str
    seen: int
    text: str
    unit: str = ""


class Unexplained(NamedTuple):
    """A code that no word explains."""

    kind: str
    code: str
    seen: int


class StrangeUnit(NamedTuple):
    """A unit that nobody knows, and the codes that come with it."""

    unit: str
    seen: int
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Lessons:
    """All that is learned of a record."""

    proposals: list[Proposed] = field(default_factory=list)
    others: list[Unexplained] = field(default_factory=list)
    units: list[StrangeUnit] = field(default_factory=list)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(
            [
                {
                    "resourceType": "Condition",
                    "code": code("R1", display="Przewlekłe zapalenie trzustki"),
                },
                {
                    "resourceType": "Condition",
                    "code": code("R1", display="Przewlekłe zapalenie trzustki"),
                },
                {
                    "resourceType": "MedicationRequest",
                    "medicationCodeableConcept": code("L1", display="Vasolonex"),
                },
                {
                    "resourceType": "Condition",
                    "code": code("R2", display="Hypertension"),
                },
            ],
            Lessons(
                others=[Unexplained("drug", "L1", 1), Unexplained("problem", "R1", 2)]
            ),
            id="codes that leave a list not understood are named",
        ),
        pytest.param(
            [grip_of(coded("38267-1"), value=-2.5)],
            Lessons(),
            id="a code that is known is not proposed again",
        ),
        pytest.param(
            [
                grip_of(
                    {
                        "coding": [
                            {
                                "system": "https://hospital.example/codes",
                                "code": "7",
                                "display": "T-score",
                            },
                            {"system": LOINC, "code": "38267-1"},
                        ]
                    },
                    value=-2.5,
                )
            ],
            Lessons(),
            id="nor is one beside a code that is known",
        ),
        pytest.param(
            [
                {
                    "resourceType": "Observation",
                    "code": code("1", display="Hand panel"),
                    "component": [
                        {
                            "valueQuantity": {"value": 20, "unit": "kg"},
                            "code": code("2", display="Grip right"),
                        }
                    ],
                }
            ],
            Lessons(
                proposals=[Proposed("2", 1, "Grip right")],
                others=[Unexplained("measure", "1", 1)],
            ),
            id="components are measurements of their own",
        ),
        pytest.param(
            [
                grip_of(code("7", display="Hand grip"), value=20, unit="kilopond"),
                grip_of(code("7", display="Hand grip"), value=21, unit="kilopond"),
            ],
            Lessons(
                proposals=[Proposed("7", 2, "Hand grip")],
                units=[StrangeUnit("kilopond", 2, codes=("7",))],
            ),
            id="a unit that nobody knows is named with its codes",
        ),
        pytest.param(
            [
                grip_of(code("1", text="Hand grip"), value=20, unit="kg"),
                grip_of(code("1", text="Hand grip"), value=20, unit="kg", patient="p2"),
            ],
            Lessons(proposals=[Proposed("1", 2, "Hand grip")]),
            id="a text that stands the same with two patients belongs to the code",
        ),
        pytest.param(
            [grip_of(code("1", text="Hand grip"), value=20, unit="kg")],
            Lessons(proposals=[Proposed("1", 1, "(text not shown)")]),
            id="one of a single patient is not shown",
        ),
    ],
)
def test_what_is_learned_of_a_record(record, expected):
    lessons = of(*record)
    assert expected.proposals == [
        Proposed(one.code, one.seen, one.text, one.unit) for one in lessons.proposals
    ]
    assert expected.others == [
        Unexplained(one.kind, one.code, one.seen) for one in lessons.others
    ]
    assert expected.units == [
        StrangeUnit(one.unit, one.seen, tuple(one.codes)) for one in lessons.units
    ]


def test_a_code_without_a_system_is_named_and_not_written():
    found = of(*grip(code("7", "Hand grip", system=""), 20, unit="kg"))
    assert "no system" in found.proposals[0].why[-1]
    assert "group" not in concept_map("local", found)


PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "name": [{"family": "Gripson", "given": ["Wanda", "Ilse"]}],
}


def test_no_name_and_no_free_text_of_a_patient_is_shown(tmp_path):
    request = tmp_path / "request.json"
    texts = (
        "Grip of Mrs Gripson",
        "grip, says she fell at the Post Hotel",
        "Wanda grip strength",
    )
    entries = [
        PATIENT,
        *grip(code("1", text=texts[0]), 20, unit="kg"),
        *grip(code("2", text=texts[1]), 20, unit="kg"),
        *grip(code("3", display=texts[2]), 20, unit="kg"),
        {
            "resourceType": "ServiceRequest",
            "code": code("4", text="Kyphoplasty for Wanda, afraid of needles"),
        },
        {
            "resourceType": "Procedure",
            "subject": {"display": "Otto Mrsky"},
            "code": code("5", "Kyphoplasty, Otto"),
        },
    ]
    request.write_text(
        json.dumps(
            {"prefetch": {"a": {"entry": [{"resource": one} for one in entries]}}}
        )
    )
    out = tmp_path / "local.json"
    for options in ([], ["--json", "--out", str(out)]):
        done = CliRunner().invoke(main, ["mappings", "learn", str(request), *options])
        assert done.exit_code == 0, done.output
        said = done.output + (out.read_text() if out.exists() else "")
        assert "kyphoplasty" in said
        for word in (
            "Gripson",
            "Wanda",
            "Ilse",
            "Hotel",
            "needles",
            "Mrs",
            "Otto",
            "p1",
        ):
            assert word not in said


@pytest.mark.parametrize("content", ['"x"', "null", '{"hook": "order-sign"}'])
def test_files_with_nothing_to_learn_from_are_an_error(tmp_path, content):
    file = tmp_path / "call.json"
    file.write_text(content)
    done = CliRunner().invoke(main, ["mappings", "learn", str(file)])
    assert done.exit_code == 1
    assert "nothing to propose" not in done.output


@pytest.fixture
def server():
    order = {
        "resourceType": "ServiceRequest",
        "id": "s1",
        "subject": {"reference": "Patient/p2"},
    }
    held = [
        PATIENT,
        {**PATIENT, "id": "p2"},
        *grip(code("7010", "GRIP R"), 200, 240, 260, unit="N"),
    ]
    with start_fhir_server(
        [*held, order | {"code": code("K-1", "Kyphoplasty")}]
    ) as running:
        yield running


def test_a_server_is_looked_at_patient_by_patient(server, monkeypatch):
    monkeypatch.setattr(
        "cds_service.commands.mappings.learn_sources.TYPES",
        ("Observation", "ServiceRequest", "Basic"),
    )
    done = CliRunner().invoke(main, ["mappings", "learn", server.url, "--json"])
    found = json.loads(done.stdout)
    assert {
        (one["code"], one["proposed"], one["seen"]) for one in found["proposals"]
    } == {
        ("7010", "grip-strength-right", 3),
        ("K-1", "kyphoplasty", 1),
    }
    assert "Basic: not found" in done.stderr  # said, and the rest is read
    only = CliRunner().invoke(
        main, ["mappings", "learn", server.url, "--patient", "p1", "--json"]
    )
    assert [one["code"] for one in json.loads(only.stdout)["proposals"]] == ["7010"]


def test_a_proposal_is_applied_by_a_person_and_never_by_itself(tmp_path, server):
    """The file stops a site folder until it says active; then its codes count, and are not proposed again."""
    site = tmp_path / "site"
    maps = site / "mappings/conceptmap"
    maps.mkdir(parents=True)
    (site / "site.toml").write_text('[site]\nname = "Example Hospital"\n')
    out = maps / "local.json"
    learn_it = ["mappings", "learn", server.url]
    assert CliRunner().invoke(main, [*learn_it, "--out", str(out)]).exit_code == 0
    assert "draft" in str(find_faults(site)[0])
    again = CliRunner().invoke(main, [*learn_it, "--out", str(out)])
    assert (again.exit_code, "cannot be written" in again.output) == (1, True)
    out.write_text(out.read_text().replace('"status": "draft"', '"status": "active"'))
    assert find_faults(site) == ()
    assert load_service(load_site(site)).terminology.concepts(code("K-1")) == {
        "kyphoplasty"
    }
    done = CliRunner().invoke(main, learn_it, env={"KYPHOPLASTY_CDS_SITE": str(site)})
    assert "nothing to propose" in done.output


def test_a_token_goes_to_one_server(server, tmp_path):
    token = tmp_path / "token"
    token.write_text("abc")
    done = CliRunner().invoke(
        main,
        [
            "mappings",
            "learn",
            server.url,
            "https://ehr.example.org/fhir",
            "--token-file",
            str(token),
        ],
    )
    assert (done.exit_code, "one server" in done.output) == (1, True)
    assert not server.requests


@pytest.mark.parametrize("source", ["nowhere.json", "http://127.0.0.1:9/fhir"])
def test_a_source_that_cannot_be_read_is_said_in_a_line(source):
    done = CliRunner().invoke(main, ["mappings", "learn", source])
    assert done.exit_code == 1
    assert done.output.startswith("error: ")


def test_a_rule_names_codes_of_ours(tmp_path):
    rules = (
        "schema = 1\norders = []\n[[measures]]\nwords = 'a'\ncodes = { nothing = '' }\n"
    )
    (tmp_path / "learning.toml").write_text(rules)
    with pytest.raises(DataFileError, match="nothing is no code of ours"):
        load_learning([MAPPINGS, tmp_path], terminology())
