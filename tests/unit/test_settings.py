"""Settings from the environment, and from nowhere else."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import DataFileError
from cds_service.settings import PREFIX, Settings, describe_settings, read_settings


def read(**variables: str):
    return read_settings({PREFIX + name: value for name, value in variables.items()})


def test_without_variables_the_defaults_of_the_contract_hold():
    settings = read()
    assert settings.database_url.startswith("sqlite:///")
    assert settings.site is None
    assert settings.public_url is None
    assert settings.deadline_seconds == 3
    assert settings.prefetch == "full"
    assert settings.log_level == "INFO"


def test_variables_are_read_with_their_prefix(tmp_path):
    settings = read(
        DATABASE_URL="postgresql+psycopg://u:p@db/cds",
        SITE=str(tmp_path),
        PUBLIC_URL="https://cds.example.org/base/",
        DEADLINE_SECONDS="1.5",
        PREFETCH="patient",
        LOG_LEVEL="debug",
    )
    assert settings.site == tmp_path
    assert settings.public_url == "https://cds.example.org/base"
    assert settings.deadline_seconds == 1.5
    assert settings.prefetch == "patient"
    assert settings.log_level == "DEBUG"


def test_an_empty_variable_counts_as_not_set():
    assert read(SITE="", PREFETCH="").prefetch == "full"


def test_a_command_may_have_its_own_deadline_unless_the_operator_says_otherwise():
    assert read_settings({}, deadline_seconds=20).deadline_seconds == 20
    assert (
        read_settings(
            {PREFIX + "DEADLINE_SECONDS": "2"}, deadline_seconds=20
        ).deadline_seconds
        == 2
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEADLINE_SECONDS", "soon"),
        ("DEADLINE_SECONDS", "0"),
        ("DEADLINE_SECONDS", "0.4"),
        ("DEADLINE_SECONDS", "-1"),
        ("DEADLINE_SECONDS", "nan"),
        ("DEADLINE_SECONDS", "inf"),
        ("PREFETCH", "all"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_URL", "hunter2"),
        ("SITE", "/no/such/folder"),
        ("SITE", f"/{'a' * 400}"),
        ("LINK_KEY", f"/{'a' * 400}"),
        ("PUBLIC_URL", "cds.example.org"),
        ("TRUSTED_PROXIES", "nginx.example.org"),
        ("PUBLIC_URL", "https://cds.example.org/?a=1"),
    ],
)
def test_a_wrong_value_names_its_variable_and_not_itself(name, value):
    with pytest.raises(DataFileError) as caught:
        read(**{name: value})
    assert PREFIX + name in str(caught.value)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("end", ["/?a=1", "?", "/*"])
def test_a_public_url_with_a_query_is_not_called_an_address_of_a_fhir_server(end):
    with pytest.raises(DataFileError, match=r"query \(\?\)") as caught:
        read(PUBLIC_URL=f"https://cds.example.org{end}")
    assert "FHIR" not in str(caught.value)


def test_a_fhir_server_of_the_command_line_is_a_base():
    assert read_settings(
        {}, fhir_servers=["https://r4.smarthealthit.org/"]
    ).fhir_servers == ("https://r4.smarthealthit.org",)
    with pytest.raises(DataFileError, match="--fhir-server"):
        read_settings({}, fhir_servers=["r4.smarthealthit.org"])


def test_the_database_address_is_not_shown():
    assert "hunter2" not in repr(read(DATABASE_URL="postgresql://u:hunter2@db/cds"))


def test_every_variable_is_described_with_its_default():
    lines = describe_settings().splitlines()
    assert {line.split()[0].removeprefix(PREFIX) for line in lines} == {
        *(
            "DATABASE_URL",
            "SITE",
            "TRUSTED_PROXIES",
            "LINK_KEY",
            "PUBLIC_URL",
            "DEADLINE_SECONDS",
            "PREFETCH",
        ),
        *(
            "LOG_LEVEL",
            "AUDIT_KEY",
            "RETENTION_DAYS",
            "MAX_BODY_BYTES",
            "MAX_RECORD_BYTES",
            "DRAIN_SECONDS",
            "READS_OF_ONE_EHR",
        ),
    }
    assert any("[default: 3.0]" in line for line in lines)


@pytest.mark.parametrize("deadline", [0.2, 1.0, 2.0, 3.0, 20.0])
def test_reading_the_record_leaves_time_for_the_answer(deadline):
    assert 0 < Settings(deadline_seconds=deadline).gather_budget_seconds < deadline


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("STIE", "did you mean KYPHOPLASTY_CDS_SITE?"),
        ("DATABASE", "did you mean KYPHOPLASTY_CDS_DATABASE_URL?"),
        ("DEADLINE_SECOND", "did you mean KYPHOPLASTY_CDS_DEADLINE_SECONDS?"),
        ("site", "did you mean KYPHOPLASTY_CDS_SITE?"),
        ("PORT", "`serve --help` lists them all"),
        ("FHIR_SERVERS", "`serve --help` lists them all"),
    ],
)
def test_a_mistyped_variable_is_named_with_what_was_probably_meant(name, meant):
    with pytest.raises(DataFileError) as refused:
        read(**{name: "secret", "PREFETCH": "patient"})
    assert f"{PREFIX}{name}: there is no such variable; {meant}" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_all_mistyped_variables_are_named_at_once():
    with pytest.raises(DataFileError) as refused:
        read(STIE="x", PUBLIC_URI="y")
    assert len(refused.value.faults) == 2


def test_all_wrong_values_are_named_at_once_with_the_mistyped_variables():
    """A start for each of them, at night, is one too many."""
    wrong = {
        "DEADLINE_SECONDS": "0.1",
        "RETENTION_DAYS": "secret-1",
        "TRUSTED_PROXIES": "secret-2",
        "PUBLIC_URI": "https://cds.example.org",
    }
    with pytest.raises(DataFileError) as caught:
        read_settings({PREFIX + name: value for name, value in wrong.items()})
    lines = str(caught.value).splitlines()
    assert [line.split()[1].removeprefix(PREFIX).strip(":") for line in lines] == [
        *("PUBLIC_URI", "RETENTION_DAYS", "TRUSTED_PROXIES"),
    ]
    assert "secret" not in str(caught.value)
    del wrong["RETENTION_DAYS"], wrong["TRUSTED_PROXIES"]
    with pytest.raises(DataFileError, match=r"PUBLIC_URI.*\n.*DEADLINE_SECONDS"):
        read_settings({PREFIX + name: value for name, value in wrong.items()})


def test_the_service_does_not_start_with_a_mistyped_variable(monkeypatch):
    monkeypatch.setenv(PREFIX + "STIE", "site")
    result = CliRunner().invoke(main, ["serve", "--port", "0"])
    assert result.exit_code == 2
    assert "did you mean KYPHOPLASTY_CDS_SITE?" in result.stderr


def test_what_kubernetes_sets_for_a_service_of_this_name_is_no_mistake():
    linked = {
        "SERVICE_HOST": "10.0.0.1",
        "SERVICE_PORT": "8080",
        "SERVICE_PORT_HTTP": "8080",
        "PORT": "tcp://10.0.0.1:8080",
        "PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "PORT_8080_TCP_PROTO": "tcp",
        "PORT_8080_TCP_ADDR": "10.0.0.1",
        "POSTGRES_SERVICE_HOST": "10.0.0.2",
    }
    assert read(**linked) == read()


def test_deploy_sets_no_variable_that_does_not_exist():
    files = [
        file
        for file in (Path(__file__).parents[2] / "deploy").rglob("*")
        if file.is_file()
    ]
    texts = [file.read_text(errors="ignore") for file in files]
    named = {one for text in texts for one in re.findall(rf"{PREFIX}[A-Z_]+", text)}
    known = set(re.findall(rf"{PREFIX}[A-Z_]+", describe_settings()))
    assert named
    assert named <= known
