"""Findings computed from other findings or from the order, in the order of one table.

The functions of the table are in `computed.py`, `judged_sarcopenia.py` and
`from_order.py`.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from cds_service.core.derivations.computed import (
    body_mass_index,
    filtration,
    mna_category,
    muscle_index,
    psoas_muscle_area,
    psoas_to_vertebra,
    ratio_change,
)
from cds_service.core.derivations.findings_so_far import (
    Derivation,
    FindingsSoFar,
    undetermined,
)
from cds_service.core.derivations.from_order import (
    GIVEN_AS_REASON,
    MENTIONABLE,
    OF_ORDER,
    by_mention,
    by_order,
    by_reason,
    doubt_t_score,
    judge_ct_level,
)
from cds_service.core.derivations.judged_sarcopenia import find_sarcopenia
from cds_service.core.derivations.sarcopenia import RULERS, STUDY
from cds_service.core.findings import Findings
from cds_service.core.orders import AugmentationOrder
from cds_service.core.vocabulary import FindingSpec

# They run in this order: a later one may read what an earlier one found.
DERIVATIONS: Mapping[str, Derivation] = {
    # What the order makes doubtful: a T-score that includes the fractured level, HU
    # measured in it.
    "bmd-t-score": lambda so_far: doubt_t_score(
        so_far.known.get("bmd-t-score"), so_far.order
    ),
    "ct-attenuation": lambda so_far: judge_ct_level(
        so_far.known.get("ct-attenuation"), so_far.order
    ),
    "bmi": body_mass_index,
    "appendicular-muscle-index": muscle_index,
    "psoas-muscle-area": psoas_muscle_area,
    "plvi": psoas_to_vertebra,
    "paraspinal-ratio-change": ratio_change,
    "mna-category": mna_category,
    # By the study's ruler for the model, by the site's for its referrals.
    "sarcopenia": lambda so_far: find_sarcopenia(so_far, "sarcopenia", STUDY),
    "sarcopenia-site": lambda so_far: find_sarcopenia(
        so_far, "sarcopenia-site", so_far.ruler
    ),
    **{name: partial(by_order, name) for name in OF_ORDER},
    **{name: partial(by_reason, name) for name in GIVEN_AS_REASON},
    **{name: partial(by_mention, name) for name in MENTIONABLE},
    "egfr": filtration,
}


def derive(
    findings: Findings,
    specs: Mapping[str, FindingSpec],
    order: AugmentationOrder | None,
    *,
    sarcopenia_criteria: str,
) -> Findings:
    """Add the derived findings; each name of `specs` is then a finding or a gap.

    Args:
        findings: as read from the record.
        specs: the vocabulary.
        order: None if no augmentation is being signed.
        sarcopenia_criteria: the site's ruler, a key of `RULERS`.

    Raises:
        KeyError: no such ruler.
    """
    so_far = FindingsSoFar(
        known=dict(findings.known),
        gaps=dict(findings.gaps),
        specs=specs,
        order=order,
        ruler=RULERS[sarcopenia_criteria],
        diagnosis=findings.known.get("sarcopenia", findings.gaps.get("sarcopenia")),
    )
    for name, derivation in DERIVATIONS.items():
        result = derivation(so_far) if name in specs else None
        if result is not None:
            so_far.put(result)
    for name in specs.keys() - so_far.known.keys() - so_far.gaps.keys():
        so_far.put(undetermined(name, "what it follows from is not known"))
    known, gaps = dict(sorted(so_far.known.items())), dict(sorted(so_far.gaps.items()))
    return replace(findings, known=known, gaps=gaps)
