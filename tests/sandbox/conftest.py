"""Workers in a sandbox and without one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox import WarmPool, Worker, warm_pool
from tests.sandbox.support import LIMITS


@pytest.fixture(scope="module", params=[False, True], ids=["bubblewrap", "unsandboxed"])
def pool(request: pytest.FixtureRequest) -> Iterator[WarmPool]:
    with warm_pool(limits=LIMITS, unsandboxed=request.param) as warm:
        yield warm


@pytest.fixture
def worker(pool: WarmPool) -> Iterator[Worker]:
    with pool.worker() as opened:
        yield opened
