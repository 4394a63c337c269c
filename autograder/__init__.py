"""Check and grade the exercises of the batch normalization course.

In a notebook, ``check("forward")`` judges the functions defined there. Everything a
notebook needs runs on NumPy alone; the modules below :mod:`autograder.grading` are for
instructors.
"""

from importlib.metadata import PackageNotFoundError, version

from autograder.check import Card, check

try:
    __version__ = version("autograder")
except PackageNotFoundError:  # used from a checkout that is not installed
    __version__ = "0"

__all__ = ["Card", "__version__", "check"]
