"""An issuer on loopback, and the review pages of sites that name it."""

import pytest

from cds_service.site.folder import load_site
from tests.issuer_desk import SITE, Traveller
from tests.review_desk import ReviewDesk
from tests.stub_issuer import StubIssuer


@pytest.fixture
def stub():
    with StubIssuer() as found:
        yield found


@pytest.fixture
def make_site(tmp_path, stub):
    def make(more="", rewrite=str):
        (tmp_path / "site.toml").write_text(
            rewrite(SITE.format(issuer=stub.issuer, more=more))
        )
        return tmp_path

    return make


@pytest.fixture
def make_desk(tmp_path, make_site):
    made = []

    def make(more="", rewrite=str, **options):
        made.append(
            ReviewDesk(tmp_path, site=load_site(make_site(more, rewrite)), **options)
        )
        return made[-1]

    yield make
    for desk in made:
        desk.store.close()


@pytest.fixture
def desk(make_desk):
    return make_desk()


@pytest.fixture
def traveller(desk):
    return Traveller(desk)
