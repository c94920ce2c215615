"""`kyphoplasty-cds assess` against FHIR servers on this machine: what it asks, says, prints and ends with."""

import json
import re
import time
from datetime import date

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.commands.assessing import is_kept_back
from cds_service.commands.options import VERTEBRAE
from cds_service.core.data_file import data_root
from cds_service.fhir.gathering.subjects import Person
from cds_service.fhir.mapping.terminology import Terminology
from cds_service.fhir.orders.operations.augmentation import find_augmentation_order
from cds_service.fhir.orders.recognition import read_drafts
from cds_service.loading import load_service
from cds_service.samples import load_samples
from cds_service.samples.fhir_server import start_fhir_server
from cds_service.samples.requests import augmentation_order
from tests.stub_fhir import Reply, StubFhir, fhir, page

TODAY = date(2026, 11, 20)
# a busy machine must not turn into a gap
ROOM = {"KYPHOPLASTY_CDS_DEADLINE_SECONDS": "30"}


@pytest.fixture(scope="module")
def samples():
    resources = (
        resource for sample in load_samples(TODAY) for resource in sample.resources
    )
    with start_fhir_server(resources) as server:
        yield server


@pytest.fixture
def stub():
    server = StubFhir()
    server.say(
        "/metadata", {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"}
    )
    server.say(
        "/Patient/p1",
        {
            "resourceType": "Patient",
            "id": "p1",
            "birthDate": "1950-01-01",
            "gender": "female",
        },
    )
    server.default = Reply(
        json.dumps(page()).encode(), 200, {"Content-Type": "application/fhir+json"}
    )
    yield server
    server.close()


def assess(base: str, *words: str, **environ: str):
    return CliRunner().invoke(
        main, ["assess", "--fhir-server", base, *words], env=ROOM | environ
    )


def test_the_cards_are_printed_for_a_reader(samples):
    result = assess(
        samples.url, "--patient", "p1-thin-high", "--level", "l1", "--as-of", str(TODAY)
    )
    assert result.exit_code == 0
    assert "INFO" in result.stdout  # weak muscle is no reason for a warning: F22
    assert "Weak grip (12 kg)" in result.stdout
    # evidence page: 96.4 % of 34.6 %
    assert "more than 1 in 2 (average 1 in 3)" in result.stdout
    # the pooled model's figure
    assert "at least 1 in 3 fracture another vertebra" in result.stdout
    assert "kyphoplasty-cds sample server" in result.stderr
    assert "FHIR 4.0.1" in result.stderr


def test_a_program_reads_the_response_alone(samples):
    result = assess(
        f"{samples.url}/",
        "--patient",
        "Patient/p2-low",
        "--as-of",
        str(TODAY),
        "--json",
    )
    assert result.exit_code == 0
    cards = json.loads(result.stdout)["cards"]
    assert cards[0]["source"]["topic"]["code"] == "rehabilitation"


def test_a_base_that_lacks_its_path_is_named(samples):
    result = assess(samples.url.removesuffix("/fhir"), "--patient", "p2-low")
    assert result.exit_code == 1
    assert f"say --fhir-server {samples.url}." in result.stderr


def test_a_server_that_cannot_be_reached_is_an_error_in_a_sentence():
    result = assess("http://127.0.0.1:9/fhir", "--patient", "p1")
    assert result.exit_code == 1
    assert (
        result.stderr
        == "error: The server cannot be reached: check the address, and that it runs.\n"
    )


def test_an_old_record_proposes_the_day_of_its_newest_entry(stub):
    seen = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
    }
    stub.default = fhir(
        page(
            {**seen, "effectiveDateTime": "2019-03-04T10:00:00Z"}, {**seen, "id": "o2"}
        )
    )
    old = assess(stub.base, "--patient", "p1")
    assert "--as-of 2019-03-04 reads it as on that day" in old.stderr
    assert (
        "--as-of"
        not in assess(stub.base, "--patient", "p1", "--as-of", "2019-03-04").stderr
    )


@pytest.mark.parametrize(
    ("died", "said"),
    [
        ({"deceasedBoolean": True}, "has died;"),
        ({"deceasedDateTime": "2020-01-02"}, "has died (2020"),
    ],
)
def test_a_patient_who_has_died_is_named_as_the_reason_for_no_card(stub, died, said):
    stub.say("/Patient/p1", {"resourceType": "Patient", "id": "p1", **died})
    assert said in assess(stub.base, "--patient", "p1").stderr


def test_no_audit_log_is_written(samples, tmp_path):
    database = tmp_path / "audit.sqlite3"
    done = assess(
        samples.url,
        "--patient",
        "p2-low",
        KYPHOPLASTY_CDS_DATABASE_URL=f"sqlite:///{database}",
    )
    assert (done.exit_code, database.exists()) == (0, False)


def test_one_patient_is_found_by_name(samples):
    result = assess(samples.url, "--find", "sample p5", "--as-of", str(TODAY))
    assert result.exit_code == 0
    assert "p5-nothing-known" in result.stderr
    assert "Medication list empty: ask about bone drugs" in result.stdout  # F26


def test_several_patients_are_listed_with_their_ids(samples):
    result = assess(samples.url, "--find", "Sample")
    assert result.exit_code == 1
    assert "p1-thin-high  Sample P1, female, born" in result.stderr
    assert "--patient" in result.stderr
    assert result.stdout == ""


def test_a_patient_is_found_by_identifier(stub):
    person = {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"family": "Doe", "given": ["Jane"]}],
    }
    stub.say("/Patient?identifier=MRN|123&_count=20", page(person))
    result = assess(stub.base, "--find", "MRN|123")
    assert result.exit_code == 0
    assert "p1  Jane Doe" in result.stderr


def test_a_search_reads_one_page_of_patients(stub):
    people = [{"resourceType": "Patient", "id": f"x{number}"} for number in range(25)]
    stub.say("/Patient?name=smith&_count=20", page(*people, following="Patient?page=2"))
    result = assess(stub.base, "--find", "smith")
    assert result.exit_code == 1
    assert "the first 20" in result.stderr
    assert "/fhir/Patient?page=2" not in stub.requests


def test_control_characters_of_a_name_do_not_reach_the_terminal(stub):
    person = {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"text": "Eve\x1b[2J\u202e"}],
    }
    stub.say("/Patient?name=eve&_count=20", page(person))
    said = assess(stub.base, "--find", "eve").stderr
    assert "Eve" in said
    assert not re.search("[\x1b\u202e]", said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--find", "nobody"], "no patient of this name"),
        (["--patient", "nobody"], "no patient of this id"),
    ],
)
def test_a_patient_who_is_not_there_is_said_and_ends_with_1(samples, words, said):
    result = assess(samples.url, *words)
    assert result.exit_code == 1
    assert said in result.stderr


@pytest.mark.parametrize(
    ("version", "release"),
    [("5.0.0", "R5"), ("1.0.2", "DSTU2"), ("3.0.2", "STU3"), ("0.0.82", "DSTU1")],
)
def test_another_release_of_fhir_is_refused_in_plain_words(stub, version, release):
    kind = "Conformance" if release.startswith("DSTU") else "CapabilityStatement"
    stub.say("/metadata", {"resourceType": kind, "fhirVersion": version})
    result = assess(stub.base, "--patient", "p1")
    assert result.exit_code == 1
    assert f"FHIR {release} ({version})" in result.stderr
    assert stub.requests == ["/fhir/metadata"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>", 200, {"Content-Type": "text/html"}),
        Reply(b"{}", 401),
        Reply(b"{}"),
    ],
)
def test_an_unreadable_capability_statement_is_a_note(stub, reply):
    stub.say("/metadata", reply)
    result = assess(stub.base, "--patient", "p1")
    assert result.exit_code == 0
    assert "note: its CapabilityStatement could not be read" in result.stderr


def test_a_server_that_hangs_costs_the_deadline_and_no_more(stub):
    stub.default = stub.hold()
    stub.replies.clear()
    load_service()  # is kept, and takes seconds
    started = time.monotonic()
    assert (
        assess(
            stub.base, "--patient", "p1", KYPHOPLASTY_CDS_DEADLINE_SECONDS="2"
        ).exit_code
        == 1
    )
    assert time.monotonic() - started < 12


def test_the_token_goes_along_and_is_never_printed(stub, tmp_path):
    token = tmp_path / "token"
    token.write_text("s3cret-token\n")
    result = assess(stub.base, "--patient", "p1", "--token-file", str(token))
    assert result.exit_code == 0
    assert {headers.get("Authorization") for headers in stub.headers} == {
        "Bearer s3cret-token"
    }
    assert "s3cret" not in result.output


@pytest.mark.parametrize(
    ("token", "base", "is_kept"),
    [
        ("t", "http://fhir.example.org/r4", True),
        ("t", "https://fhir.example.org/r4", False),
        ("t", "http://127.0.0.1/r4", False),
        (None, "http://fhir.example.org/r4", False),
    ],
)
def test_a_token_for_plain_http_is_kept_back(token, base, is_kept):
    assert is_kept_back(token, base) is is_kept


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--patient", "p1", "--find", "x"),
        ("--patient", "no/id"),
        ("--find", "  "),
        ("--patient", "p1", "--level", "S1"),
        ("--patient", "p1", "--procedure", "99213"),
        ("--patient", "p1", "--as-of", "yesterday"),
        ("--patient", "p1", "--token-file", "/nowhere/token"),
    ],
)
def test_wrong_use_ends_with_2_and_asks_no_server(stub, words):
    result = assess(stub.base, *words)
    assert result.exit_code == 2
    assert stub.requests == []


def test_a_server_needs_an_address():
    result = assess("hapi.fhir.org", "--patient", "p1")
    assert result.exit_code == 2
    assert "'--fhir-server': the address" in result.stderr


def test_levels_are_read_as_people_write_them():
    assert VERTEBRAE.convert("l1,t12 L3", None, None) == ("L1", "T12", "L3")


def test_a_token_file_without_a_token_is_refused(stub, tmp_path):
    empty = tmp_path / "token"
    empty.write_text("\n")
    result = assess(stub.base, "--patient", "p1", "--token-file", str(empty))
    assert (result.exit_code, stub.requests) == (2, [])
    assert "bearer" in result.stderr


@pytest.mark.parametrize(
    ("procedure", "levels", "kind", "code"),
    [
        (None, ["L1"], "PKP", "22514"),
        (None, ["T12", "L1"], "PKP", "22513"),
        (None, [], "PKP", "kyphoplasty"),
        ("22511", ["L1"], "PVP", "22511"),
        ("http://www.ama-assn.org/go/cpt|22510", ["T8"], "PVP", "22510"),
    ],
)
def test_the_order_reads_as_it_was_asked_for(procedure, levels, kind, code):
    order = augmentation_order("p1", procedure, levels, TODAY)
    terminology = Terminology(data_root("mappings"))
    drafts = read_drafts({"entry": [{"resource": order}]}, Person("p1"), terminology)
    found = find_augmentation_order(drafts, terminology)
    assert found is not None
    assert (found.procedure, list(found.levels.names)) == (kind, levels)
    assert order["code"]["coding"][0]["code"] == code
