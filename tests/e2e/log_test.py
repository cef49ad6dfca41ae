#!/usr/bin/env python3
"""TF_LOG: which levels and parts, where to, and that nothing in it opens a door."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
import judge                    # noqa: E402
from judge import PIPECTL       # noqa: E402

STREAM = {"provider": {"aws": {"region": "us-east-1"}},
         "variable": {"secret": {"default": "hidden-default", "sensitive": True}},
         "resource": {"aws_kinesis_stream": {"q": {"name": "logged", "shard_count": 1, "tags": {"secret": "${var.secret}"}}}}}


@unittest.skipUnless(Path(PIPECTL).exists(), f"there is no {PIPECTL}")
class Log(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = judge.Place()
        cls.addClassCleanup(cls.place.close)

    def setUp(self):
        self.folder = self.place.folder / self.id().rpartition(".")[2]
        self.folder.mkdir()
        (self.folder / "main.tf.json").write_text(json.dumps(STREAM))

    def run_with(self, *arguments, **variables):
        environment = dict(self.place.environment, **variables)
        done = subprocess.run([PIPECTL, *arguments], cwd=self.folder, env=environment, text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=60)
        return done.stdout, done.stderr

    def test_off_by_default(self):
        for variables in {}, {"TF_LOG": ""}, {"TF_LOG": "off"}, {"TF_LOG": "TRACE", "TF_LOG_PROVIDER": "OFF", "TF_LOG_CORE": "OFF"}:
            self.assertNotIn("[", self.run_with("plan", "-no-color", **variables)[1])

    def test_calls_without_secrets(self):
        out, log = self.run_with("apply", "-auto-approve", "-no-color", "-var", "secret=hidden-value", TF_LOG="TRACE")
        self.assertIn("Apply complete!", out)
        self.assertIn("[INFO]  command: apply -auto-approve -no-color -var", log)
        self.assertIn("[DEBUG] aws_kinesis_stream.q: kinesis CreateStream", log)
        self.assertRegex(log, r"\[DEBUG\] provider.aws: kinesis CreateStream: attempt 1: POST http://.* \(\d+ bytes\)")
        self.assertRegex(log, r"\[DEBUG\] provider.aws: kinesis CreateStream: 200 after \d+ ms")
        self.assertIn("> Authorization: ***", log)
        for secret in ("Signature=", "hidden-value", "hidden-default", self.place.environment["AWS_SECRET_ACCESS_KEY"]):
            self.assertNotIn(secret, log)
        self.run_with("destroy", "-auto-approve")

    def test_a_token_that_is_refused(self):
        log = self.run_with("apply", "-auto-approve", TF_LOG="TRACE", AWS_SESSION_TOKEN="token-of-the-session")[1]
        self.assertIn("> X-Amz-Security-Token: ***", log)
        self.assertNotIn("token-of-the-session", log)

    def test_parts(self):
        log = self.run_with("plan", TF_LOG_CORE="INFO")[1]
        self.assertIn("[INFO]  command: plan", log)
        self.assertNotIn("provider.aws", log)
        log = self.run_with("plan", TF_LOG="INFO", TF_LOG_PROVIDER="DEBUG")[1]
        self.assertNotIn("[DEBUG] aws_", log)

    def test_a_file_and_json(self):
        path = self.folder / "log"
        self.assertNotIn("@level", self.run_with("plan", TF_LOG="JSON", TF_LOG_PATH=str(path))[1])
        self.run_with("plan", TF_LOG="JSON", TF_LOG_PATH=str(path))
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        self.assertEqual(sum("command: plan" in line["@message"] for line in lines), 2)   # added to
        self.assertEqual(set(lines[0]), {"@level", "@message", "@module", "@timestamp"})
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)

    def test_what_is_wrong_with_it(self):
        self.assertIn("Invalid log level: \"loud\"", self.run_with("version", TF_LOG="loud")[1])
        self.assertIn("Error opening log file: open /no/such", self.run_with("version", TF_LOG="INFO", TF_LOG_PATH="/no/such")[1])


if __name__ == "__main__":
    unittest.main()
