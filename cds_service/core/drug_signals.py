"""Signals of bone drugs and steroids: at most one of a bone drug's states holds, the gravest and then the newest.

Each is a clause for the card (`because`), to which a fact adds its act: `{Because}: ask, then review (FLS).`
Its `words` are those of `WORDS`; a word that is not known is not there, so phrases are made of `because` first.
"""

from collections.abc import Mapping

# By signal: what its `because` reads like, and the words that it always has beside `drug` and `Drug`.
WORDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "denosumab-overdue": ("denosumab overdue (last 9 Mar 2026)", ("last", "since", "followed")),
    "anabolic-ended": ("teriparatide ended Mar 2026, nothing since", ("followed",)),
    "drug-without-dose": ("alendronate prescribed 2021, intake not recorded", ("open",)),
    "denosumab-due": ("denosumab was due 8 Nov (last 8 May)", ("last", "due")),
    "denosumab-in-time": ("fracture on denosumab (28 Jun)", ("last", "due")),
    "long-on-drug": ("fracture on alendronate (since 2021)", ("since",)),
    "early-on-drug": ("fracture 4 months into risedronate", ("started", "since")),
    "drug-started-for-fracture": ("alendronate started 3 Nov for this fracture", ("started",)),
    "drug-stopped": ("alendronate stopped 2023", ("end",)),
    "bone-drug-unknown": ("medication list not readable", ("entries",)),
    "no-bone-drug": ("no bone drug", ("entries",)),
    "steroid-three-months": ("prednisone since 2024", ("since",)),
}
# Every signal of a bone drug has `drugs`, the clause that stands in a summary led by another fact ("no bone drug",
# "on alendronate", "alendronate stopped 2023", "bone drugs unknown"), and those of a drug `is_injected` ("yes" or "").
