"""The study files in force, read once."""

from pathlib import Path

from cds_service.core.study import LogisticStudy
from cds_service.core.study_files import load_studies
from tests.builders import specs

STUDIES_FOLDER = Path(__file__).resolve().parents[3] / "cds_service" / "studies"
TABLES_FOLDER = STUDIES_FOLDER / "reduced"

UNITS = {name: spec.unit for name, spec in specs().items()}
STUDIES = load_studies(STUDIES_FOLDER, UNITS)
LOGISTIC = {study.id: study for study in STUDIES.values() if isinstance(study, LogisticStudy)}
SARCOPENIA = LOGISTIC["sarcopenia-pvm-2022"]
NOMOGRAM = LOGISTIC["nvcf-nomogram-2024"]
PAIN = LOGISTIC["residual-pain-2025"]
