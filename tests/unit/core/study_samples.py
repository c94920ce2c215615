"""The studies in force and their models, as the service reads them."""

from cds_service import loading
from cds_service.core.models.logistic_study import LogisticStudy
from tests.builders import specs
from tests.chart_builders import open_service

STUDIES_FOLDER, TABLES_FOLDER = loading.STUDIES, loading.REDUCED
UNITS = {name: spec.unit for name, spec in specs().items()}
STUDIES, MODELS = open_service().studies, open_service().models
LOGISTIC = {
    study.id: study for study in STUDIES.values() if isinstance(study, LogisticStudy)
}
SARCOPENIA = LOGISTIC["sarcopenia-pvm-2022"]
NOMOGRAM = LOGISTIC["nvcf-nomogram-2024"]
PAIN = LOGISTIC["residual-pain-2025"]


WEAK = {
    "bmi": 18.5,
    "diabetes": True,
    "sarcopenia": True,
    "pma-rate": 57.0,
    "bmd-t-score": -3.2,
    "tl-junction": True,
}


TYPICAL = {"bmd-t-score": -2.8, "tl-junction": True, "diabetes": False, "bmi": 21.0}


CT = {"ct-attenuation": 60.0}


PKP, PVP = {"procedure": "PKP"}, {"procedure": "PVP"}


def merged(*parts):
    return {name: value for part in parts for name, value in part.items()}
