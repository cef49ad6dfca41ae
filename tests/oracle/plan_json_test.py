#!/usr/bin/env python3
"""`show -json` of a first plan of the bridged example, by both tools: the parts that other programs read are equal.

pipectl reads the same configuration twice, as YAML and as the .tf.json that Terraform reads.
"""

import json
import unittest

import judge
from judge import PIPECTL, TERRAFORM

def plan(place, tool, setups):
    place.run(tool, setups, "init", "-no-color")
    place.run(tool, setups, "plan", "-no-color", "-out=first.tfplan")
    return json.loads(place.run(tool, setups, "show", "-json", "first.tfplan"))


def leaves(value, path=""):
    """(path, value) of everything in the tree; lists of named things by their address."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}")
        if not value:
            yield path, {}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{item['address'] if isinstance(item, dict) and 'address' in item else index}]")
        if not value:
            yield path, []
    else:
        yield path, value


@unittest.skipIf(judge.missing(), judge.missing())
class PlanJson(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = judge.Place()
        cls.addClassCleanup(cls.place.close)
        theirs = cls.place.example("theirs", "json")
        cls.terraform = plan(cls.place, TERRAFORM, theirs)

    def check(self, syntax):
        ours = plan(self.place, PIPECTL, self.place.example(f"ours-{syntax}", syntax))
        for member in ("resource_changes", "output_changes", "planned_values"):
            with self.subTest(member):
                wanted, found = (dict(leaves(side.get(member), member)) for side in (self.terraform, ours))
                wrong = {path: (wanted.get(path, "nothing"), found.get(path, "nothing")) for path in wanted.keys() | found.keys()
                         if path not in wanted or path not in found or wanted[path] != found[path]}
                self.assertFalse(wrong, "(Terraform, pipectl) by path:\n" + "\n".join(
                    f"{path}: {sides}" for path, sides in sorted(wrong.items())[:60]))

    def test_of_tf_json(self):
        self.check("json")

    def test_of_yaml(self):
        self.check("yaml")


if __name__ == "__main__":
    unittest.main()
