"""The experiments that the chapters run: small, readable, deterministic per seed.

``data`` holds the digits, ``nets`` a network in plain NumPy with its gradients,
``figures`` the one look of all figures, ``claims`` the numbers that prose quotes.
Every other module is one experiment or one drawing.
"""

import numpy  # noqa: F401  (its libraries must be loaded to be told)
from threadpoolctl import threadpool_limits

# The matrices here are small: a second thread costs more than it brings, many times
# more on a busy machine, and the last digits would depend on the number of cores.
threadpool_limits(limits=1, user_api="blas")
