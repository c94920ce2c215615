"""A server that is not installed: skipped with a word that helps, but never in CI."""

import pytest

from tests.integration.servers import installation
from tests.integration.servers.installation import Installation, require


@pytest.fixture
def absent(tmp_path, monkeypatch):
    """Builds an installation that needs one command, in an empty cache."""
    monkeypatch.setattr(installation, "CACHE", tmp_path / "cache")
    source = tmp_path / "source"
    source.touch()
    return lambda command: Installation(name="Mill", sources=(source,), commands=(command,), packages="mill-tools")


def test_without_its_command_the_word_names_the_packages_and_the_make_target(absent):
    assert absent("no-such-command").lacking() == (
        "Mill needs no-such-command: apt-get install mill-tools, then make servers"
    )


def test_without_its_files_the_word_names_the_make_target(absent):
    assert "make servers" in absent("python3").lacking()


def test_what_is_installed_is_required_in_silence(absent):
    mill = absent("python3")
    mill.prepare()
    mill.finish()
    require(mill)


def test_an_absent_server_skips(absent, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="make servers"):
        require(absent("python3"))


def test_in_ci_an_absent_server_fails(absent, monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="make servers"):
        require(absent("python3"))


def test_other_sources_are_another_installation(absent, tmp_path):
    mill = absent("python3")
    before = mill.folder
    (tmp_path / "source").write_text("changed")
    assert mill.folder != before
