"""A named pipe or a device in place of a file is refused by its name, and nothing waits for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.errors import DataFileError
from cds_service.site.folder import load_site
from cds_service.site.review import client_secret
from tests.client_tokens import Signer, client_of, key_set, site_folder


def params(
    command: click.Command, name: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Parameter]]:
    """Every parameter of every command, with the command's name."""
    context = click.Context(command)
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            below = command.get_command(context, word)
            assert below is not None
            yield from params(below, (*name, word))
    else:
        for param in command.params:
            yield (*name, str(param.name)), param


def of_files() -> list[tuple[tuple[str, ...], click.Parameter]]:
    return [
        (name, param)
        for name, param in params(main)
        if isinstance(param.type, (click.Path, click.File)) or param.type.name == "FILE"
    ]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """A named pipe that nobody writes to: to open it waits for ever."""
    found = tmp_path / "pipe"
    os.mkfifo(found, 0o600)
    return found


@pytest.mark.parametrize("place", ["pipe", "/dev/zero"])
@pytest.mark.parametrize(
    "param", [pytest.param(one, id="-".join(name)) for name, one in of_files()]
)
def test_no_command_takes_a_pipe_or_a_device_for_a_file(
    param: click.Parameter, place: str, pipe: Path
) -> None:
    path = str(pipe) if place == "pipe" else place
    with pytest.raises(click.BadParameter) as refused:
        param.type.convert(path, param, click.Context(click.Command("any")))
    assert path in refused.value.message


@pytest.mark.parametrize(
    "param",
    [
        pytest.param(one, id="-".join(name))
        for name, one in of_files()
        if not isinstance(one.type, click.Path) or not one.type.dir_okay
    ],
)
def test_no_command_takes_a_folder_for_a_file(
    param: click.Parameter, tmp_path: Path
) -> None:
    with pytest.raises(click.BadParameter):
        param.type.convert(str(tmp_path), param, click.Context(click.Command("any")))


def test_what_the_shell_has_opened_is_read() -> None:
    """As `--token-file <(vault read …)` does."""
    read, write = os.pipe()
    os.write(write, b"a-token\n")
    os.close(write)
    (token,) = (one for name, one in of_files() if name == ("probe", "token"))
    found = token.type.convert(f"/dev/fd/{read}", token, None)
    os.close(read)
    assert found == "a-token"


@pytest.mark.parametrize(
    ("name", "command", "code"),
    [
        ("call.json", ("mappings", "learn"), 1),
        ("head.note", ("audit", "verify", "--checkpoint"), 2),
    ],
)
def test_a_pipe_in_a_folder_of_sources_or_notes_is_named(
    tmp_path: Path, name: str, command: tuple[str, ...], code: int
) -> None:
    os.mkfifo(tmp_path / name, 0o600)
    result = CliRunner().invoke(main, [*command, str(tmp_path)])
    assert result.exit_code == code, result.output
    assert f"{name} is a pipe or a device" in result.output


@pytest.mark.parametrize("name", ["site.toml", "mappings/codes.toml", "secret"])
def test_a_pipe_in_a_site_folder_is_named(tmp_path: Path, name: str) -> None:
    folder = site_folder(tmp_path / "site", client_of())
    (folder / "keys.json").write_bytes(key_set(Signer()))
    place = folder / name
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place, 0o600)
    with pytest.raises(DataFileError, match="is a pipe or a device") as refused:
        load_site(folder)
    assert name in str(refused.value)


def test_a_pipe_is_no_secret(pipe: Path) -> None:
    with pytest.raises(DataFileError, match="is no file"):
        client_secret(pipe.parent, pipe.name)


def test_a_pipe_is_no_key_of_checkpoints(
    pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = f"sqlite:///{pipe.parent / 'audit.sqlite3'}"
    monkeypatch.setenv("KYPHOPLASTY_CDS_DATABASE_URL", log)
    CliRunner().invoke(main, ["audit", "migrate"])
    monkeypatch.setenv("KYPHOPLASTY_CDS_AUDIT_KEY", str(pipe))
    result = CliRunner().invoke(main, ["audit", "checkpoint"])
    assert result.exit_code == 2
    assert f"{pipe}: is no file" in result.output
