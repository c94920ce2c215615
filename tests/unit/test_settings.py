"""Settings from the environment, and from nowhere else."""

import pytest

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
