"""Which answers showed a figure of a model: a recall, by page, command and export."""

import csv
import io

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from tests.chart_builders import open_service, problem, thin_and_weak
from tests.review_desk import words

POOLED = "pooled-2026"
STUDY = "sarcopenia-pvm-2022"


def high_energy():
    """A fracture for which no figure is given."""
    return [*thin_and_weak(), problem("V43.52XA", days=3)]


def pooled():
    return open_service().pooled.study


@pytest.fixture
def shown(desk):
    """An answer with a figure, and one without."""
    with_figure = desk.sign(patient="pat-with")
    desk.later(minutes=1)
    without = desk.sign(*high_energy(), patient="pat-without", number=2)
    said = desk.content(with_figure)["shownFigures"]
    assert POOLED in [one["model"] for one in said]
    assert desk.content(without)["shownFigures"] == []
    return desk


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param(f"model={POOLED}", True, id="model"),
        pytest.param(f"model={POOLED}&version={{version}}", True, id="version"),
        pytest.param(f"model={POOLED}&version=0.0.9", False, id="other-version"),
        pytest.param("digest={digest}", True, id="digest"),
        pytest.param(
            f"model={POOLED}&version={{version}}&digest={{digest}}", True, id="all"
        ),
        pytest.param(f"model={POOLED}&digest={'0' * 64}", False, id="other-digest"),
        pytest.param("model=pooled", False, id="a-part-of-the-name"),
        pytest.param("model=nvcf-nomogram-2024", False, id="computed-and-not-shown"),
    ],
)
def test_a_model_is_recalled_by_what_cards_said(shown, query, found):
    study = pooled()
    address = query.format(version=study.version, digest=study.digest)
    page = words(shown.reviewer().get(f"/audit?{address}"))
    assert ("pat-with" in page) is found
    assert "pat-without" not in page


def test_the_same_by_command(shown, monkeypatch):
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", shown.url)
    study = pooled()
    asked = [
        "--model",
        POOLED,
        "--model-version",
        study.version,
        "--digest",
        study.digest,
    ]
    listed = CliRunner().invoke(main, ["audit", "list", *asked])
    assert listed.exit_code == 0, listed.output
    assert "pat-with" in listed.stdout
    assert "pat-without" not in listed.stdout
    exported = CliRunner().invoke(main, ["audit", "export", "--format", "csv", *asked])
    (row,) = rows_of(exported.stdout)
    assert row["patient"] == "pat-with"
    alone = CliRunner().invoke(main, ["audit", "list", "--model-version", "1.0.0"])
    assert alone.exit_code == 2


def rows_of(text):
    rows = list(csv.DictReader(io.StringIO(text)))
    return [row for row in rows if row["kind"] == "answer"]


def test_an_export_tells_what_was_shown_from_what_was_computed(shown):
    exported = shown.reviewer().post("/audit/export", format="csv").text
    with_figure, without = sorted(rows_of(exported), key=lambda row: row["at"])
    study = pooled()
    assert with_figure["shown"] == "1"
    assert with_figure["value-on-card"].startswith(
        ("about 1 in", "at least", "the usual")
    )
    assert POOLED in with_figure["model"]
    assert study.version in with_figure["model-version"]
    assert study.digest in with_figure["digest"]
    assert (without["shown"], without["value-on-card"], without["model"]) == (
        "0",
        "",
        "",
    )


# --- filters


@pytest.mark.parametrize(
    ("query", "said"),
    [
        pytest.param(
            "modell=pooled-2026", "modell is no field of this filter", id="unknown"
        ),
        pytest.param(
            "modell=", "modell is no field of this filter", id="unknown-and-empty"
        ),
        pytest.param("kind=answer&kind=refusal", "is given twice", id="twice"),
        pytest.param("version=1.0.0", "needs a model", id="version-alone"),
        pytest.param("digest=abc", "64 hexadecimal digits", id="no-digest"),
        pytest.param(
            "patient=**", "a part of one between asterisks", id="nothing-of-an-id"
        ),
    ],
)
def test_what_is_no_filter_is_refused(shown, query, said):
    page = shown.reviewer().get(f"/audit?{query}", 400)
    assert said in words(page)
    assert "pat-with" not in page


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("/audit/integrity?day=2026-05-01", id="integrity"),
        pytest.param("/audit/patients/pat-with?since=2026-05-01", id="patient"),
        pytest.param("/audit/figures?unit=a", id="figures"),
        pytest.param("/audit/figures?until=2026-05&until=2026-06", id="twice"),
        pytest.param("/audit/figures.csv?model=pooled-2026", id="csv"),
    ],
)
def test_a_page_refuses_a_field_that_it_does_not_read(shown, address):
    page = words(shown.reviewer().get(address, 400))
    assert "is no field of this page" in page or "is given twice" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        pytest.param("*with", {"pat-with"}, id="end"),
        pytest.param("pat-w*", {"pat-with", "pat-without"}, id="beginning"),
        pytest.param("*t-without*", {"pat-without"}, id="middle"),
        pytest.param("pat-with", {"pat-with"}, id="exact"),
    ],
)
def test_a_patient_is_found_by_a_part_of_the_id(shown, asked, found):
    page = words(shown.reviewer().get(f"/audit?patient={asked}"))
    listed = page.partition("Said about it")[2].split()
    assert {one for one in ("pat-with", "pat-without") if one in listed} == found
