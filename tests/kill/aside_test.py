#!/usr/bin/env python3
"""A run dies, and its state is replaced by another one: its journal is put aside, and `state recover` adopts what it names."""

import os
import sys
import unittest

import places
from world import World, differences

PIPECTL = os.environ.get("PIPECTL", "build/pipectl")
OTHER_STATE = places.json.dumps(places.EMPTY_STATE)


class Aside:
    """The same for each place where a journal can be."""

    def setUp(self):
        self.world = World(PIPECTL, place=self.place())
        self.addCleanup(self.world.close)

    def run_well(self, *arguments):
        run = self.world.run(*arguments)
        self.assertEqual(run.status, 0, run.text)
        return run.text

    def die(self):
        """Soon after the apply began, when a policy was put and nobody was told: nothing is in the state yet."""
        marker, until = self.world.base / "killed-here", self.world.base / "the-effect"
        self.world.gate.ctl("set-faults", {"rules": [
            {"match": {"operation": "PutBucketPolicy", "nth": 1}, "phase": "after", "kind": "pause", "marker": str(marker), "until": str(until)}]})
        process = self.world.start("apply", "-auto-approve")
        self.assertTrue(self.world.wait_for(marker.exists, 60, process))
        self.world.kill(process)
        until.touch()
        self.world.gate.ctl("set-faults", {"rules": []})
        self.world.place.die(self.world)

    def test_what_it_made_is_adopted_by_the_other_state(self):
        world = self.world
        world.fresh()
        self.run_well("apply", "-auto-approve")
        wanted = {"exists": world.dump(), "state": world.addresses()}
        world.fresh()
        self.die()
        self.replace_state(OTHER_STATE)
        shown = self.run_well("state", "recover")
        self.assertIn("aws_s3_bucket.s3_bucket [id=", shown)
        self.assertRegex(shown, "aws_s3_bucket_policy.bucket_policy.*, whose creation may have failed")
        self.assertIn("Adopted module.data-s3-bucket.aws_s3_bucket.s3_bucket", self.run_well("state", "recover", "-adopt"))
        self.assertIn("No journal was put aside here", self.run_well("state", "recover"))
        self.run_well("apply", "-auto-approve")
        self.assertEqual(differences({"exists": world.dump(), "state": world.addresses()}, wanted), [])
        self.assertEqual([name for name in world.litter() if not name.endswith(".backup")], [])
        self.assertEqual(world.violations(), [])


class File(Aside, unittest.TestCase):
    place = places.File

    def replace_state(self, text):
        (self.world.setups / "terraform.tfstate").write_text(text)


class Bucket(Aside, unittest.TestCase):
    place = places.Bucket

    def replace_state(self, text):
        self.world.gate.preload("s3", "PutObject", Bucket=places.BUCKET, Key=places.KEY, Body=text)


if __name__ == "__main__":
    sys.argv[0] = "aside_test"
    unittest.main(verbosity=1)
