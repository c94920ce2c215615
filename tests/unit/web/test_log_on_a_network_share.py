"""A SQLite log that several machines may write is refused."""

from pathlib import Path

import pytest

from cds_service.audit.database import Database
from cds_service.audit.network_files import network_type
from cds_service.errors import DataFileError
from cds_service.web.server import refuse_file_on_network

# As Linux writes them (proc(5)), with a blank in a name.
LINES = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:45 / /srv rw,relatime shared:20 - nfs4 store:/srv rw,vers=4.2
41 40 8:2 / /srv/local rw,relatime - xfs /dev/sdb1 rw
42 22 0:46 / /mnt/ward\\040files rw - cifs //store/ward rw
43 22 8:3 / /data rw - nfs4 store:/data rw
44 43 8:4 / /data rw - ext4 /dev/sdc1 rw
45 22 0:47 / /windows rw - 9p drvfs rw
"""


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    file = tmp_path / "mountinfo"
    file.write_text(LINES)
    return file


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("/srv/audit.sqlite3", "nfs4"),
        ("/srv/a/b/audit.sqlite3", "nfs4"),
        ("/mnt/ward files/audit.sqlite3", "cifs"),
        ("/srv/local/audit.sqlite3", None),
        ("/srv2/audit.sqlite3", None),
        ("/var/lib/audit.sqlite3", None),
        pytest.param("/data/audit.sqlite3", None, id="mounted over a share"),
        pytest.param("/windows/audit.sqlite3", None, id="of the machine's own host"),
    ],
)
def test_the_innermost_mount_decides(file: str, expected: str | None, mounts: Path):
    assert network_type(Path(file), mounts) == expected


def test_a_link_is_followed(tmp_path: Path, mounts: Path):
    link = tmp_path / "audit.sqlite3"
    link.symlink_to("/srv/audit.sqlite3")
    assert network_type(link, mounts) == "nfs4"


def test_nothing_is_told_where_the_system_does_not_say(tmp_path: Path):
    assert network_type(Path("/srv/audit.sqlite3"), tmp_path / "none") is None


def test_a_service_on_a_network_share_is_refused(mounts: Path):
    with pytest.raises(DataFileError, match=r"network file system \(nfs4\)"):
        refuse_file_on_network(Database("sqlite:////srv/audit.sqlite3"), mounts)


def test_a_file_of_this_machine_is_not(tmp_path: Path):
    refuse_file_on_network(Database(f"sqlite:///{tmp_path}/audit.sqlite3"))
