"""The nightly check after the key of checkpoints was changed as docs/operate.md says."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.locked import DEPLOY

BIN = Path(sys.executable).parent


class Night:
    """A log in a file, its witness, and what the nightly check says of both."""

    def __init__(self, folder):
        self.witness, self.key_file = folder / "witness", folder / "key.pem"
        self.witness.mkdir()
        self._environment = os.environ | {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "KYPHOPLASTY_CDS_DATABASE_URL": f"sqlite:///{folder}/log.sqlite3",
            "KYPHOPLASTY_CDS_AUDIT_KEY": str(self.key_file),
        }
        self.run("kyphoplasty-cds", "audit", "migrate")

    def run(self, *command):
        return subprocess.run(
            command,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def checkpoint(self, name):
        """Bring a note back; the public key that signed it."""
        out = self.witness / f"{name}.note"
        made = self.run("kyphoplasty-cds", "audit", "checkpoint", "--out", str(out))
        assert made.returncode == 0, made.stderr
        return next(
            line.removeprefix("key: ")
            for line in (made.stdout + made.stderr).splitlines()
            if line.startswith("key: ")
        )

    def check(self, keys):
        (self.witness / "key").write_text(keys)
        return self.run(DEPLOY / "verify.sh", self.witness).returncode


@pytest.fixture
def night(tmp_path):
    return Night(tmp_path)


def test_the_key_file_of_the_nightly_check_may_hold_several_keys(night, tmp_path):
    old = night.checkpoint("old")
    openssl = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", tmp_path / "new"]
    subprocess.run(openssl, check=True, capture_output=True)
    shutil.copy(tmp_path / "new", night.key_file)
    night.key_file.chmod(0o600)
    new = night.checkpoint("new")
    assert night.check(f"{old}\n\n{new}") == 0
    assert night.check(f"{old}\n") == 1
    assert night.check(f"{new}\n") == 1


def test_a_key_file_without_a_key_is_no_proof(night):
    night.checkpoint("old")
    assert night.check("\n") == 2
