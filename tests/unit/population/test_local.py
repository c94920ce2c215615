"""`score` on one machine: every bad line named, a killed run goes on, the same bytes however it is cut up."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cds_service.cli import main
from cds_service.population import bulk, local
from cds_service.population.job import Job
from cds_service.population.scoring import NO_PROCEDURE
from cds_service.population.scoring import score as plain_score
from tests.chart_builders import (
    TODAY,
    kyphoplasty,
    measured,
    open_service,
    patient,
    quiet_lists,
)
from tests.population_builders import done, whose, write_export

COUNT = 12


@pytest.fixture
def export(tmp_path: Path) -> Path:
    record = (patient(), *quiet_lists(), measured("bmd-t-score", -3.0), kyphoplasty())
    everything = [raw for number in range(COUNT) for raw in whose(f"p{number}", record)]
    return write_export(tmp_path / "export", everything)


def score(*words: Any) -> Result:
    return CliRunner().invoke(
        main, ["score", *map(str, words), "--as-of", TODAY.isoformat()]
    )


def test_each_patient_is_one_line_in_the_order_of_ids(export: Path) -> None:
    result = score(export)
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["patient"] for one in lines] == sorted(
        f"p{number}" for number in range(COUNT)
    )
    assert {outcome["outcome"] for outcome in lines[0]["assessments"]} == {
        "refracture",
        "residual-pain",
    }
    assert result.stderr == f"{COUNT} patients, {COUNT} assessed\n"


def test_bad_lines_are_named_and_the_run_goes_on(export: Path) -> None:
    whole = score(export).stdout
    file = export / "Observation.ndjson"
    good = file.read_bytes().splitlines(keepends=True)
    none_of_ours = (
        b'{"resourceType": "Observation", "code": {"coding": [{"code": "2160-0"}]},'
        b' "value": }\n'
    )
    bad = [b"not json\n", good[3][:-40] + b"\n", none_of_ours]
    file.write_bytes(
        b"".join([bad[0], *good[:3], b"\n", *bad[1:], *good[3:], b"\xff\xfe"])
    )
    result = score(export)
    assert result.exit_code == 0
    assert result.stdout == whole
    named = [line.split(": ")[0] for line in result.stderr.splitlines()[:-1]]
    assert named == [f"{file}:{number}" for number in (1, 6, 7, COUNT + 5)]
    assert result.stderr.endswith(f"{COUNT} assessed, 4 bad lines\n")


ESCAPED = (b'"Procedure"', b'"\\u0050rocedure"')


@pytest.mark.parametrize(
    "written",
    [
        pytest.param([done(20)], id="done"),
        pytest.param([{**kyphoplasty(), "status": "active"}], id="ordered"),
        pytest.param(
            [done(20, code={"text": "Balloon kyphoplasty L1"})], id="in-words"
        ),
        pytest.param(
            [
                done(20, meta={"versionId": "2"}, status="entered-in-error"),
                done(20, meta={"versionId": "1"}),
            ],
            id="withdrawn",
        ),
        pytest.param([done(-20)], id="tomorrow"),
        pytest.param([done(20, status="not-done")], id="not-done"),
        pytest.param([], id="none"),
    ],
)
@pytest.mark.parametrize("change", [(b"", b""), ESCAPED], ids=["plain", "escaped"])
def test_who_was_treated_is_found_and_nobody_else_is_assessed(
    tmp_path: Path, written: Any, change: tuple[bytes, bytes]
) -> None:
    """A line of the whole run is what the patient's own lines give."""
    record = [patient(), *quiet_lists(), measured("bmd-t-score", -3.0)]
    other = whose("other", [*record, done(30, code={"text": "Cholecystectomy"})])
    export = write_export(
        tmp_path / "export", [*whose("p", [*record, *written]), *other]
    )
    for file in export.iterdir():
        file.write_bytes(file.read_bytes().replace(*change))
    lines = [json.loads(one) for one in score(export).stdout.splitlines()]
    own = [json.dumps(raw).encode() for raw in whose("p", [*record, *written])]
    kinds = [file.stem for file in export.iterdir()]
    run = Job(files=(), as_of=TODAY).run(kinds, open_service())
    alone = plain_score("p", own, run)
    assert [one["patient"] for one in lines] == ["other", "p"]
    assert lines[1] == json.loads(alone.line)
    assert lines[0]["assessments"][0]["concerns"] == [NO_PROCEDURE]


def test_of_others_only_that_they_are_there_is_kept(tmp_path: Path) -> None:
    """Broken lines are named all the same."""
    lines = [raw for one in "ab" for raw in whose(one, [patient(), done(9)])]
    file = write_export(tmp_path / "export", lines) / "Patient.ndjson"
    deep = b'{"resourceType": "Patient", "id": "b", "x": ' + b"[" * 65 + b"]" * 65
    file.write_bytes(file.read_bytes() + b"{\n" + deep + b"}\n")
    choice = bulk.LineChoice(buckets=1, types={"Patient"}, treated={"a"})
    (chunk,) = bulk.chunks_of([file])
    report = bulk.write_part(chunk, tmp_path / "part", choice)
    kept = bulk.read_bucket({tmp_path / "part": report}, 0)
    assert {one: len(lines) for one, lines in kept.items()} == {"a": 1, "b": 0}
    assert report.bad == [
        (3, "the JSON is cut off: the text ends before it does"),
        (4, "the JSON is nested too deep"),
    ]


def test_pieces_of_any_size_give_the_same_bytes(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = score(export).stdout
    chunks_of = bulk.chunks_of
    monkeypatch.setattr(bulk, "chunks_of", lambda files: chunks_of(files, 700))
    monkeypatch.setattr(bulk, "bucket_count", lambda _files: 5)
    assert score(export, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out").read_text(encoding="utf-8") == whole


def test_a_killed_run_goes_on_where_it_stopped(
    export: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, out = score(export).stdout, tmp_path / "out"
    done: list[str] = []

    def interrupted(patient_id: str, lines: list[bytes], run: Any) -> Any:
        if len(done) == COUNT // 2:
            raise KeyboardInterrupt
        done.append(patient_id)
        return plain(patient_id, lines, run)

    plain = local.score
    monkeypatch.setattr(local, "score", interrupted)
    assert score(export, "--out", out).exit_code != 0
    assert not out.exists()
    again: list[str] = []
    monkeypatch.setattr(
        local, "score", lambda one, *rest: again.append(one) or plain(one, *rest)
    )
    monkeypatch.setattr(
        bulk, "write_part", lambda *_: pytest.fail("the parts were written before")
    )
    assert score(export, "--out", out).exit_code == 0
    assert out.read_text(encoding="utf-8") == whole
    assert 0 < len(again) < COUNT  # whole shares only are kept
    assert {*done, *again} == {f"p{number}" for number in range(COUNT)}
    assert not list(tmp_path.glob("out.*"))


def test_what_comes_out_is_for_its_owner_and_nobodys_folder_is_emptied(
    export: Path, tmp_path: Path
) -> None:
    out, worklist, own = (
        tmp_path / "out",
        tmp_path / "list.csv",
        tmp_path / "out.work" / "mine.txt",
    )
    own.parent.mkdir()
    own.write_text("mine", encoding="utf-8")
    assert score(export, "--out", out).exit_code == 2
    assert own.read_text(encoding="utf-8") == "mine"
    own.unlink()
    assert score(export, "--out", out, "--worklist", worklist).exit_code == 0
    assert [stat.S_IMODE(one.stat().st_mode) for one in (out, worklist)] == [
        0o600,
        0o600,
    ]


def test_what_another_run_left_is_not_used(export: Path, tmp_path: Path) -> None:
    left = tmp_path / "out.work"
    left.mkdir()
    (left / "run").write_text("another", encoding="utf-8")
    (left / "00000.scored").write_text("x\ty\t[]\n", encoding="utf-8")
    assert score(export, "--out", tmp_path / "out").exit_code == 0
    assert "x" not in {
        json.loads(line)["patient"]
        for line in (tmp_path / "out").read_text().splitlines()
    }


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], 2),
        (["/nowhere"], 2),
        (["EXPORT", "--procedure", "27447"], 2),
        (["EXPORT", "--level", "C3"], 2),
        (["EMPTY"], 1),
    ],
)
def test_wrong_use_is_told_apart_from_nothing_to_read(
    export: Path, tmp_path: Path, words: Any, code: int
) -> None:
    (tmp_path / "empty").mkdir()
    paths = {"EXPORT": export, "EMPTY": tmp_path / "empty"}
    assert score(*(paths.get(word, word) for word in words)).exit_code == code


def test_the_address_of_the_export_asks_for_our_types_and_codes() -> None:
    result = score("--export-url", "https://ehr.example.org/fhir/Group/12")
    assert result.stdout.startswith(
        "https://ehr.example.org/fhir/Group/12/$export?_type=Patient%2CObservation"
    )
    assert "38267-1" in result.stdout
    assert (
        score("--export-url", "https://ehr.example.org/fhir")
        .stdout.split("?")[0]
        .endswith("/fhir/Patient/$export")
    )
