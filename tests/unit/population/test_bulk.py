"""A Bulk Data export: files by type, whose each line is, patients together, bad lines by file and number."""

import gzip
import json
from pathlib import Path

import pytest

from cds_service.errors import CdsError
from cds_service.fhir.references import bases_of
from cds_service.population import bulk
from cds_service.population.bulk import (
    LineError,
    by_patient,
    chunks_of,
    export_files,
    head_of,
    lines_in,
    read_line,
    shared_names,
)

TYPES = frozenset({"Patient", "Observation", "MedicationRequest"})
OURS = bases_of(["https://ehr.example.org/fhir"])


def line(kind: str, own_id: str, **members: object) -> bytes:
    return json.dumps({"resourceType": kind, "id": own_id, **members}).encode()


def of(reference: str) -> dict[str, str]:
    return {"reference": reference}


@pytest.mark.parametrize(
    ("reference", "patient"),
    [
        ("Patient/a", "a"),
        ("Patient/a/_history/3", "a"),
        ("urn:uuid:0c1e", "0c1e"),
        ("https://ehr.example.org/fhir/Patient/a", "a"),
        ("https://other.example.org/fhir/Patient/a", ""),
        ("Patient?identifier=x|1", ""),
        ("Group/a", ""),
        ("Patient/a/b", ""),
    ],
)
def test_the_patient_is_named_plainly_or_not_at_all(
    reference: str, patient: str
) -> None:
    named = read_line(line("Observation", "1", subject=of(reference)))
    assert head_of(named, OURS) == ("Observation", patient, "")
    if "://" in reference:
        # without a base nobody knows whose it is
        assert head_of(named) == ("Observation", "", "")


def test_an_odd_shape_is_read_and_names_nobody() -> None:
    odd = b'{"resourceType": "Observation", "subject": "Patient/a", "id": 7}'
    assert head_of(read_line(odd)) == ("Observation", "", "")


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"[]",
        b'{"id": "1"}',
        b'{"resourceType": ""}',
        b"\xff",
        b'{"resourceType": 1}',
    ],
)
def test_what_is_no_resource_is_refused(bad: bytes) -> None:
    with pytest.raises(LineError):
        read_line(bad)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b'"Medication\\/12"', id="slash-as-php-writes-it"),
        pytest.param(b'"Medication\\u002f12"', id="slash-by-its-number"),
        pytest.param(b'"Medication\\u002F12\\u002f_history/2"', id="its-version"),
        pytest.param(b'"\\u004dedication/12"', id="letter-by-its-number"),
        pytest.param(
            '"https:\\/\\/ehr.example.org\\/é\\/Medication\\/12"'.encode(),
            id="absolute",
        ),
    ],
)
def test_a_name_is_found_however_json_writes_it(written: bytes) -> None:
    text = b'{"resourceType": "MedicationRequest", "medicationReference":'
    text += b'{"reference": %b}}' % written
    assert shared_names(text) == ["Medication/12"]


def test_files_are_those_of_the_types(tmp_path: Path) -> None:
    names = [
        "Patient.ndjson",
        "1.Observation.ndjson",
        "Observation_2.ndjson.gz",
        "Claim.ndjson",
        "all.ndjson",
        "a.txt",
    ]
    for name in names:
        (tmp_path / name).touch()
    found = [file.name for file in export_files([tmp_path], TYPES)]
    assert found == [
        "1.Observation.ndjson",
        "Observation_2.ndjson.gz",
        "Patient.ndjson",
        "all.ndjson",
    ]
    assert export_files([tmp_path / "Claim.ndjson"], TYPES)  # named by the user
    with pytest.raises(CdsError):
        export_files([tmp_path / "none"], TYPES)


@pytest.mark.parametrize("size", [1, 7, 64, 10_000])
def test_chunks_hold_every_line_once(tmp_path: Path, size: int) -> None:
    lines = [b"a\n", b"\n", b"long " * 9 + b"\n", b"b\n", b"no end"]
    (file := tmp_path / "Patient.ndjson").write_bytes(b"".join(lines))
    assert [
        one for chunk in chunks_of([file], size) for one in lines_in(chunk)
    ] == lines


def test_a_line_without_end_is_a_bad_one_and_what_follows_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LONGEST_LINE", 8)
    (file := tmp_path / "Patient.ndjson").write_bytes(
        b"x" * 50 + b"\nb\n" + b"y" * 8 + b"\nc"
    )
    (packed := tmp_path / "Patient.ndjson.gz").write_bytes(
        gzip.compress(file.read_bytes())
    )
    for size in (1, 20, 1000):
        assert [
            one for chunk in chunks_of([file], size) for one in lines_in(chunk)
        ] == [b"{", b"b\n", b"{", b"c"]
    assert list(lines_in(chunks_of([packed])[0])) == [b"{", b"b\n", b"{", b"c"]


def test_a_file_that_unpacks_to_far_too_much_or_not_at_all_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "LONGEST_LINE", 1000)
    file = tmp_path / "Patient.ndjson.gz"
    whole = gzip.compress(line("Patient", "a") * 10)
    damaged = whole[:20] + bytes([whole[20] ^ 255]) + whole[21:]
    for octets in (
        gzip.compress(b"{}\n" * 10_000_000),
        whole[:-9],
        damaged,
        b"no gzip",
    ):
        file.write_bytes(octets)
        with pytest.raises(CdsError, match="unpack"):
            list(lines_in(chunks_of([file])[0]))


def test_patients_come_with_all_their_lines_and_bad_lines_are_named(
    tmp_path: Path,
) -> None:
    drug = line(
        "MedicationRequest",
        "m",
        subject=of("Patient/a"),
        medicationReference=of("Medication/x"),
    )
    assert shared_names(drug) == ["Medication/x"]
    first = [
        line("Observation", "1", subject=of("Patient/b")),
        b"{",
        line("Observation", "2", subject=of("Patient/a")),
    ]
    second = [
        b"",
        line("Patient", "a"),
        drug,
        b"[]",
        line("Medication", "x"),
        line("Medication", "y"),
    ]
    (tmp_path / "1.ndjson").write_bytes(b"\n".join(first))
    with gzip.open(tmp_path / "2.ndjson.gz", "wb") as packed:
        packed.write(b"\r\n".join(second))
    (parts := tmp_path / "parts").mkdir()
    told: list[str] = []
    found = dict(
        by_patient(
            export_files([tmp_path], TYPES),
            parts,
            TYPES,
            lambda bad: told.append(str(bad)),
        )
    )
    assert {
        key: {json.loads(one)["id"] for one in lines} for key, lines in found.items()
    } == {
        "a": {"a", "2", "m", "x"},
        "b": {"1"},
    }
    assert [one.split("/")[-1].split(": ")[0] for one in told] == [
        "1.ndjson:2",
        "2.ndjson.gz:4",
    ]
