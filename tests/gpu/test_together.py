"""Two real processes agree with the whole batch in one."""

import os
import re
import socket
import subprocess
import sys


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def test_statistics_of_two_processes_are_those_of_the_whole_batch():
    common = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "OMP_NUM_THREADS": "1"}
    common["MASTER_PORT"] = str(free_port())
    command = [sys.executable, "-m", "autograder.gpu.together"]
    processes = [
        subprocess.Popen(
            command,
            env={**os.environ, **common, "RANK": str(rank)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for process in processes:
        said, trouble = process.communicate(timeout=120)
        assert process.returncode == 0, trouble
        found = dict(re.findall(r": (.+) is off by (\S+)", said))
        without = float(found.pop("y without sharing"))
        assert set(found) == {"y", "dx", "dgamma", "dbeta"}
        assert all(float(error) < 1e-12 for error in found.values())
        assert without > 0.1
