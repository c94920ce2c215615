"""A site folder that a test writes, and what is wrong with one."""

import pytest

from cds_service.errors import DataFileError
from cds_service.site.folder import load_site


@pytest.fixture
def folder(tmp_path):
    """Writes `site.toml`, beside a secret that its owner alone may read; gives the folder."""
    (tmp_path / "review-secret").write_text("s3cr3t-of-the-site\n")
    (tmp_path / "review-secret").chmod(0o600)

    def write(text: str):
        (tmp_path / "site.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def fault():
    """The words with which a folder is refused."""

    def of(refused) -> str:
        with pytest.raises(DataFileError) as caught:
            load_site(refused)
        return str(caught.value)

    return of
