"""Let prose quote measured numbers, and stop the build when they leave bounds."""

from myst_nb import glue


def state(name: str, value: float, low: float, high: float, sentence: str) -> None:
    """Let prose quote ``value`` as ``name``, if it lies between ``low`` and ``high``.

    ``sentence`` is what the chapter claims. It is what the reader of a failed build
    sees, together with the number that contradicts it.

    :raises AssertionError: if the value is outside the interval, or not a number.
    """
    value = float(value)
    if not low <= value <= high:
        raise AssertionError(
            f"The chapter says: {sentence} Now {name} is {value:.6g}, which is not "
            f"between {low:g} and {high:g}. Find out what changed, then correct the "
            "code or the text."
        )
    glue(name, value, display=False)
