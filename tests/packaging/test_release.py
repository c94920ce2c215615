"""`make release` builds what a tag names, and nothing else."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from cds_service import __version__

pytestmark = pytest.mark.packaging
ROOT = Path(__file__).resolve().parents[2]
TAG = f"v{__version__}"


def git(folder, *arguments):
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True)


def release(folder):
    """Run the script."""
    return subprocess.run(
        [folder / "deploy" / "release.sh"], capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path):
    """A clone without tags, with the environment of this one."""
    folder = tmp_path / "checkout"
    git(tmp_path, "clone", "--quiet", "--no-tags", str(ROOT), str(folder))
    (folder / ".venv").symlink_to(Path(sys.prefix))
    log = folder / "CHANGELOG.md"
    head = f"## Unreleased\n\n## {__version__} (2026-11-30)"
    log.write_text(log.read_text().replace("## Unreleased", head, 1))
    git(folder, "commit", "--quiet", "--all", "--message", "Cut the changelog")
    return folder


def test_a_tagged_commit_gives_a_wheel_and_its_checksum(checkout):
    git(checkout, "tag", "--annotate", TAG, "--message", "First")
    assert release(checkout).returncode == 0
    wheel = checkout / "dist" / f"kyphoplasty_cds-{__version__}-py3-none-any.whl"
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    sums = (checkout / "dist" / "SHA256SUMS").read_text()
    assert sums == f"{digest}  {wheel.name}\n"


def test_a_commit_without_the_tag_is_refused(checkout):
    git(checkout, "tag", "--annotate", "v0.0.1", "--message", "Another")
    refused = release(checkout)
    assert refused.returncode == 1
    assert f"does not carry the tag {TAG}" in refused.stderr
    assert not (checkout / "dist").exists()


def test_changes_that_are_not_committed_are_refused(checkout):
    git(checkout, "tag", "--annotate", TAG, "--message", "First")
    (checkout / "cds_service" / "more.py").write_text("")
    assert "not committed" in release(checkout).stderr


def test_a_changelog_without_the_version_is_refused(checkout):
    log = checkout / "CHANGELOG.md"
    log.write_text(log.read_text().replace(f"## {__version__} (", "## 0.0.9 ("))
    git(checkout, "commit", "--quiet", "--all", "--message", "Lose a heading")
    git(checkout, "tag", "--annotate", TAG, "--message", "First")
    assert f"no heading '## {__version__} (date)'" in release(checkout).stderr
