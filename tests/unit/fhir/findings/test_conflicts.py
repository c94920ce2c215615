"""Values of one moment agree when no two of them differ by more than rounding."""

from itertools import combinations
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cds_service.fhir.findings.values.quantities import any_differ


class Value(NamedTuple):
    value: float
    step: float


VALUES = st.lists(
    st.builds(
        Value,
        st.integers(-400, 400).map(lambda n: n / 100),
        st.sampled_from([0.001, 0.01, 0.1, 0.453592, 1.0, 10.0]),
    ),
    max_size=12,
)


@given(VALUES, st.integers(0, 3))
def test_each_pair_counts_by_the_rounding_of_its_coarser_value(values, decimals):
    def differ(one, other):
        return (
            abs(one.value - other.value)
            > min(max(one.step, other.step) / 2, 10**-decimals) + 1e-9
        )

    assert any_differ(values, decimals) is any(
        differ(*pair) for pair in combinations(values, 2)
    )
