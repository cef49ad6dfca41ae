#!/usr/bin/env python3
"""Each case of bad_input.yaml gives the error that it says, and leaves the folder as it was.

    bad_input_test.py [-v] [-k PATTERN]
    bad_input_test.py --show PATTERN      prints what pipectl says to the cases
"""

import ctypes
import fcntl
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "awsgate/tests"))
from gateproc import Gate       # noqa: E402

PIPECTL = os.environ.get("PIPECTL", str(HERE.parents[1] / "build/pipectl"))
CASES = yaml.safe_load((HERE / "bad_input.yaml").read_text())
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1
KEPT_ENVIRONMENT = ("PATH", "HOME", "ASAN_OPTIONS", "UBSAN_OPTIONS")


class Folder:
    """The files of a case, and where in them the error is to point."""

    def __init__(self, path, case):
        self.path, self.place = Path(path), case.get("place", "")
        texts = {case.get("file", "main.tf.yaml"): case["main"], **case.get("files", {})}
        if "state" in case:
            texts["terraform.tfstate"] = case["state"]
        for name, text in texts.items():
            before, mark, after = text.partition("§")
            if mark:
                self.place = f"{name} line {before.count(chr(10)) + 1}, column {len(before.rpartition(chr(10))[2]) + 1}:"
            (self.path / name).write_text(before + after)

    def content(self):
        return {path.name: path.read_bytes() for path in self.path.rglob("*")}


def bow_to_permissions():
    """Root may write everywhere; without this capability it may not."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def run(case, folder, gate):
    environment = {name: value for name, value in os.environ.items() if name in KEPT_ENVIRONMENT} | {
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"}
    if case.get("environment"):
        environment |= {"AWS_ENDPOINT_URL": gate.url, "AWS_ACCESS_KEY_ID": gate.key, "AWS_SECRET_ACCESS_KEY": gate.secret,
                        **case["environment"]}
    lock = open(folder.path / "terraform.tfstate", "r+b") if case.get("lock") else None
    if lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
    folder.path.chmod(0o555 if case.get("read_only") else 0o755)
    done = subprocess.run([PIPECTL, "apply", "-auto-approve", "-no-color", *case.get("options", ())], cwd=folder.path, env=environment,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, preexec_fn=bow_to_permissions)
    folder.path.chmod(0o755)
    if lock:
        lock.close()
    return done


@unittest.skipUnless(Path(PIPECTL).exists(), f"there is no {PIPECTL}")
class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gate = Gate("--strict", "--no-managed-policies")
        cls.addClassCleanup(cls.gate.stop)

    def check(self, case):
        with tempfile.TemporaryDirectory(prefix="bad-input-") as path:
            folder = Folder(path, case)
            before = folder.content()
            done = run(case, folder, self.gate)
            said = f"\n{done.stdout}{done.stderr}"
            text = re.sub(r"\s+", " ", said)
            self.assertEqual(done.returncode, 1, said)
            self.assertEqual(said.count("\nError: "), case.get("errors", 1), said)
            self.assertIn(f"\nError: {case['error']}", said)
            self.assertIn(folder.place, text)
            self.assertIn(case.get("says", ""), text)
            self.assertEqual(folder.content(), before)
            self.assertEqual(self.gate.ctl("dump").get("kinesis", {}), {})


def add_tests():
    for case in CASES:
        name = "test_" + re.sub(r"\W+", "_", case["name"])
        assert not hasattr(BadInput, name), f"two cases are called {case['name']!r}"
        setattr(BadInput, name, lambda self, case=case: self.check(case))


def show(pattern):
    gate = Gate("--strict", "--no-managed-policies")
    for case in CASES:
        if re.search(pattern, case["name"]):
            with tempfile.TemporaryDirectory(prefix="bad-input-") as path:
                folder = Folder(path, case)
                done = run(case, folder, gate)
                print(f"=== {case['name']}: {folder.place}\n{done.stdout}{done.stderr}exit {done.returncode}, {sorted(folder.content())}")
    gate.stop()


add_tests()
if __name__ == "__main__":
    if sys.argv[1:2] == ["--show"]:
        show(sys.argv[2])
    else:
        unittest.main()
