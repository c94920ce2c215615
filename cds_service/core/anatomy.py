"""The vertebrae of the trunk, from head to foot."""

SPINE = (
    *(f"T{number}" for number in range(1, 13)),
    *(f"L{number}" for number in range(1, 6)),
)
