"""What an import of reports knows of the service."""

import pytest

from cds_service.fhir.mapping.terminology import Terminology
from cds_service.loading import load_measures_in_force, load_vocabulary, mapping_folders
from cds_service.measures.table_rows import ImportContext
from cds_service.measures.values import Supplement


@pytest.fixture(scope="package")
def ground():
    """The context of an import for the patient `p1`."""
    return ImportContext(
        load_measures_in_force(),
        Terminology(*mapping_folders()),
        "p1",
        Supplement(),
        load_vocabulary(),
    )
