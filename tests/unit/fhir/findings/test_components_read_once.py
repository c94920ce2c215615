"""The values of one Observation share its components, which are read once for all."""

from types import SimpleNamespace

import pytest

from cds_service.fhir.findings.values.lower_t_scores import lower_in_parts


class Components(list):
    """Components that count how often they are gone through."""

    readings = 0

    def __iter__(self):
        self.readings += 1
        return super().__iter__()


@pytest.mark.parametrize("values", [1, 2, 500])
def test_the_components_of_an_observation_are_read_once(values):
    components = Components([({}, True)] * values)
    reading = SimpleNamespace(entry=SimpleNamespace(components=components))
    measured = SimpleNamespace(reading=reading, moment=SimpleNamespace(day=None))
    spec = SimpleNamespace(is_fresh=lambda *_: True)
    chart = SimpleNamespace(today=None)
    assert [*lower_in_parts(-2.5, [measured] * values, spec, chart)] == []
    assert components.readings == 1
