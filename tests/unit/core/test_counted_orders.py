"""What counts as ordered (rule E6): in this signing, or active and written since the fracture; older is named."""

from datetime import date

import pytest

from cds_service.core.acts.recommendations import not_counted_text
from cds_service.core.braces.bracing import with_counted_from
from cds_service.core.orders import SupportOrders, WrittenOn
from tests.chart_builders import TODAY
from tests.fact_builders import facts, finding, recommended, support_order

FRACTURE = date(2026, 10, 8)


def fls(authored, **members):
    """A referral to fracture liaison of this day, on record."""
    return support_order(
        "bone-treatment",
        is_draft=False,
        written=WrittenOn(authored),
        title="FLS",
        **members,
    )


def of_fracture(day):
    known = (
        finding("index-fracture", True, observed=day)
        if day
        else finding("diabetes", False)
    )
    return facts({}, known=known)


def counted(order, fractured_on):
    found = with_counted_from(
        SupportOrders(orders=(order,)), of_fracture(fractured_on), TODAY
    )
    return bool(found.counted(order.kind)), bool(found.not_counted(order.kind))


@pytest.mark.parametrize(
    ("order", "fractured_on", "is_counted"),
    [
        pytest.param(fls(date(2026, 11, 19)), FRACTURE, True, id="after the fracture"),
        pytest.param(fls(FRACTURE), FRACTURE, True, id="on its day"),
        pytest.param(fls(date(2026, 10, 7)), FRACTURE, False, id="the day before"),
        pytest.param(fls(date(2019, 5, 2)), FRACTURE, False, id="of 2019"),
        pytest.param(
            fls(date(2026, 8, 22)), None, True, id="90 days ago, fracture not known"
        ),
        pytest.param(
            fls(date(2026, 8, 21)), None, False, id="91 days ago, fracture not known"
        ),
        pytest.param(
            fls(date(2026, 7, 1)),
            date(2026, 6, 1),
            True,
            id="long ago, after a fracture of longer ago",
        ),
        pytest.param(
            fls(None, start=date(2026, 11, 1)), FRACTURE, True, id="by its start"
        ),
        pytest.param(fls(None), FRACTURE, False, id="without a date"),
        pytest.param(
            support_order("bone-treatment", written=WrittenOn(date(2019, 5, 2))),
            FRACTURE,
            True,
            id="in this signing",
        ),
    ],
)
def test_what_counts_as_ordered(order, fractured_on, is_counted):
    assert counted(order, fractured_on) == (is_counted, not is_counted)


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (fls(date(2019, 5, 2)), "FLS order of May 2019"),
        (fls(None), "FLS order without a date"),
        (
            support_order("rehabilitation", written=WrittenOn(date(2026, 1, 31))),
            "rehabilitation order of Jan 2026",
        ),
    ],
)
def test_an_older_order_is_named(order, words):
    assert not_counted_text(order) == words


def test_an_older_order_is_not_counted_and_the_referral_is_offered():
    support = with_counted_from(
        SupportOrders(orders=(fls(date(2019, 5, 2)),)), of_fracture(FRACTURE), TODAY
    )
    review = recommended(support=support)["bone-treatment"]
    assert (review.already, [one.written.day for one in review.not_counted]) == (
        (),
        [date(2019, 5, 2)],
    )
    assert review.template == "bone-treatment-referral"


def test_an_order_since_the_fracture_does_it_already():
    support = with_counted_from(
        SupportOrders(orders=(fls(date(2026, 11, 19)),)), of_fracture(FRACTURE), TODAY
    )
    review = recommended(support=support)["bone-treatment"]
    assert ([one.written.day for one in review.already], review.not_counted) == (
        [date(2026, 11, 19)],
        (),
    )
    assert review.template is None
