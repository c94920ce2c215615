"""Indices from what is read off a viewer or a stopwatch.

What follows from findings alone is in `derived.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from statistics import mean, median

MM2_OF_CM2 = 100.0
Entered = Mapping[str, float]


def share(part: float, whole: float) -> float:
    """Return the part in % of the whole."""
    return part / whole * 100


def muscle_index(areas: Sequence[tuple[float, float]], height: float) -> float:
    """Divide the mean area without fat by height squared, in mm2/m2.

    Args:
        areas: of each side all, and fat, in cm2.
        height: in m.
    """
    return mean(whole - fat for whole, fat in areas) * MM2_OF_CM2 / height**2


def _smi(entered: Entered) -> float:
    sides = [
        (entered["mf-right"], entered["mf-right-fat"]),
        (entered["mf-left"], entered["mf-left-fat"]),
    ]
    return muscle_index(sides, entered["height"])


def _grip(entered: Entered) -> float:
    return mean(
        entered[name] for name in ("grip-1", "grip-2", "grip-3") if name in entered
    )


# By measure: the value in its unit, of what was entered (measures/worksheet.toml).
INDICES: Mapping[str, Callable[[Entered], float]] = {
    "bmd-t-score": lambda entered: entered["t-score"],
    "ct-attenuation": lambda entered: entered["hu"],
    "psoas-total-area": lambda entered: entered["psoas-right"] + entered["psoas-left"],
    "psoas-fat-fraction": lambda entered: entered["psoas-fat"],
    "l4-vertebral-area": lambda entered: entered["body"],
    "es-mf-fat-fraction": lambda entered: share(
        entered["back-fat"], entered["back-area"]
    ),
    "multifidus-smi": _smi,
    "pma-rate": lambda entered: share(
        entered["outline"] - entered["muscle"], entered["outline"]
    ),
    "vbq": lambda entered: (
        median(entered[level] for level in ("l1", "l2", "l3", "l4")) / entered["csf"]
    ),
    "grip-strength": _grip,
    "gait-speed": lambda entered: entered["walk"] / entered["seconds"],
    "mna-score": lambda entered: entered["mna"],
    "height": lambda entered: entered["height"],
    "weight": lambda entered: entered["weight"],
    "appendicular-lean-mass": lambda entered: entered["lean"],
}
