#!/usr/bin/env python3
"""From pipectl to Terraform and back, on the example: what one built the other finds unchanged, and destroys."""

import json
import unittest

import judge
from judge import HEX, PIPECTL, ROOT, TERRAFORM, bridge


@unittest.skipIf(judge.missing(), judge.missing())
class RoundTrip(unittest.TestCase):
    def setUp(self):
        self.place = judge.Place()
        self.addCleanup(self.place.close)
        self.ours = self.place.example("ours")

    def test_pipectl_builds_and_terraform_takes_over(self):
        self.place.run(PIPECTL, self.ours, "init", "-no-color")
        self.place.run(PIPECTL, self.ours, "apply", "-no-color", "-auto-approve")
        state = json.loads((self.ours / "terraform.tfstate").read_text())
        given = bridge.take_from_state(state)
        theirs = self.place.folder / "theirs"
        bridge.bridge_config([ROOT / "modules", ROOT / "setups"], theirs, given, "json")
        theirs = theirs / "setups"
        (theirs / "terraform.tfstate").write_text(json.dumps(state))

        self.place.run(TERRAFORM, theirs, "init")
        self.place.run(TERRAFORM, theirs, "plan", "-no-color", "-detailed-exitcode")
        self.place.run(TERRAFORM, theirs, "destroy", "-no-color", "-auto-approve")
        self.assertEqual(self.place.left(), {})

    def test_terraform_builds_and_pipectl_takes_over(self):
        theirs = self.place.example("theirs", "json")
        self.place.run(TERRAFORM, theirs, "init")
        self.place.run(TERRAFORM, theirs, "apply", "-no-color", "-auto-approve")
        state = json.loads((theirs / "terraform.tfstate").read_text())
        bridge.put_into_state(state, list(bridge.declared_random(self.ours)), HEX)
        (self.ours / "terraform.tfstate").write_text(json.dumps(state))

        self.place.run(PIPECTL, self.ours, "init", "-no-color")
        self.place.run(PIPECTL, self.ours, "plan", "-no-color", "-detailed-exitcode")
        self.place.run(PIPECTL, self.ours, "destroy", "-no-color", "-auto-approve")
        self.assertEqual(self.place.left(), {})


if __name__ == "__main__":
    unittest.main()
