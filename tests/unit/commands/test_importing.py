"""`kyphoplasty-cds import`: what it prints, writes and sends."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.structured_reports import number, own, planar, vertebra, write_report
from tests.stub_fhir import Reply, StubFhir, fhir, outcome, page

PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "birthDate": "1950-01-15",
    "gender": "female",
}
TABLE = "date,level,plvi,method\n2026-05-01,L4,0.8,MRI T2\n"


def run(*words: Any, **members: Any) -> Any:
    return CliRunner().invoke(
        main, ["import", *map(str, words), "--patient", "p1"], **members
    )


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text(TABLE)
    return file


@pytest.fixture
def report(tmp_path):
    """A structured report of one PLVI; `**members` replace attributes of the object."""

    def written(name="report.dcm", value=0.8, **members):
        group = planar(
            [number(own("plvi"), value, "1")], finding_sites=[vertebra("L4")]
        )
        return write_report(tmp_path / name, [group], **members)

    return written


@pytest.fixture
def server():
    """A server with the patient and no Observations; it takes one Observation with its Provenance."""
    stub = StubFhir()
    stub.say("/Patient/p1", PATIENT)
    stub.default = Reply(
        json.dumps(page()).encode(), 200, {"Content-Type": "application/fhir+json"}
    )
    stub.forms[""] = taken("201 Created", "201 Created")
    yield stub
    stub.close()


def taken(*statuses):
    entries = [{"response": {"status": status}} for status in statuses]
    return fhir(
        {"resourceType": "Bundle", "type": "transaction-response", "entry": entries}
    )


# --- what is printed, and how it ends


def test_a_day_that_is_yet_to_come_is_refused(tmp_path):
    """A year was mistyped; the service would read the value as the newest one day."""
    file = tmp_path / "table.csv"
    file.write_text(TABLE.replace("2026", "2126"))
    result = run(file, "--dry-run")
    assert "plvi 0.8, 2126-05-01: the day lies in the future" in result.stdout
    assert (result.exit_code, "0 taken, 1 refused" in result.stdout) == (1, True)


def test_what_is_taken_and_refused_is_printed(table):
    table.write_text(
        "patient,date,level,plvi,foo\np1,2026-05-01,L4,0.8,\np1,2026-05-02,L4,80,\n"
    )
    done = run(table, "--dry-run")
    assert done.exit_code == 0
    assert "taken    plvi 0.8 at L4, 2026-05-01 (table.csv, row 2)" in done.stdout
    assert "refused  table.csv: column foo: no finding has this name" in done.stdout
    assert "refused  table.csv, row 3: plvi 80: not plausible" in done.stdout
    assert done.stdout.endswith("1 taken, 2 refused\n")


def test_nothing_taken_ends_with_one(table):
    table.write_text("a,b\n1,2\n")
    assert run(table, "--dry-run").exit_code == 1


def test_json_has_the_observations_and_the_reasons(table):
    table.write_text(f"{TABLE}2026-05-02,L4,80,MRI T2\n")
    found = json.loads(run(table, "--json").stdout)
    assert [one["valueQuantity"]["value"] for one in found["taken"]] == [0.8]
    assert found["refused"] == [
        {"where": "table.csv, row 3", "what": "plvi 80", "why": "not plausible"}
    ]


def test_somewhere_to_write_is_needed(table):
    done = run(table)
    assert done.exit_code == 2
    assert "one of --out, --fhir-server and --dry-run is needed" in done.stderr


def test_a_file_that_is_not_there_is_wrong_use(tmp_path):
    assert run(tmp_path / "nothing.csv", "--dry-run").exit_code == 2


def test_a_folder_is_read_whole(report, tmp_path):
    (tmp_path / "table.csv").write_text(TABLE)
    report()
    done = run(tmp_path, "--dry-run")
    assert "report.dcm: DICOM structured report" in done.stdout
    assert "table.csv: table of findings" in done.stdout


def test_the_person_says_what_the_source_does_not(tmp_path):
    file = tmp_path / "spine_metrics.csv"
    file.write_text("Level,ROI HU,Seg HU\nT12,120.4,180.2\nL1,101.5,160.1\n")
    done = run(
        file,
        "--json",
        "--date",
        "2026-05-04",
        "--level",
        "L1",
        "--method",
        "unenhanced CT, 120 kV",
    )
    found = json.loads(done.stdout)
    assert [one["valueQuantity"]["value"] for one in found["taken"]] == [101.5]
    assert found["taken"][0]["effectiveDateTime"] == "2026-05-04"
    assert "unenhanced CT, 120 kV" in found["taken"][0]["method"]["text"]
    assert "at another level than --level names" in {
        one["why"] for one in found["refused"]
    }


def test_an_unverified_report_is_preliminary(report):
    done = run(report(verified=False), "--dry-run")
    assert "preliminary: a person has to confirm it" in done.stdout
    assert "DICOM structured report, not verified" in done.stdout


# --- to a file


def test_the_file_holds_one_transaction(table, tmp_path):
    assert run(table, "--out", tmp_path / "bundle.json").exit_code == 0
    bundle = json.loads((tmp_path / "bundle.json").read_text())
    assert bundle["type"] == "transaction"
    value, provenance = (entry["resource"] for entry in bundle["entry"])
    assert value["subject"] == {"reference": "Patient/p1"}
    assert provenance["target"] == [{"reference": bundle["entry"][0]["fullUrl"]}]
    assert provenance["entity"][0]["what"]["identifier"]["system"].endswith(
        "/sid/file-sha256"
    )


def test_only_the_caller_may_read_the_file(table, tmp_path):
    run(table, "--out", tmp_path / "bundle.json")
    assert (tmp_path / "bundle.json").stat().st_mode & 0o077 == 0


def test_the_source_of_a_report_is_its_object(report, tmp_path):
    run(report(), "--out", tmp_path / "bundle.json")
    provenance = json.loads((tmp_path / "bundle.json").read_text())["entry"][-1][
        "resource"
    ]
    assert provenance["entity"][0]["what"]["identifier"]["system"] == "urn:dicom:uid"


def test_a_dry_run_writes_nothing(table, tmp_path, server):
    run(
        table,
        "--out",
        tmp_path / "bundle.json",
        "--fhir-server",
        server.base,
        "--dry-run",
    )
    assert not (tmp_path / "bundle.json").exists()
    assert server.sent == []


# --- to a server


def test_what_is_new_is_created_on_a_condition(table, server):
    done = run(table, "--fhir-server", server.base)
    assert done.exit_code == 0, done.output
    assert "1 new, 0 there already" in done.stderr
    value, provenance = json.loads(server.sent[0])["entry"]
    assert value["request"]["ifNoneExist"].startswith(
        "identifier=https://kyphoplasty-cds.org/fhir/sid/measurement|"
    )
    assert provenance["request"]["method"] == "POST"


def test_what_is_there_is_not_sent(table, server):
    run(table, "--fhir-server", server.base)
    there = json.loads(server.sent[0])["entry"][0]["resource"]
    server.default = fhir(page(there))
    done = run(table, "--fhir-server", server.base)
    assert "0 new, 1 there already" in done.stderr
    assert len(server.sent) == 1


def test_what_was_taken_back_on_the_server_is_sent_again(table, server):
    run(table, "--fhir-server", server.base)
    (first, _) = json.loads(server.sent[0])["entry"]
    withdrawn = first["resource"] | {"id": "v1", "status": "entered-in-error"}
    server.default = fhir(page(withdrawn))
    done = run(table, "--fhir-server", server.base)
    assert "1 new, 0 there already" in done.stderr
    (second, source) = json.loads(server.sent[1])["entry"]
    assert second["request"]["ifNoneExist"] != first["request"]["ifNoneExist"]
    name = second["resource"]["identifier"][0]["value"]
    assert second["request"]["ifNoneExist"].endswith(name)
    assert source["resource"]["target"] == [{"reference": second["fullUrl"]}]
    again = second["resource"] | {"id": "v2"}
    server.default = fhir(page(withdrawn, again))
    done = run(table, "--fhir-server", server.base)
    assert "0 new, 1 there already" in done.stderr
    assert len(server.sent) == 2


@pytest.mark.parametrize(
    ("members", "is_refused"),
    [
        pytest.param({}, True, id="final"),
        pytest.param({"status": "amended"}, True, id="amended"),
        pytest.param({"effectiveDateTime": "2026-05-01T08:00:00Z"}, True, id="time"),
        pytest.param({"status": "entered-in-error"}, False, id="taken back"),
        pytest.param({"status": "preliminary"}, False, id="not confirmed"),
        pytest.param({"effectiveDateTime": "2026-04-30"}, False, id="another day"),
        pytest.param({"valueQuantity": {"value": 0.8}}, False, id="the same value"),
        pytest.param({"subject": {"reference": "Patient/p2"}}, False, id="of another"),
    ],
)
def test_a_value_next_to_another_of_its_day_on_record_is_refused(
    table, server, members, is_refused
):
    run(table, "--fhir-server", server.base)
    there = json.loads(server.sent[0])["entry"][0]["resource"] | {
        "id": "v1",
        "identifier": [],
        "valueQuantity": {"value": 0.5, "code": "1"},
    }
    server.default = fhir(page(there | members))
    done = run(table, "--fhir-server", server.base)
    assert len(server.sent) == 2 - is_refused
    assert ("the record holds 0.5 1 of the same day" in done.stdout) == is_refused
    assert done.exit_code == is_refused  # nothing was taken


def test_what_the_ward_recorded_is_a_rival_under_its_own_code(tmp_path, server):
    file = tmp_path / "table.csv"
    file.write_text("date,weight\n2026-05-01,64\n")
    ward = {
        "resourceType": "Observation",
        "id": "ward",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-05-01T08:00:00Z",
        "valueQuantity": {"value": 61, "unit": "kg", "code": "kg"},
    }
    server.default = fhir(page(ward))
    done = run(file, "--fhir-server", server.base)
    assert "the record holds 61 kg of the same day" in done.stdout
    assert (done.exit_code, server.sent) == (1, [])
    assert any("http://loinc.org|29463-7" in asked for asked in server.requests)


NUMBER = {"system": "https://ehr.example.org/mrn", "value": "4711"}
POLICY = {"system": "https://insurer.example.org/policy", "value": "99"}


@pytest.mark.parametrize(
    ("identifier", "is_known"),
    [
        pytest.param(NUMBER, True, id="record-number"),
        pytest.param(POLICY, False, id="policy"),
    ],
)
def test_a_value_on_record_may_name_the_patient_by_a_record_number(
    table, server, identifier, is_known
):
    """It is a rival of another value, and there already if it is the same."""
    record_number = {"type": {"coding": [{"code": "MR"}]}, **NUMBER}
    policy = {"type": {"coding": [{"code": "PPN"}]}, **POLICY}
    server.say("/Patient/p1", PATIENT | {"identifier": [record_number, policy]})
    run(table, "--fhir-server", server.base)
    there = json.loads(server.sent[0])["entry"][0]["resource"]
    named = there | {"id": "v1", "subject": {"identifier": identifier}}
    server.default = fhir(page(named))
    done = run(table, "--fhir-server", server.base)
    assert ("0 new, 1 there already" in done.stderr) == is_known
    other = {"identifier": [], "valueQuantity": {"value": 0.5, "code": "1"}}
    server.default = fhir(page(named | other))
    done = run(table, "--fhir-server", server.base)
    assert ("the record holds 0.5 1 of the same day" in done.stdout) == is_known


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Reply(b"{}", 500), id="refused"),
        pytest.param(fhir(page({"resourceType": "Observation"}, 5)), id="broken"),
        pytest.param(
            fhir(page() | {"link": [{"relation": "next", "url": "http://[::1"}]}),
            id="a page that cannot be read",
        ),
    ],
)
def test_nothing_is_sent_to_a_record_that_cannot_be_read_whole(table, server, answer):
    server.default = answer
    done = run(table, "--fhir-server", server.base)
    assert (done.exit_code, server.sent) == (1, [])
    assert "could not be read" in done.stderr


def test_the_token_is_sent_to_this_machine(table, server, tmp_path):
    (tmp_path / "token").write_text("secret-1")
    run(table, "--fhir-server", server.base, "--token-file", tmp_path / "token")
    assert {one.get("Authorization") for one in server.headers} == {"Bearer secret-1"}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        pytest.param(
            fhir(outcome(), 403), "not permitted to write (403)", id="forbidden"
        ),
        pytest.param(fhir(outcome(), 422), "refused (422)", id="unprocessable"),
        pytest.param(
            Reply(b"", 302, {"Location": "http://127.0.0.1:1/"}),
            "redirects to another place",
            id="redirect",
        ),
        pytest.param(
            fhir({"resourceType": "Bundle"}),
            "does not say what was written",
            id="no-statuses",
        ),
        pytest.param(Reply(b"<html>", 200), "does not say what was written", id="html"),
        pytest.param(
            taken("422 Unprocessable Entity", "412"),
            "did not write 2 of 2 entries (412, 422)",
            id="refused-one-by-one",
        ),
        pytest.param(
            taken("201 Created", "500"), "did not write 1 of 2 entries (500)", id="half"
        ),
        pytest.param(
            taken("", "no"), "did not write 2 of 2 entries (no status)", id="odd"
        ),
    ],
)
def test_a_server_that_takes_nothing_is_said(table, server, reply, said):
    server.forms[""] = reply
    done = run(table, "--fhir-server", server.base)
    assert done.exit_code == 1
    assert said in done.stderr


def test_a_value_of_somebody_else_is_not_there_already(table, server):
    run(table, "--fhir-server", server.base)
    there = json.loads(server.sent[0])["entry"][0]["resource"]
    server.default = fhir(page({**there, "subject": {"reference": "Patient/p2"}}))
    done = run(table, "--fhir-server", server.base)
    assert "1 new, 0 there already" in done.stderr
    assert len(server.sent) == 2


@pytest.mark.parametrize(
    ("members", "said"),
    [
        pytest.param({"id": "p2"}, "another resource", id="another"),
        pytest.param(
            {"link": [{"type": "replaced-by", "other": {"reference": "Patient/p2"}}]},
            "merged into Patient/p2",
            id="merged",
        ),
        pytest.param({"active": False}, "not in use any more", id="closed"),
    ],
)
def test_nothing_is_written_to_a_record_that_is_not_this_patient_s(
    table, server, members, said
):
    server.say("/Patient/p1", fhir(PATIENT | members))
    done = run(table, "--fhir-server", server.base)
    assert done.exit_code == 1
    assert said in done.stderr
    assert server.sent == []


def test_a_patient_that_is_not_there_gets_nothing(table, server):
    server.say("/Patient/p1", fhir(outcome(), 404))
    done = run(table, "--fhir-server", server.base)
    assert done.exit_code == 1
    assert server.sent == []


# --- another patient's


@pytest.mark.parametrize(
    ("members", "said"),
    [
        pytest.param(
            {"PatientBirthDate": "19400101"},
            "of another patient: the birth dates differ",
            id="born",
        ),
        pytest.param(
            {"PatientSex": "M"}, "of another patient: the sexes differ", id="sex"
        ),
    ],
)
def test_a_report_of_somebody_else_is_refused(report, server, members, said):
    done = run(report(**members), "--fhir-server", server.base)
    assert done.exit_code == 1
    assert said in done.stderr
    assert server.sent == []


def test_reports_of_two_patients_are_refused(report):
    files = (report("a.dcm"), report("b.dcm", value=0.7, PatientID="PID-2"))
    done = run(*files, "--dry-run")
    assert done.exit_code == 1
    assert "of more than one patient (PID-1, PID-2)" in done.stderr


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        pytest.param(
            {}, {"PatientBirthDate": "20010203"}, "the birth dates differ", id="born"
        ),
        pytest.param({}, {"PatientSex": "M"}, "the sexes differ", id="sex"),
        pytest.param(
            {"IssuerOfPatientID": "HOSPITAL-A"},
            {"IssuerOfPatientID": "HOSPITAL-B"},
            "the issuers of the patient ID differ",
            id="issuer",
        ),
        pytest.param(
            {"PatientID": ""},
            {"PatientBirthDate": "20010203", "PatientSex": "M"},
            "the birth dates and the sexes differ",
            id="one-without-a-number",
        ),
    ],
)
def test_reports_of_two_people_with_one_number_are_refused(report, first, second, said):
    files = (report("a.dcm", **first), report("b.dcm", value=0.7, **second))
    done = run(*files, "--dry-run")
    assert done.exit_code == 1
    assert f"of more than one patient ({said})" in done.stderr


def test_reports_of_one_patient_that_say_no_more_are_taken(report):
    says_nothing = {"PatientID": "", "PatientBirthDate": "", "PatientSex": "O"}
    issued = report("a.dcm", IssuerOfPatientID="HOSPITAL-A")
    other_day = {"StudyDate": "20260401"}
    done = run(issued, report("b.dcm", **says_nothing, **other_day), "--dry-run")
    assert done.exit_code == 0
    assert "2 taken" in done.stdout


def test_an_identifier_that_the_server_does_not_know_is_noted(report, server):
    server.say("/Patient/p1", PATIENT | {"identifier": [{"value": "MRN-7"}]})
    done = run(report(), "--fhir-server", server.base)
    assert done.exit_code == 0
    assert "its patient ID is none of the identifiers of this patient" in done.stderr


def test_another_number_without_a_birth_date_is_refused(report, server):
    server.say("/Patient/p1", PATIENT | {"identifier": [{"value": "MRN-7"}]})
    done = run(report(PatientBirthDate="", PatientSex=""), "--fhir-server", server.base)
    assert done.exit_code == 1
    assert "no birth date says that it is the same person" in done.stderr
    assert server.sent == []


NOTHING = {"PatientBirthDate": "", "PatientSex": ""}
RECORD = {"system": "urn:mrn", "value": "MRN-7"}


@pytest.mark.parametrize(
    "identifiers",
    [
        pytest.param([], id="no-numbers"),
        pytest.param(
            [RECORD, {"type": {"text": "policy"}, "value": "PID-1"}], id="insurance"
        ),
        pytest.param(
            [RECORD, {"type": {"coding": [{"code": "PPN"}]}, "value": "PID-1"}],
            id="passport",
        ),
        pytest.param([RECORD, {"use": "old", "value": "PID-1"}], id="out-of-use"),
        pytest.param(
            [RECORD, {"period": {"end": "2001"}, "value": "PID-1"}], id="over"
        ),
    ],
)
def test_a_number_that_nothing_confirms_is_refused(report, server, identifiers):
    server.say("/Patient/p1", PATIENT | {"identifier": identifiers})
    done = run(report(**NOTHING), "--fhir-server", server.base)
    assert done.exit_code == 1
    assert "no birth date says that it is the same person" in done.stderr
    assert server.sent == []


@pytest.mark.parametrize(
    "identifier",
    [
        pytest.param({"value": "PID-1"}, id="plain"),
        pytest.param(
            {"type": {"coding": [{"code": "MR"}]}, "value": "PID-1"}, id="record"
        ),
        pytest.param({"type": {"text": "MRN"}, "value": "PID-1"}, id="in-words"),
        pytest.param({"period": {"end": "2999"}, "value": "PID-1"}, id="in-use"),
    ],
)
def test_the_record_number_says_whose_a_report_is(report, server, identifier):
    server.say("/Patient/p1", PATIENT | {"identifier": [identifier]})
    done = run(report(**NOTHING), "--fhir-server", server.base)
    assert done.exit_code == 0
    assert "note:" not in done.stderr


def test_that_nothing_was_compared_is_said(report, server):
    done = run(report(PatientID="", **NOTHING), "--fhir-server", server.base)
    assert done.exit_code == 0
    assert "is said by --patient alone" in done.stderr


@pytest.mark.parametrize(
    ("born", "is_other"), [("1950", False), ("1950-01", False), ("1933", True)]
)
def test_a_birth_date_is_compared_as_far_as_it_goes(report, server, born, is_other):
    number = {"identifier": [{"value": "PID-1"}]}
    server.say("/Patient/p1", PATIENT | number | {"birthDate": born})
    done = run(report(), "--fhir-server", server.base)
    assert ("the birth dates differ" in done.stderr) == is_other
    assert bool(server.sent) != is_other
