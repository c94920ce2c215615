"""The events after which training is agreed on for weeks, by their lists in files."""

from typing import Literal

FreshEvent = Literal["heart_fresh", "lung_fresh", "brain_fresh"]
