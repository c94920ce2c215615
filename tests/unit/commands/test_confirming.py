"""`mappings confirm`: what a person ticks becomes map and tests of the site."""

import csv
import gzip
import json
import tomllib
from datetime import date

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.commands.mappings.confirming import find_targets, written
from cds_service.commands.mappings.ticks import Tick
from cds_service.loading import find_faults, load_service
from cds_service.site.folder import load_site
from tests.builders import coded, observation
from tests.codes import CPT, ICD

LOCAL = "https://hospital.example/codes"


def local(number: str, display: str = "") -> dict:
    return coded(number, LOCAL, display=display)


def of(patient: str, *resources: dict) -> list[dict]:
    subject = {"reference": f"Patient/{patient}"}
    return [{**one, "subject": subject} for one in resources]


CHART = of(
    "p1",
    observation(local("007", "GRIP R DYNAMOMETER"), 200, "N"),
    observation(local("8", "Walking speed 4 m"), 0.8, "m/s"),
    {"resourceType": "Condition", "id": "c1", "code": local("NT", "Nadc. t.")},
)


def call(chart: list[dict]) -> dict:
    draft = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "code": coded("22514", CPT),
    }
    bundle = {"entry": [{"resource": one} for one in chart]}
    return {
        "hook": "order-sign",
        "context": {"draftOrders": {"entry": [{"resource": draft}]}},
        "prefetch": {"chart": bundle},
    }


def run(*words: object, code: int = 0, errors: bool = True) -> str:
    done = CliRunner().invoke(main, ["mappings", *map(str, words)])
    assert done.exit_code == code, done.output
    return done.output if errors else done.stdout


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "site.toml").write_text('[site]\nname = "Example Hospital"\n')
    return folder


@pytest.fixture
def ticks(tmp_path):
    recorded = tmp_path / "call.json"
    recorded.write_text(json.dumps(call(CHART)))
    file = tmp_path / "ticks.csv"
    run("learn", recorded, "--ticks", file)
    return file


def edit(file, delimiter=",", **lines):
    """Fill in the table as a person does, and save it as a spreadsheet does."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        row.update(lines.get(f"_{row['code']}", {}))
    with file.open("w", encoding="utf-8", newline="") as opened:
        table = csv.DictWriter(opened, rows[0], delimiter=delimiter)
        table.writeheader()
        table.writerows(rows)


def test_ticks_become_a_map_and_tests(site, ticks):
    refused = {"tick": "no"}
    standard = {"tick": "x", "means": f"{ICD}|I10"}
    edit(ticks, ";", _007={"tick": "yes", "unit": "N"}, _8=refused, _NT=standard)
    said = run("confirm", ticks, "--by", "A. Physio", "--site", site)
    assert "2 confirmed, 1 refused" in said
    assert find_faults(site) == ()
    terminology = load_service(load_site(site)).terminology
    assert "grip-strength-right" in terminology.concepts(local("007"))
    assert terminology.identifies("conditions", local("NT"))
    assert not terminology.concepts(local("8"))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"grip-strength-right"', '"grip-strength-left"', "grip-strength-right"),
        ('"value": "N"', '"value": "kg"', "unit N"),
        ('"code": "NT"', '"code": "8"', "I10"),
    ],
)
def test_a_map_that_says_something_else_by_now_stops_the_start(
    site, ticks, old, new, fault
):
    standard = {"tick": "yes", "means": f"{ICD}|I10"}
    edit(ticks, _007={"tick": "yes", "unit": "N"}, _NT=standard)
    run("confirm", ticks, "--by", "A", "--site", site, "--name", "grip")
    maps = site / "mappings/conceptmap/grip.json"
    assert old in maps.read_text()
    maps.write_text(maps.read_text().replace(old, new))
    said = run("check", "--site", site, code=2)
    assert "grip.toml" in said
    assert fault in said


def test_a_meaning_that_was_refused_stays_refused(site, ticks):
    edit(ticks, _8={"tick": "no"})
    run("confirm", ticks, "--by", "A", "--site", site, "--name", "first")
    edit(ticks, _8={"tick": "yes"})
    said = run("confirm", ticks, "--by", "B", "--site", site, code=1)
    assert "which was refused" in said
    assert not list(site.rglob("*.json"))


def test_a_code_that_a_spreadsheet_changed_is_refused(site, ticks):
    ticks.write_text(ticks.read_text("utf-8-sig").replace(",007,", ",7,"))
    edit(ticks, _7={"tick": "yes"})
    assert "line" in run("confirm", ticks, "--by", "A", "--site", site, code=1)
    assert not list(site.rglob("*.toml"))[1:]


def test_a_person_adds_the_orderables_that_no_call_has(site, tmp_path):
    """As for an EHR that places only codes of its own: a referral that we suggest."""
    place = "urn:com.epic.cdshooks.action.code.system.preference-list-item"
    table = tmp_path / "orderables.csv"
    table.write_text(
        f"tick,system,code,text,means,unit,check\nyes,{place},PT0012,PT,rehabilitation,,\n"
    )
    run("confirm", table, "--by", "A", "--site", site, "--name", "orderables")
    coding = coded("PT0012", place)
    terminology = load_service(load_site(site)).terminology
    assert "rehabilitation" in terminology.concepts(coding)
    assert "confirmed/orderables.toml: read" in run("check", "--site", site)


@pytest.mark.parametrize(
    "title",
    ["Vertebral biopsy CT guided", "Falls clinic", "Consult to Endocrinology"],
)
def test_what_is_proposed_of_an_order_can_be_confirmed(site, tmp_path, title):
    order = {"resourceType": "ServiceRequest", "status": "active"}
    chart = tmp_path / "chart.json"
    chart.write_text(json.dumps(order | {"code": local("S1", title)}))
    table = tmp_path / "ticks.csv"
    run("learn", chart, "--ticks", table)
    edit(table, _S1={"tick": "yes"})
    run("confirm", table, "--by", "A", "--site", site)
    assert find_faults(site) == ()


def test_an_added_line_needs_its_code(site, tmp_path):
    table = tmp_path / "orderables.csv"
    table.write_text("tick,system,code,means,check\nyes,urn:x,,rehabilitation,\n")
    said = run("confirm", table, "--by", "A", "--site", site, code=1)
    assert "line 2: system or code is empty" in said


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ({"tick": "maybe"}, "yes, no or empty"),
        ({"tick": "yes", "means": ""}, "means is empty"),
        ({"tick": "yes", "means": "grip"}, "no code of ours"),
        ({"tick": "yes", "means": "gate-speed"}, "did you mean gait-speed?"),
    ],
)
def test_a_line_that_cannot_be_taken_is_named(site, ticks, line, fault):
    edit(ticks, _007=line)
    assert fault in run("confirm", ticks, "--by", "A", "--site", site, code=1)


def test_all_lines_that_cannot_be_taken_are_named_in_one_run(site, ticks):
    edit(ticks, _007={"tick": "maybe"}, _8={"tick": "yes", "means": "gate-speed"})
    edit(ticks, _NT={"tick": "yes", "means": ""})
    said = run("confirm", ticks, "--by", "A", "--site", site, code=1)
    for number, fault in enumerate(
        ("gait-speed", "yes, no or empty", "means is empty"), 2
    ):
        assert any(
            f"{ticks}, line {number}: " in line and fault in line
            for line in said.splitlines()
        ), said


@pytest.mark.parametrize(
    "means",
    [
        pytest.param("http://loinc.org|4548-4", id="haemoglobin A1c"),
        pytest.param("urn:oid:2.16.840.1.113883.6.1|4548-4", id="by its OID"),
    ],
)
def test_a_loinc_code_that_nothing_reads_is_refused(site, ticks, means):
    edit(ticks, _8={"tick": "yes", "means": means})
    said = run("confirm", ticks, "--by", "A", "--site", site, code=1)
    assert f"{ticks}, line 2: nothing reads LOINC 4548-4" in said
    assert "or leave tick empty" in said
    assert not list(site.rglob("*.json"))


def test_a_loinc_code_that_a_finding_reads_is_taken(site, ticks):
    edit(ticks, _8={"tick": "yes", "means": "http://loinc.org|39156-5"})
    run("confirm", ticks, "--by", "A", "--site", site)
    terminology = load_service(load_site(site)).terminology
    assert "bmi" in terminology.concepts(local("8"))


def test_all_that_would_stop_the_start_is_named_in_one_run(site, ticks):
    refused = {"tick": "no"}
    edit(ticks, _007=refused, _8=refused)
    run("confirm", ticks, "--by", "A", "--site", site, "--name", "first")
    edit(ticks, _007={"tick": "yes", "unit": "N"}, _8={"tick": "yes"})
    said = run("confirm", ticks, "--by", "B", "--site", site, code=1)
    assert said.count("which was refused") == 2


def test_a_formula_in_a_code_is_no_formula_and_stays_the_code(site, tmp_path):
    recorded = tmp_path / "call.json"
    order = observation(local("=1+1", "GRIP R"), 200, "N")
    recorded.write_text(json.dumps(call(of("p1", order))))
    ticks = tmp_path / "ticks.csv"
    run("learn", recorded, "--ticks", ticks)
    assert "'=1+1" in ticks.read_text()
    edit(ticks, **{"_'=1+1": {"tick": "yes"}})
    run("confirm", ticks, "--by", "A", "--site", site)
    terminology = load_service(load_site(site)).terminology
    assert "grip-strength-right" in terminology.concepts(local("=1+1"))


# --- what is read


def costs(*sources) -> dict[str, list[int]]:
    learned = json.loads(run("learn", *sources, "--json", errors=False))
    lines = learned["proposals"] + learned["others"]
    found = {one["code"]: one["cost"]["answers"] for one in lines}
    return {"answers": learned["answers"], **found}


def test_a_month_of_calls_is_a_folder_or_a_file_of_lines(tmp_path):
    month = tmp_path / "month"
    month.mkdir()
    (month / "1.json").write_text(json.dumps(call(CHART)))
    lines = "\n".join(json.dumps(one) for one in (call(CHART), call([])))
    (month / "2.ndjson").write_text(lines + "\n{broken\n")
    assert costs(month) == {"answers": 3, "007": 2, "8": 2, "NT": 2}


def opened(*chart: dict) -> dict:
    """A recorded call of an opened chart, which has no drafts."""
    bundle = {"entry": [{"resource": one} for one in chart]}
    return {
        "hook": "patient-view",
        "context": {"patientId": "p1"},
        "prefetch": {"chart": bundle} if chart else {},
    }


@pytest.mark.parametrize(
    ("status", "answers"),
    [
        pytest.param("active", 1, id="to-be-done"),
        pytest.param("completed", 0, id="done"),
    ],
)
def test_an_opened_chart_counts_by_its_order_of_an_augmentation(
    tmp_path, status, answers
):
    order = {"resourceType": "ServiceRequest", "status": status}
    order = order | {"code": coded("22514", CPT)}
    file = tmp_path / "call.json"
    file.write_text(json.dumps(opened(*CHART, *of("p1", order))))
    assert costs(file)["answers"] == answers


def test_of_a_call_without_a_record_it_says_where_that_is(tmp_path):
    file = tmp_path / "call.json"
    file.write_text(json.dumps(opened()))
    assert "on its FHIR server: give that address" in run("learn", file, code=1)


def test_an_export_is_read_patient_by_patient(tmp_path):
    chart = CHART + of("p2", CHART[2] | {"id": "c2"})
    people = [{"resourceType": "Patient", "id": one} for one in ("p1", "p2")]
    for name, kept in (
        ("Observation.ndjson", [one for one in chart if "valueQuantity" in one]),
        ("Patient.ndjson", people),
    ):
        text = "\n".join(json.dumps(one) for one in kept)
        (tmp_path / name).write_text(text)
    conditions = [one for one in chart if one["resourceType"] == "Condition"]
    with gzip.open(tmp_path / "Condition.ndjson.gz", "wt") as packed:
        packed.write("\n".join(json.dumps(one) for one in conditions))
    assert costs(tmp_path) == {"answers": 2, "007": 1, "8": 1, "NT": 2}


def entry(kind: str, missed: list[dict], **content: object) -> dict:
    content = {"nearMisses": missed, **content}
    payload = {"facts": {"user": "u", "patient": "p"}, "content": content}
    return {"sequence": 1, "kind": kind, "commitment": "c", "payload": payload}


def test_an_audit_export_says_what_its_answers_missed(tmp_path):
    missed = [{"kind": "problem", "system": LOCAL, "code": "NT"}]
    hidden = [{"kind": "problem", "system": "", "code": "(no code)"}]
    order = [{"kind": "order-not-taken", "system": LOCAL, "code": "K9"}]
    lines = [
        entry("answer", missed, order={"reference": "1"}),
        entry("answer", hidden, order={"reference": "1"}),
        entry("near-miss", order),
        entry("read", []),
        {"manifest": {"count": 4}},
    ]
    export = tmp_path / "audit.ndjson"
    export.write_text("\n".join(map(json.dumps, lines)))
    assert costs(export) == {"answers": 3, "NT": 1, "K9": 1}


@pytest.mark.parametrize(
    "name",
    ["𠮷 Yoshida", 'a "quote" and \\', "tab\tline\n", "\x7f\x00", "\u2028Ärztin"],
)
def test_every_name_and_text_is_read_back_from_the_tests(site, name):
    tick = Tick(2, "yes", LOCAL, "8", name, f"{ICD}|M80.08XA", "")
    folder = load_site(site)
    files = written(
        [tick],
        find_targets([tick], folder)[0],
        folder,
        "own",
        by=name,
        on=date(2026, 11, 1),
    )
    (tests,) = (text for file, text in files.items() if file.suffix == ".toml")
    document = tomllib.loads(tests)
    assert document["by"] == name
    assert document["codes"][0]["text"] == name
