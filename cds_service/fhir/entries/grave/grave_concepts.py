"""List the grave things that leave a finding open if another list names them.

A code of a reason leaves more open than words do, which name symptoms as well.
"""

from cds_service.fhir.entries.fractures.bones import CERVICAL
from cds_service.fhir.entries.words.dated_in_prose import INFECTIONS
from cds_service.fhir.entries.words.problem_words import in_doubt

CANCERS = frozenset(
    {
        "malignancy",
        "myeloma",
        "bone-metastasis",
        "bone-malignancy-ever",
        "malignancy-elsewhere",
        "cancer-ever",
    }
)
# Infections that spread to the spine. Their words name no symptom, and leave it open on
# any list.
INFECTIONS_ELSEWHERE = frozenset({"deep-infection", "bone-infection-elsewhere"})
SPINAL_INFECTIONS = INFECTIONS - INFECTIONS_ELSEWHERE - {"sepsis"}
# Grave things that an entry may name besides its code, or instead of it. The finding is
# then open.
GRAVE = frozenset(
    {
        *CANCERS,
        *SPINAL_INFECTIONS,
        "sepsis",
        "neurological-deficit",
        "leg-weakness",
        "unstable-fracture",
        "stable-burst-fracture",
        "spinal-instability",
        "moving-forbidden",
        "hip-fracture",
        "ankylosed-spine",
        # These raise the risk apart from any model: next to one of them no figure is
        # below the usual.
        "earlier-vertebral-fracture",
        "dementia",
        "dementia-mild",
        "parkinson",
        "sarcopenia",
        "dementia-moderate",
        "dementia-severe",
        "severe-frailty",
        "repeated-falls",
        "severe-kidney-disease",
        "dialysis",
        "cancer-treatment",
        # An order says who is to treat, and for weeks, but not what.
        "cancer-care",
        "infection-treatment",
        "sphincter-trouble",
        # Its words name blood in the spinal canal; its codes name old diseases, too.
        "spinal-cord-disease",
        "cause-search",
        "sample-of-spine",
        "marker-search",
        "infection-search",
        "contrast-search",
    }
)
# A diagnosis whose code is in no value set and no harmless range: it may be any of
# these grave things.
UNJUDGED = "unjudged-diagnosis"
# Words of a report that were not understood: they may name any of them.
UNREAD_PROSE = "unread-prose"
# Such words of an order, a drug or a procedure.
UNREAD_REASON = "unread-reason"
# The title of an order that was not understood: it may ask for any of them.
UNREAD_TITLE = "unread-title"
# A procedure that was never judged: it may treat a tumour, or be a dialysis.
UNJUDGED_ACT = "unjudged-procedure"
# A fusion or decompression: for wear, or for a tumour, an infection or a palsy.
SPINAL_OPERATION = "spinal-operation"
# An operation that took out a vertebra, whose cause may still be there.
VERTEBRA_REMOVED = "vertebra-removed"
SPINAL_SURGERY = frozenset({"prior-spinal-surgery", "spinal-surgery-unstated"})
# An entry that may be the reason for a brace.
MAY_BEAR_ON_SPINE = "may-bear-on-spine"
# States and histories that the problem list holds as well.
STATES = frozenset(
    {
        "long-term-steroid",
        "steroid-implied",
        "long-term-bone-drug",
        "history-of-falling",
        "healed-osteoporotic-fracture",
    }
)
# Kidneys, muscle, memory, other bones, the cause of the fracture, and a lesion or a
# palsy of elsewhere: a diagnosis on the problem list states them, the code of a reason
# leaves them open.
LISTED_TOO = frozenset(
    {
        "kidney-disease-unstaged",
        "acute-kidney-failure",
        "sarcopenia",
        "cognitive-impairment",
        "parkinsonism",
        "ladder-fall",
        "balcony-fall",
        "roof-fall",
        "car-crash",
        "fall-from-height",
        "traffic-accident",
        "pelvic-fracture",
        "femur-fracture-unstated",
        "leg-fracture",
        "atypical-femur-fracture",
        "femur-shaft-fracture",
        "lesion-unjudged",
        "paralysis-elsewhere",
    }
)
# Likewise, of the stability of the spine.
UNSTABLE_BY_CODE = frozenset({CERVICAL, "vertebral-displacement"})
# What the stems of a deficit leave open.
OF_CORD = "spinal-cord-disease"
# A vertebra is broken; only the readers of fractures know if it is the treated one.
BROKEN_ASIDE = "vertebra-broken-aside"
# An augmentation is named as done, on a list that holds none.
AUGMENTED_ASIDE = "vertebral-augmentation"
# These leave a finding open by their code alone: their words name symptoms as well.
BY_CODE = frozenset(
    {
        "cancer-implied",
        "pathological-fracture",
        "bone-malignancy-history",
        "deep-infection",
        "bone-infection-elsewhere",
        "sphincter-trouble",
        "spinal-cord-disease",
        *STATES,
        *LISTED_TOO,
        *UNSTABLE_BY_CODE,
        UNJUDGED,
        UNREAD_PROSE,
        UNREAD_REASON,
        MAY_BEAR_ON_SPINE,
    }
)
# These bear on the figure or on the drugs, and not on the spine.
APART = STATES | LISTED_TOO | {UNJUDGED}
ASIDE = GRAVE | BY_CODE
# A dying patient gets no card. Such words reassure of nothing else: a palliative
# treatment may be that of a tumour.
END_OF_LIFE = frozenset({"end-of-life", "palliative-care"})
OPENING = ASIDE | END_OF_LIFE
ASIDE_IN_DOUBT = frozenset(
    map(
        in_doubt,
        OPENING
        | {UNJUDGED_ACT, UNREAD_TITLE, SPINAL_OPERATION, VERTEBRA_REMOVED}
        | {AUGMENTED_ASIDE},
    )
)
# Those that leave a tumour, an infection or a palsy of the spine open, or may bear on
# it.
DRUGS_OF_THE_SPINE = frozenset({"cancer-drug", "cancer-company", "tuberculosis-drug"})
OF_THE_SPINE = (BY_CODE - APART) | CANCERS | DRUGS_OF_THE_SPINE
