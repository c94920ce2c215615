"""A site's day decides: at every hour of it any chart has the same answer, in five time zones."""

from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chart_builders import site_service
from tests.fuzz.amount import examples
from tests.generated_patients import Signing
from tests.properties.charts_at_random import charts
from tests.site_hours import CHANGES, Site, hours_of, without_dates


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    """The service of a site in each time zone."""
    return {
        zone: Site(
            zone,
            site_service(tmp_path_factory.mktemp("site"), f'time-zone = "{zone}"\n'),
        )
        for zone in CHANGES
    }


@examples(0.02)
@given(
    charts(),
    st.sampled_from(sorted(CHANGES)),
    st.lists(st.integers(0, 48), min_size=3, max_size=3),
)
def test_any_chart_has_one_answer_on_a_day_of_the_site(
    sites: dict[str, Site], signing: Signing, zone: str, places: list[int]
) -> None:
    """Among these days are those on which the clocks change."""
    site = sites[zone]
    hours = hours_of(site.zone, CHANGES[zone])
    for place in places:
        now = hours[min(place, len(hours) - 1)]
        today = now.astimezone(site.zone).date()
        noon = datetime.combine(today, time(12), site.zone)
        drafts = [one | {"authoredOn": "{now}"} for one in signing.drafts]
        told, at_noon = (
            without_dates(site.sign(moment, signing.record, *drafts).text(), today)
            for moment in (now, noon)
        )
        assert told == at_noon, now
