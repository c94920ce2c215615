"""The names of bone drugs."""

from cds_service.core.drugs.bone_drugs import INJECTED, KINDS
from tests.chart_builders import open_service


def test_the_names_are_those_of_the_table_of_drugs():
    assert KINDS.keys() | INJECTED <= open_service().terminology.drugs.ingredients
