"""Invariant 2 of 07 section 22: the step machine links without anything that reaches the world."""

import pathlib
import re
import subprocess
import unittest

from tests.support.scaiflow import BINARY

MACHINE = pathlib.Path(BINARY).parent / "apps/core/machine/libscaiflow_machine.a"
WORLD = re.compile(
    r"^(?:open(?:at)?(?:64)?|fopen(?:64)?|read|write|pread|pwrite|socket|connect|accept4?|send|recv|poll"
    r"|select|epoll_\w+|time|gettimeofday|clock_gettime|clock|rand|random|getrandom|getentropy"
    r"|pthread_create|fork|execve|getenv|std::chrono::\w+_clock::now\(\)|std::random_device::.*"
    r"|std::thread::.*|std::basic_[io]?fstream<.*)$"
)


class Purity(unittest.TestCase):
    def test_the_machine_links_without_the_world(self):
        done = subprocess.run(["nm", "-uC", str(MACHINE)], capture_output=True, text=True, check=True)
        wanted = {line.strip()[2:] for line in done.stdout.splitlines() if line.strip().startswith("U ")}
        self.assertGreater(len(wanted), 100)
        self.assertEqual(sorted(name for name in wanted if WORLD.match(name)), [])


if __name__ == "__main__":
    unittest.main()
