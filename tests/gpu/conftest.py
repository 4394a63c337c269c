"""Let Triton interpret: the kernels then run on the CPU.

Triton asks the environment when its functions are defined, so this must come before
anything imports it.
"""

import os

os.environ["TRITON_INTERPRET"] = "1"
