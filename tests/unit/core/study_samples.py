"""The study files in force, read once, and the vocabulary's units as the contract prints them."""

from pathlib import Path
from types import MappingProxyType

from cds_service.core.study import LogisticStudy
from cds_service.core.study_files import load_studies

STUDIES_FOLDER = Path(__file__).resolve().parents[3] / "cds_service" / "studies"
TABLES_FOLDER = STUDIES_FOLDER / "reduced"

UNITS = MappingProxyType(
    {
        "bmd-t-score": "{T-score}",
        "bmi": "kg/m2",
        "grip-strength": "kg",
        "gait-speed": "m/s",
        "appendicular-muscle-index": "kg/m2",
        "diabetes": "1",
        "pma-rate": "%",
        "es-mf-fat-fraction": "%",
        "psoas-total-area": "cm2",
        "plvi": "1",
        "vbq": "1",
        "fascia-injury": "1",
        "local-kyphosis": "deg",
        "local-kyphosis-post": "deg",
        "procedure": "1",
        "tl-junction": "1",
        "steroid-use": "1",
        "malignancy": "1",
        "spinal-infection": "1",
        "prior-spinal-surgery": "1",
        "prior-augmentation": "1",
        "prior-vertebral-fracture": "1",
        "severe-kidney-disease": "1",
        "dementia": "1",
        "bone-drug": "1",
        "age": "a",
        "sex": "1",
        "height": "m",
        "weight": "kg",
        "appendicular-lean-mass": "kg",
        "sarcopenia": "1",
        "mna-score": "{score}",
        "mna-category": "1",
        "multifidus-smi": "mm2/m2",
        "psoas-fat-fraction": "%",
        "psoas-muscle-area": "cm2",
        "l4-vertebral-area": "cm2",
        "ct-attenuation": "[hnsf'U]",
        "paraspinal-csa": "cm2",
        "paraspinal-signal": "1",
        "paraspinal-csa-change": "%",
        "paraspinal-signal-change": "%",
        "paraspinal-ratio-change": "%",
        "cement-diffused": "1",
        "treated-levels": "1",
        "level-count": "1",
        "pain-score": "{score}",
        "denosumab-overdue": "1",
        "unstable-fracture": "1",
        "neurological-deficit": "1",
        "end-of-life": "1",
    }
)

STUDIES = load_studies(STUDIES_FOLDER, UNITS)
LOGISTIC = {study.id: study for study in STUDIES.values() if isinstance(study, LogisticStudy)}
SARCOPENIA = LOGISTIC["sarcopenia-pvm-2022"]
NOMOGRAM = LOGISTIC["nvcf-nomogram-2024"]
PAIN = LOGISTIC["residual-pain-2025"]
