"""`explain`: a recorded request is explained wherever it was recorded."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.loading import load_service
from tests.chart_builders import brace, strong_and_nourished
from tests.chart_builders import kyphoplasty as drafted_kyphoplasty
from tests.chart_builders import order_sign as order_sign_of
from tests.signings import empty_prefetch, kyphoplasty, order_sign

ROOT = Path(__file__).resolve().parents[3]
ELSEWHERE = "https://ehr.example.org/fhir"
TEMPLATES = load_service().hooks["kyphoplasty-order-sign"].discovery["prefetch"]
TOKEN = {
    "access_token": "opaque",
    "token_type": "Bearer",
    "expires_in": 300,
    "scope": "patient/*.read",
    "subject": "x",
}


def explained(tmp_path, *words, **members):
    file = tmp_path / "request.json"
    file.write_text(
        json.dumps(
            order_sign(
                kyphoplasty(), fhirServer=ELSEWHERE, fhirAuthorization=TOKEN, **members
            )
        )
    )
    return CliRunner().invoke(
        main, ["explain", str(file), "--as-of", "2026-11-20", *words]
    )


@pytest.mark.parametrize("left_out", [(), ("conditions", "medications")])
def test_a_request_from_another_server_is_explained_by_what_it_holds(
    tmp_path, left_out
):
    prefetch = {
        key: one
        for key, one in empty_prefetch(TEMPLATES).items()
        if key not in left_out
    }
    done = explained(tmp_path, "--json", prefetch=prefetch)
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["cards"]
    assert sorted(found["record"]["unread"]) == sorted(left_out)
    assert all("--fhir-server" in note for note in found["record"]["unread"].values())


def test_a_request_with_nothing_of_the_record_is_explained_too(tmp_path):
    done = explained(tmp_path)
    assert done.exit_code == 0
    assert "1 order: ServiceRequest/draft-1" in done.stdout
    assert "412" in done.stdout
    assert "--fhir-server" in done.stdout


def test_the_first_step_says_what_the_order_was_recognised_by(tmp_path):
    done = explained(tmp_path, prefetch=empty_prefetch(TEMPLATES))
    first = " ".join(done.stdout.partition("2 record")[0].split())
    assert "ServiceRequest/draft-1 (kyphoplasty" in first
    assert "recognised by http://www.ama-assn.org/go/cpt|22514" in first


def test_lists_that_were_not_read_are_printed_under_their_reason(tmp_path):
    left_out = ("conditions", "medications")
    prefetch = {
        key: one
        for key, one in empty_prefetch(TEMPLATES).items()
        if key not in left_out
    }
    shown = " ".join(explained(tmp_path, prefetch=prefetch).stdout.split())
    assert "could not be read: conditions, medications (" in shown


def test_an_order_that_only_mentions_the_operation_is_explained(tmp_path):
    order = kyphoplasty(code={"text": "Follow-up after kyphoplasty L1"})
    file = tmp_path / "request.json"
    file.write_text(json.dumps(order_sign(order)))
    done = CliRunner().invoke(main, ["explain", str(file), "--as-of", "2026-11-20"])
    assert done.exit_code == 0
    assert "no kyphoplasty or vertebroplasty among the draft orders" in done.stdout


def test_the_pooled_figure_is_printed_above_those_of_the_studies():
    example = ROOT / "docs/examples/order-sign.json"
    done = CliRunner().invoke(main, ["explain", str(example), "--as-of", "2026-11-20"])
    assert done.exit_code == 0
    models = re.findall(r"^([a-z-]+-20\d\d) +(\S+)", done.stdout, re.MULTILINE)
    assert [name for name, _ in models[:2]] == ["pooled-2026", "sarcopenia-pvm-2022"]
    assert 0 < float(models[0][1]) < 1


def test_the_words_of_a_brace_order_that_are_not_plain_are_printed_here_alone(tmp_path):
    file = tmp_path / "request.json"
    noted = brace(note=[{"text": "wear when up, zebra quagga"}])
    file.write_text(
        json.dumps(order_sign_of(strong_and_nourished(), drafted_kyphoplasty(), noted))
    )
    done = CliRunner().invoke(main, ["explain", str(file), "--as-of", "2026-11-20"])
    assert done.exit_code == 0
    said, _, last = done.stdout.rpartition("Not plain in brace orders: ")
    assert last.startswith("zebra, quagga.")
    assert "zebra" not in said


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("TLSO for 12 weeks", "TLSO, 12 weeks in words"),
        ("TLSO until seen in clinic", "TLSO, its end in words: event"),
    ],
)
def test_a_brace_order_is_printed_with_its_times_as_read(tmp_path, title, line):
    file = tmp_path / "request.json"
    titled = brace(codeCodeableConcept={"text": title})
    file.write_text(
        json.dumps(order_sign_of(strong_and_nourished(), drafted_kyphoplasty(), titled))
    )
    done = CliRunner().invoke(main, ["explain", str(file), "--as-of", "2026-11-20"])
    assert done.exit_code == 0
    assert f": {line}" in done.stdout.partition("2 record")[0]


EXAMPLE = ROOT / "docs/examples/order-sign.json"
GERMAN = (ROOT / "hooks/languages/de.toml").read_text(encoding="utf-8")


def in_language(code, *words):
    return CliRunner().invoke(
        main,
        ["explain", str(EXAMPLE), "--as-of", "2026-11-20", "--language", code, *words],
    )


def site_with(tmp_path, name, language):
    """A site with a language file that it has not turned on."""
    settings = '[site]\nname = "Example"\ntime-zone = "Europe/Lisbon"\n'
    (tmp_path / "site.toml").write_text(settings)
    folder = tmp_path / "hooks" / "languages"
    folder.mkdir(parents=True)
    (folder / name).write_text(language, encoding="utf-8")
    return "--site", str(tmp_path)


def test_a_language_is_explained_before_a_site_turns_it_on():
    done = in_language("de")
    assert done.exit_code == 0
    assert "Medikamentenliste leer" in done.stdout
    assert "in English" not in done.stdout


def test_a_language_that_is_being_written_names_the_texts_that_a_card_lacks(tmp_path):
    unfinished = GERMAN.replace('language = "de"', 'language = "nl"')
    for text in ("Already arranged", "with this order", "TLSO"):
        unfinished = re.sub(rf'^"{text}" = .*\n', "", unfinished, flags=re.MULTILINE)
    done = in_language("nl", *site_with(tmp_path, "nl.toml", unfinished))
    assert done.exit_code == 0
    assert "languages/nl.toml lacks 2 of their texts" in done.stdout
    # As lines of the file; "with this order" is on no card of this patient.
    lines = {one for one in done.stdout.splitlines() if one.endswith(' = ""')}
    assert lines == {'"Already arranged" = ""', '"TLSO" = ""'}
    assert "Medikamentenliste leer" in done.stdout


def test_a_language_that_lacks_a_join_names_it(tmp_path):
    unfinished = GERMAN.replace('language = "de"', 'language = "nl"')
    unfinished = unfinished.replace('" " = " "\n', "", 1)
    done = in_language("nl", *site_with(tmp_path, "nl.toml", unfinished))
    assert done.exit_code != 0
    assert "nl.toml: joins: lacks ' '" in done.stderr


def test_an_empty_translation_is_named_as_lacking(tmp_path):
    unfinished = GERMAN.replace('language = "de"', 'language = "nl"')
    pattern = r'^("Refer to rehabilitation") = .*$'
    unfinished = re.sub(pattern, r'\1 = ""', unfinished, flags=re.MULTILINE)
    done = in_language("nl", *site_with(tmp_path, "nl.toml", unfinished))
    assert done.exit_code == 0
    assert '"Refer to rehabilitation" = ""' in done.stdout


def test_a_summary_that_is_too_long_is_named_with_its_limit(tmp_path):
    text = "nach Knochenmedikamenten fragen, dann beginnen oder überprüfen"
    assert text in GERMAN
    longer = GERMAN.replace('language = "de"', 'language = "nl"')
    longer = longer.replace(text, f"{text}, {text}")
    done = in_language("nl", *site_with(tmp_path, "nl.toml", longer))
    assert "longer than 120 characters in nl" in done.stdout


def test_a_language_that_nobody_wrote_is_refused_by_those_there_are():
    done = in_language("tlh")
    assert done.exit_code == 2
    files = (ROOT / "hooks/languages").glob("*.toml")
    there_are = sorted({"en", *(file.stem for file in files)})
    assert f"there are: {', '.join(there_are)}" in done.stderr


CALL = json.dumps(order_sign(kyphoplasty()))
LONG_CALL = json.dumps(order_sign(kyphoplasty(), prefetch={"x": "y" * 20_000}))
PERSON = json.dumps({"resourceType": "Patient", "id": "p1"})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(CALL[:-40], "is cut off", id="cut off"),
        pytest.param(LONG_CALL[:-40], "is cut off", id="a long one cut off"),
        pytest.param(f"{CALL}\n\n{CALL}\n", "one of its lines", id="two calls"),
        pytest.param(f"{LONG_CALL}\n{CALL}", "one of its lines", id="a long one first"),
        pytest.param(f"{PERSON}\n{PERSON}", "`score`", id="an export"),
        pytest.param("hook: order-sign", "the text is not JSON", id="no JSON"),
    ],
)
@pytest.mark.parametrize("command", ["explain", "doctor"])
def test_a_file_that_is_no_one_call_says_what_it_is(tmp_path, command, content, words):
    file = tmp_path / "call.json"
    file.write_text(content)
    done = CliRunner().invoke(main, [command, str(file)])
    assert done.exit_code == (1 if command == "explain" else 2)
    if command == "doctor" and words == "the text is not JSON":
        words = "neither a recorded call"
    assert words in done.output
    assert "p1" not in done.output
