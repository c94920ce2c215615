"""Cohorts take a second to build, so each is built once in a session, with 40,000 draws."""

import pytest
from study_samples import LOGISTIC

from cds_service.studies.cohort import rake, rebuild_cohort


@pytest.fixture(scope="session")
def cohorts():
    return {
        name: rake(rebuild_cohort(study, draws=40_000), study)
        for name, study in LOGISTIC.items()
    }
