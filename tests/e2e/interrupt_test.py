#!/usr/bin/env python3
"""Ctrl-C during apply: once, and it finishes what is under way, saves and says so; twice, and it stops at
once. Both exit with 1, and the next apply ends where an undisturbed one would have ended.
"""

import json
import os
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
import judge                    # noqa: E402
from judge import PIPECTL       # noqa: E402

STREAMS = """
provider: { aws: { region: us-east-1 } }
resource:
  aws_kinesis_stream:
    first: { name: first, shard_count: 1 }
    second:
      name: second
      shard_count: 1
      depends_on: [aws_kinesis_stream.first]
"""


@unittest.skipUnless(Path(PIPECTL).exists(), f"there is no {PIPECTL}")
class Interrupt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = judge.Place()
        cls.addClassCleanup(cls.place.close)

    def setUp(self):
        self.folder = self.place.folder / self.id().rpartition(".")[2]
        self.folder.mkdir()
        (self.folder / "main.tf.yaml").write_text(STREAMS)

    def start(self, *arguments, **options):
        return subprocess.Popen([PIPECTL, *arguments], cwd=self.folder, env=self.place.environment, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def wait_for(self, path):
        end = time.monotonic() + 60
        while not path.exists():
            self.assertLess(time.monotonic(), end, f"{path.name} did not appear")
            time.sleep(0.01)

    def streams(self):
        return sorted(self.place.client("kinesis").list_streams()["StreamNames"])

    def state(self):
        state = json.loads((self.folder / "terraform.tfstate").read_text())
        return sorted(resource["name"] for resource in state["resources"] for _ in resource["instances"])

    def journals(self):
        return [path.name for path in self.folder.iterdir() if "journal" in path.name]

    def apply_until(self, operation, phase="after"):
        """An apply of which the gate holds a call back; let go by touching what is returned."""
        here, go_on = self.folder / "here", self.folder / "go-on"
        self.place.gate.ctl("set-faults", {"rules": [{
            "match": {"service": "kinesis", "operation": operation, "nth": 1}, "phase": phase, "kind": "pause",
            "marker": str(here), "until": str(go_on), "timeout_s": 60}]})
        process = self.start("apply", "-auto-approve", "-no-color")
        self.wait_for(here)
        return process, go_on

    def ends_well(self):
        self.place.gate.ctl("set-faults", {"rules": []})
        self.place.run(PIPECTL, self.folder, "apply", "-auto-approve", "-no-color")
        self.assertEqual((self.streams(), self.state(), self.journals()), (["first", "second"], ["first", "second"], []))
        self.place.run(PIPECTL, self.folder, "plan", "-detailed-exitcode")
        self.place.run(PIPECTL, self.folder, "destroy", "-auto-approve")
        self.assertEqual(self.place.left(), {})

    def test_once_finishes_what_is_under_way(self):
        process, go_on = self.apply_until("CreateStream")
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        self.assertIsNone(process.poll(), "it did not wait for the call")
        go_on.touch()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertIn("Interrupt received.", out + err)
        self.assertIn("aws_kinesis_stream.first: Creation complete", out)
        self.assertNotIn("aws_kinesis_stream.second: Creating", out)
        self.assertEqual((self.streams(), self.state(), self.journals()), (["first"], ["first"], []))
        self.ends_well()

    def test_terminated_is_interrupted(self):
        process, go_on = self.apply_until("CreateStream")
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        go_on.touch()
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, self.state()), (1, ["first"]), out + err)
        self.ends_well()

    def test_twice_stops_at_once(self):
        process, go_on = self.apply_until("CreateStream")
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        begin = time.monotonic()
        out, err = process.communicate(timeout=60)
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual(process.returncode, 1, out + err)
        go_on.touch()
        self.assertIn("adopted", self.place.run(PIPECTL, self.folder, "apply", "-auto-approve", "-no-color"))
        self.ends_well()

    def test_while_it_waits_for_an_object(self):
        """A stream that becomes ready is under way until it is."""
        process, go_on = self.apply_until("DescribeStreamSummary", "before")
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        go_on.touch()
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, self.state(), self.journals()), (1, ["first"], []), out + err)
        self.ends_well()

    def test_while_it_plans(self):
        self.place.run(PIPECTL, self.folder, "apply", "-auto-approve", "-no-color")
        before = (self.folder / "terraform.tfstate").read_bytes()
        here, go_on = self.folder / "here", self.folder / "go-on"
        self.place.gate.ctl("set-faults", {"rules": [{"match": {"service": "kinesis"}, "times": 1, "kind": "pause", "marker": str(here),
                                                     "until": str(go_on), "timeout_s": 20}]})
        process = self.start("plan", "-no-color")
        self.wait_for(here)
        process.send_signal(signal.SIGINT)
        begin = time.monotonic()
        go_on.touch()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1, out + err)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual((self.folder / "terraform.tfstate").read_bytes(), before)
        self.ends_well()

    def test_at_the_question(self):
        """Nobody has been asked for anything yet: one signal is enough."""
        process = subprocess.Popen([PIPECTL, "apply", "-no-color"], cwd=self.folder, env=self.place.environment, text=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = ""
        while "Enter a value:" not in said:
            said += os.read(process.stdout.fileno(), 4096).decode()
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            self.fail("the question goes on")
        finally:
            process.communicate()
        self.assertEqual(process.returncode, 1)
        self.assertEqual(self.streams(), [])
        self.ends_well()


if __name__ == "__main__":
    unittest.main()
