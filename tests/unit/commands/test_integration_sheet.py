"""The integration sheet says what is configured, and nothing breaks out of its tables."""

import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.commands.connecting.integration_sheet import as_html, integration_sheet
from cds_service.loading import load_service
from cds_service.samples import SITE_FOLDER
from cds_service.settings import Settings
from cds_service.site.folder import load_site
from tests.client_tokens import client_of, site_folder
from tests.tables import cases

ROOT = Path(__file__).resolve().parents[3]
DAY = date(2026, 11, 20)


@pytest.fixture
def site(tmp_path):
    client = client_of(
        'audiences = ["urn:cds"]',
        'fhir-servers = ["https://ehr.example.org/fhir/r4"]',
        "deadline-seconds = 1.5",
        'client-id = "cds-client"',
        '[clients.capabilities]\nactions = ["create"]\norderables = "mapped-only"',
        keys='jwks-url = "https://ehr.example.org/jwks.json"',
    )
    return site_folder(
        tmp_path, client, more='[service]\nmode = "silent"\ndiscovery = "closed"\n'
    )


def sheet(folder=None, **settings) -> str:
    return integration_sheet(
        Settings(**settings), load_site(folder) if folder else None, DAY
    )


def test_it_holds_what_the_site_says(site):
    text = sheet(
        site,
        public_url="https://cds.hospital.example",
        retention_days=3000,
        prefetch="none",
    )
    assert [
        words for words in cases(__file__, "what_the_site_says") if words not in text
    ] == []
    assert "Not set" not in text


def test_it_holds_every_prefetch_key_type_topic_and_override_code_in_force():
    hook = load_service().hooks["kyphoplasty-order-sign"]
    text = sheet()
    for key in hook.discovery["prefetch"]:
        assert f"| `{key}` |" in text
    for template in hook.plan.templates:
        assert f"`{template.resource_type}.read`" in text
    for topic, reasons in hook.texts.reasons.items():
        row = next(
            line for line in text.splitlines() if line.startswith(f"| `{topic}`")
        )
        assert re.findall(r"`(\w+)` \(", row) == [one.code for one in reasons]
    assert "**Not set: `KYPHOPLASTY_CDS_PUBLIC_URL`" in text


def test_the_sheet_of_one_client_names_that_client_and_what_its_own_folder_says(
    tmp_path,
):
    other = 'name = "other"'
    folder = site_folder(
        tmp_path, client_of(), client_of(other, issuer="https://other.example.org")
    )
    (folder / "keys.json").write_text("{}")
    own = folder / "clients/other"
    own.mkdir(parents=True)
    (own / "site.toml").write_text("[policy]\nbrace-only-days = 30\n")
    ask = ["integration-sheet", "--site", str(folder)]
    one = (
        CliRunner().invoke(main, [*ask, "--client", "https://other.example.org"]).stdout
    )
    assert "within 30 days" in one
    assert re.findall(r"^### (.*)$", one, re.MULTILINE) == ["https://other.example.org"]
    every = CliRunner().invoke(main, ask).stdout
    assert "within 90 days" in every
    assert len(re.findall(r"^### ", every, re.MULTILINE)) == 2
    assert (
        CliRunner()
        .invoke(main, [*ask, "--client", "https://nobody.example.org"])
        .exit_code
        == 2
    )


def test_what_it_says_of_the_proxy_is_so():
    (rate,) = re.findall(
        r"zone=calls:10m rate=(\d+)r/s", (ROOT / "deploy/nginx/nginx.conf").read_text()
    )
    assert f"{rate} calls a second from one address" in sheet()


def test_every_row_has_the_cells_of_its_table_and_no_name_is_markup(tmp_path):
    folder = site_folder(
        tmp_path, client_of('audiences = ["a|b"]'), more="allowed-origins = []"
    )
    file = folder / "site.toml"
    file.write_text(
        file.read_text().replace(
            "Example Hospital", "A | <script>alert(1)</script> Hospital"
        )
    )
    (folder / "keys.json").write_text("{}")
    text = sheet(folder)
    page = as_html(text, "Integration sheet")
    assert "<script" not in page
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        counts = [
            len(re.findall(r"<t[hd]", row))
            for row in re.findall(r"<tr>.*?</tr>", table, re.DOTALL)
        ]
        assert len(set(counts)) == 1, table
    assert len(re.findall("<table>", page)) == len(
        re.findall(r"^\|---", text, re.MULTILINE)
    )


def test_the_command_prints_or_writes_it(tmp_path):
    printed = CliRunner().invoke(
        main, ["integration-sheet", "--site", str(SITE_FOLDER)]
    )
    assert (printed.exit_code, printed.stdout.splitlines()[0]) == (
        0,
        "# Integration sheet: Sample Hospital",
    )
    out = tmp_path / "sheet.html"
    done = CliRunner().invoke(
        main, ["integration-sheet", "--format", "html", "--out", str(out)]
    )
    assert (done.exit_code, out.read_text().startswith("<!doctype html>")) == (0, True)
