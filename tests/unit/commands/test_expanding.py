"""`mappings expand`: from a made-up release or a terminology server to codes that the service reads."""

import json
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import DataFileError
from cds_service.fhir.mapping.terminology import Terminology
from tests.builders import MAPPINGS, condition, findings_of
from tests.stub_server import StubServer, send

SCT = "http://snomed.info/sct"
Handler = BaseHTTPRequestHandler
DIABETES, IS_A, DUE_TO = "73211009", "116680003", "42752001"
# Made up, with sound check digits.
CHILD, GRANDCHILD, NO_MORE, CONSEQUENCE, ELSEWHERE = (
    *("9900000107", "9900000202", "9900000304", "9900000406", "9900000508"),
)
FILE = "sct2_Relationship_Snapshot_XX1000_20260301.txt"
COLUMNS = (
    *("id", "effectiveTime", "active", "moduleId", "sourceId", "destinationId"),
    *("relationshipGroup", "typeId", "characteristicTypeId", "modifierId"),
)
ROWS = (
    (CHILD, DIABETES, "1", IS_A),
    (GRANDCHILD, CHILD, "1", IS_A),
    (NO_MORE, DIABETES, "0", IS_A),
    (CONSEQUENCE, DIABETES, "1", DUE_TO),
)


class Answering(StubServer):
    """A server that answers as it is told."""

    def __init__(self, answer: Callable[[Handler], None]) -> None:
        self.answer = answer
        super().__init__()

    def respond(self, handler: Handler) -> None:
        self.answer(handler)


def relationships() -> str:
    """A snapshot of relationships as a release holds it."""
    lines = ["\t".join(COLUMNS)]
    for number, (source, destination, active, kind) in enumerate(ROWS):
        cells = (
            str(number),
            "20260301",
            active,
            "1",
            source,
            destination,
            "0",
            kind,
            "2",
            "3",
        )
        lines.append("\t".join(cells))
    return "\r\n".join((*lines, ""))


def expand(*arguments: str, succeeds: bool = True) -> str:
    result = CliRunner().invoke(main, ["mappings", "expand", *arguments])
    assert (result.exit_code == 0) is succeeds, result.output
    return result.output


@pytest.fixture
def release(tmp_path: Path) -> Path:
    folder = tmp_path / "release" / "Snapshot" / "Terminology"
    folder.mkdir(parents=True)
    (folder / FILE).write_bytes(relationships().encode())
    return tmp_path / "release"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "mappings" / "expanded"


def expanded(out: Path) -> Terminology:
    return Terminology(MAPPINGS, out.parent)


def test_the_file_says_edition_and_date_and_holds_one_code_a_line(release, out):
    expand("--release", str(release), "--out", str(out))
    first, *codes = (out / "diabetes.txt").read_text(encoding="utf-8").splitlines()
    assert first == f"# {SCT} edition XX1000 date 2026-03-01 is-a {DIABETES}"
    assert codes == sorted([DIABETES, CHILD, GRANDCHILD])


def test_a_package_reads_as_its_folder_does(release, out, tmp_path):
    package = tmp_path / "release.zip"
    with zipfile.ZipFile(package, "w") as file:
        file.writestr(f"Release/Snapshot/Terminology/{FILE}", relationships())
    expand("--release", str(package), "--out", str(out))
    whole = (out / "diabetes.txt").read_bytes()
    expand("--release", str(release), "--out", str(out))
    assert (out / "diabetes.txt").read_bytes() == whole


@pytest.mark.parametrize(
    ("code", "is_diabetes"),
    [
        pytest.param(DIABETES, True, id="the root"),
        pytest.param(CHILD, True, id="a child"),
        pytest.param(GRANDCHILD, True, id="a child of a child"),
        pytest.param(NO_MORE, False, id="no child any more"),
        pytest.param(CONSEQUENCE, False, id="a consequence, by another relationship"),
        pytest.param(ELSEWHERE, False, id="elsewhere"),
    ],
)
def test_what_is_below_a_root_belongs_to_the_concept(release, out, code, is_diabetes):
    expand("--release", str(release), "--out", str(out))
    found = findings_of(condition(code, SCT), condition("I10"), mapped=expanded(out))
    assert found.is_true("diabetes") is is_diabetes


def test_nothing_more_is_asked_of_a_server_by_code(release, out):
    expand("--release", str(release), "--out", str(out))
    assert expanded(out).codes("diabetes") == Terminology(MAPPINGS).codes("diabetes")


def test_an_expansion_of_another_filter_is_older_than_it(release, out):
    expand("--release", str(release), "--out", str(out))
    assert expanded(out).outdated_expansions() == ()
    file = out / "diabetes.txt"
    file.write_text(
        file.read_text(encoding="utf-8").replace(f"is-a {DIABETES}", f"is-a {CHILD}"),
        encoding="utf-8",
    )
    (said,) = expanded(out).outdated_expansions()
    assert said.startswith("expanded/diabetes.txt: older than its filter")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param(f"{DIABETES}\n", id="no first line"),
        pytest.param(
            f"# {SCT} edition X date 2026-03-01 is-a {DIABETES}\n", id="no code"
        ),
        pytest.param(
            f"# {SCT} edition X date 2026-03-01 is-a {DIABETES}\n{DIABETES}\n{CHILD[:-1]}\n",
            id="no sound code",
        ),
        pytest.param(
            f"# {SCT} edition X date 2026-03-01 is-a {DIABETES}\n{CHILD}\n{DIABETES}\n",
            id="not sorted",
        ),
    ],
)
def test_a_file_that_the_command_did_not_write_stops_the_start(out, content):
    out.mkdir(parents=True)
    (out / "diabetes.txt").write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"diabetes\.txt"):
        expanded(out)


def test_a_folder_without_a_release_is_said(tmp_path, out):
    assert "Relationship_Snapshot" in expand(
        "--release", str(tmp_path), "--out", str(out), succeeds=False
    )


def test_a_release_of_one_endless_field_is_said(tmp_path, out):
    package = tmp_path / "release.zip"
    with zipfile.ZipFile(package, "w") as files:
        files.writestr(
            "Snapshot/Terminology/sct2_Relationship_Snapshot_INT_20240101.txt",
            "a" * 200_000,
        )
    assert "cannot be read as a release of SNOMED CT" in expand(
        "--release", str(package), "--out", str(out), succeeds=False
    )


BELOW = {DIABETES: [DIABETES, CHILD, GRANDCHILD]}


def paged(most, *, total=None, codes=None, pages=True, nested=False, **said):
    """A terminology server that gives at most so many codes at once, whatever is asked.

    Args:
        pages: it knows `offset`.
        nested: codes are put below the first one.
        said: of each expansion, and `system` of each code.
    """
    system = said.pop("system", SCT)

    def answer(handler: Handler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        root = asked["url"][0].rpartition("/")[2]
        first = int(asked["offset"][0]) if pages else 0
        found = codes or BELOW.get(root, [root])
        expansion = {
            "timestamp": "2026-11-20T09:00:00Z",
            "total": len(found) if total is None else total,
            "parameter": [
                {"name": "version", "valueUri": f"{SCT}|{SCT}/1/version/20260301"}
            ],
            "contains": [
                {"system": system, "code": one} for one in found[first : first + most]
            ],
            **said,
        }
        if nested:
            top, *below = expansion["contains"]
            expansion["contains"] = [{**top, "contains": below}]
        send(
            handler,
            200,
            json.dumps({"resourceType": "ValueSet", "expansion": expansion}).encode(),
        )

    return Answering(answer)


@pytest.mark.parametrize("most", [1, 2, 1000])
def test_a_terminology_server_is_asked_page_by_page(out, most):
    """Also one that gives fewer codes at once than were asked for."""
    with paged(most) as server:
        expand("--tx", f"{server.origin}/fhir", "--out", str(out))
    first, *codes = (out / "diabetes.txt").read_text(encoding="utf-8").splitlines()
    assert (
        first
        == f"# {SCT} edition {SCT}/1/version/20260301 date 2026-11-20 is-a {DIABETES}"
    )
    assert codes == sorted([DIABETES, CHILD, GRANDCHILD])


@pytest.mark.parametrize(
    ("server", "said"),
    [
        pytest.param({"total": 800}, "of 800 codes", id="fewer-than-it-says"),
        pytest.param({"total": "abc"}, "does not say how many", id="no-number"),
        pytest.param({"total": -1}, "does not say how many", id="less-than-none"),
        pytest.param(
            {"codes": ["123\n999999"]}, "no codes of SNOMED CT", id="two-lines"
        ),
        pytest.param(
            {"system": "http://loinc.org"}, "no codes of SNOMED CT", id="other-system"
        ),
        pytest.param({"timestamp": "not a day at all"}, "date", id="no-day"),
    ],
)
def test_what_is_not_the_whole_expansion_is_refused(out, server, said):
    with paged(1000, **server) as answering:
        printed = expand(
            "--tx", f"{answering.origin}/fhir", "--out", str(out), succeeds=False
        )
    assert said in printed


def test_a_server_that_gives_its_first_codes_again_is_refused(out):
    """Counted twice, the first page would look like the whole."""
    below = [DIABETES, CHILD, GRANDCHILD, NO_MORE]
    with paged(2, codes=below, pages=False) as server:
        address = f"{server.origin}/fhir"
        printed = expand("--tx", address, "--out", str(out), succeeds=False)
    assert "gives 2 of 4 codes" in printed
    assert not list(out.glob("*.txt"))


def failing_after(most):
    """A terminology server that answers so many times, and then no more."""
    whole, asked = paged(1000).answer, []

    def answer(handler: Handler) -> None:
        asked.append(handler.path)
        if len(asked) > most:
            send(handler, 500, b"{}")
        else:
            whole(handler)

    return Answering(answer)


def test_a_server_that_fails_half_way_leaves_the_folder_as_it_was(release, out):
    """Value sets of two editions would stand there, and nothing say so."""
    expand("--release", str(release), "--out", str(out))
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    with failing_after(3) as server:
        address = f"{server.origin}/fhir"
        expand("--tx", address, "--out", str(out), succeeds=False)
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_a_full_disk_leaves_the_folder_as_it_was(release, out):
    """A file that is cut would be read as a whole value set."""
    expand("--release", str(release), "--out", str(out))
    before = {file.name: file.read_bytes() for file in out.iterdir()}
    later = release / "Snapshot" / "Terminology" / FILE.replace("0301", "0901")
    (later.parent / FILE).rename(later)
    command = f"{shlex.quote(sys.executable)} -m cds_service.cli mappings expand"
    asked = f"--release {shlex.quote(str(release))} --out {shlex.quote(str(out))}"
    run = ["bash", "-c", f"ulimit -f 0; {command} {asked}"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"{out}: cannot be written" in done.stderr
    assert {file.name: file.read_bytes() for file in out.iterdir()} == before


def test_the_package_of_an_extension_alone_is_refused(release, out):
    """Each value set would be its first concept and nothing below it."""
    file = release / "Snapshot" / "Terminology" / FILE
    alone = relationships().replace(DIABETES, ELSEWHERE)
    file.write_bytes(alone.encode())
    said = expand("--release", str(release), "--out", str(out), succeeds=False)
    assert "nothing was written" in said
    assert not out.exists()


def test_codes_below_other_codes_are_codes(out):
    with paged(1000, nested=True) as server:
        expand("--tx", f"{server.origin}/fhir", "--out", str(out))
    _, *codes = (out / "diabetes.txt").read_text(encoding="utf-8").splitlines()
    assert codes == sorted([DIABETES, CHILD, GRANDCHILD])


def test_a_token_is_not_sent_over_plain_http(out, tmp_path):
    (tmp_path / "token").write_text("secret-1")
    asked = ("--tx", "http://tx.example.org/fhir", "--out", str(out))
    token = ("--token-file", str(tmp_path / "token"))
    printed = expand(*asked, *token, succeeds=False)
    assert "a token is not sent over plain http" in printed
    assert "secret-1" not in printed


def test_a_server_that_does_not_expand_is_said(out):
    with Answering(lambda handler: send(handler, 404, b"{}")) as server:
        assert "HTTP 404" in expand(
            "--tx", f"{server.origin}/fhir", "--out", str(out), succeeds=False
        )
