"""Run a command, print its exit status, wall seconds and largest resident memory as JSON.

``watcher.py SECONDS STDERR COMMAND...``; the command is killed after SECONDS. This is a program
of its own because a process counts the memory of the one that started it as its own: started
from a large one, every command would look large.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

TICK = 0.005


def main() -> None:
    """Run and print."""
    limit, errors, *command = sys.argv[1:]
    started = time.monotonic()
    with open(errors, "wb") as stderr:  # noqa: PTH123 - pathlib would be most of its memory
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=stderr
        )
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            if time.monotonic() - started > float(limit):
                process.kill()
            time.sleep(TICK)
    process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    seconds = time.monotonic() - started
    sys.stdout.write(json.dumps([process.returncode, seconds, usage.ru_maxrss / unit]))


if __name__ == "__main__":
    main()
