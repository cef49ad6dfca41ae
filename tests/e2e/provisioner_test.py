#!/usr/bin/env python3
"""Programs that an apply runs: how many at once, Ctrl-C while one runs, and kill -9 while one runs."""

import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

PIPECTL = os.path.abspath(os.environ.get("PIPECTL", "build/pipectl"))
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}


def configuration(command, count=1, when="create"):
    return {"resource": {"terraform_data": {"a": {"count": count, "provisioner": [{"local-exec": {
        "command": command, "when": when}}]}}}}


@unittest.skipUnless(Path(PIPECTL).exists(), f"there is no {PIPECTL}")
class Provisioners(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def write(self, content):
        (self.folder / "main.tf.json").write_text(json.dumps(content))

    def start(self, *arguments):
        return subprocess.Popen([PIPECTL, *arguments], cwd=self.folder, env=ENVIRONMENT, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_to_end(self, *arguments, status=0):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, status, out + err)
        return out + err

    def wait_for(self, name):
        end = time.monotonic() + 30
        while not (self.folder / name).exists():
            self.assertLess(time.monotonic(), end, f"{name} did not appear")
            time.sleep(0.01)

    def statuses(self):
        state = json.loads((self.folder / "terraform.tfstate").read_text())
        return [instance.get("status") for resource in state["resources"] for instance in resource["instances"]]

    def most_at_once(self, parallelism):
        self.write(configuration("echo + >> log; sleep 0.2; echo - >> log", count=4))
        self.run_to_end("apply", "-auto-approve", f"-parallelism={parallelism}")
        running = most = 0
        for line in (self.folder / "log").read_text().split():
            running += 1 if line == "+" else -1
            most = max(most, running)
        return most

    def test_one_at_a_time(self):
        self.assertEqual(self.most_at_once(1), 1)

    def test_two_at_a_time(self):
        self.assertEqual(self.most_at_once(2), 2)

    def interrupt(self, command):
        self.write(configuration(command, count=2))
        process = self.start("apply", "-auto-approve", "-no-color", "-parallelism=1")
        self.wait_for("here")
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(process.returncode, 1, out + err)
        return " ".join((out + err).split())               # messages are broken into lines

    def test_an_interrupt_reaches_the_program(self):
        text = self.interrupt("trap 'echo told; exit 5' TERM; touch here; while :; do sleep 0.05; done")
        self.assertIn("(local-exec): told", text)
        self.assertIn("exit status 5", text)
        self.assertIn("execution halted", text)
        self.assertEqual(self.statuses(), ["tainted", "tainted"])
        self.assertIn("It was not run", text)              # the other one waited for its turn

    def test_an_interrupt_ends_a_program_that_says_nothing(self):
        self.assertIn("signal: terminated", self.interrupt("touch here; while :; do sleep 0.05; done"))

    def test_a_dead_run_leaves_what_is_not_provisioned_tainted(self):
        self.write(configuration("touch here; while [ ! -e go-on ]; do sleep 0.05; done"))
        process = self.start("apply", "-auto-approve", "-no-color")
        self.wait_for("here")
        process.kill()
        process.communicate()
        (self.folder / "go-on").touch()
        self.assertIn("is tainted, so must be replaced", self.run_to_end("plan", "-no-color"))
        self.run_to_end("apply", "-auto-approve")
        self.assertEqual(self.statuses(), [None])
        self.run_to_end("plan", "-detailed-exitcode")

    def test_a_dead_run_leaves_what_is_provisioned_whole(self):
        second = {"b": {"depends_on": ["terraform_data.a"], "provisioner": [{"local-exec": {
            "command": "touch here; while [ ! -e go-on ]; do sleep 0.05; done"}}]}}
        content = configuration("true")
        content["resource"]["terraform_data"].update(second)
        self.write(content)
        process = self.start("apply", "-auto-approve", "-no-color")
        self.wait_for("here")
        process.kill()
        process.communicate()
        (self.folder / "go-on").touch()
        text = self.run_to_end("plan", "-no-color")
        self.assertIn("terraform_data.b is tainted", text)
        self.assertNotIn("terraform_data.a[0] is tainted", text)

    def test_the_progress_of_a_long_one(self):
        self.write(configuration("sleep 11"))
        self.assertIn("terraform_data.a[0]: Still creating... [10s elapsed]",
                      self.run_to_end("apply", "-auto-approve", "-no-color"))


if __name__ == "__main__":
    unittest.main()
