#!/usr/bin/env python3
"""Tests of the bridge: what it makes of YAML, and that a state comes back from a round trip whole.

With Terraform and its AWS provider here, the bridged example is validated too; else that is
skipped, and said so.
"""

import copy
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

import bridge

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLE = [ROOT / "modules", ROOT / "setups"]
HEX = {"bucket_suffix": "0a1b2c3d"}


def read_text(text):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(text)
        file.flush()
        return bridge.read_yaml(file.name)


class Yaml(unittest.TestCase):
    def test_scalars_are_those_of_the_core_schema(self):
        for text, value in {"yes": "yes", "on": "on", "2012-10-17": "2012-10-17", "true": True, "False": False, "~": None,
                            "": None, "012": 12, "0x1F": 31, "0o17": 15, "1_000": "1_000", "1e3": 1000.0, "12:30": "12:30",
                            "~> 5.0": "~> 5.0", '"1"': "1"}.items():
            with self.subTest(text):
                self.assertEqual(read_text(f"a: {text}\n"), {"a": value})

    def test_anchors_merge_and_holders_vanish(self):
        self.assertEqual(read_text("x-base: &b {a: 1, b: 2}\nr:\n  <<: *b\n  b: 3\n"), {"r": {"a": 1, "b": 3}})

    def test_a_key_twice_is_an_error(self):
        with self.assertRaises(bridge.yaml.YAMLError):
            read_text("r:\n  a: 1\n  a: 2\n")

    def test_written_yaml_reads_back(self):
        for value in ({"a": {"b": [1, {"c": "yes"}, [], {}], "d": None}}, {"a": ["${x}", "2012-10-17", "- x: #", "\n\t\"é"]},
                      {"a": [[1, 2], [{"b": True}]]}):
            with self.subTest(value):
                self.assertEqual(read_text(bridge.write_yaml(value)), value)


class Documents(unittest.TestCase):
    def test_native_expression(self):
        for value, text in [
                ({"A": ["*", 1, None, True]}, '{"A" = ["*", 1, null, true]}'),
                ("a\"b\n", r'"a\"b\n"'),
                ('x${f("}", "{")}"y"', r'"x${f("}", "{")}\"y\""'),
                ("${a[\"k\"]}/*", '"${a["k"]}/*"'),
                ("$${aws:username} ${x}", '"$${aws:username} ${x}"'),
                ({"k${x}": {}}, '{"k${x}" = {}}')]:
            with self.subTest(value):
                self.assertEqual(bridge.native(value), text)

    def test_only_documents_are_encoded(self):
        body = {"policy": {"Version": "1"}, "tags": {"policy_of": "x"}, "inline_policy": [{"policy": ["a"]}]}
        self.assertEqual(bridge.encode_documents(body, {"policy"}), {
            "policy": '${jsonencode({"Version" = "1"})}', "tags": {"policy_of": "x"},
            "inline_policy": [{"policy": '${jsonencode(["a"])}'}]})

    def test_types_say_which_attributes_they_are(self):
        self.assertIn("assume_role_policy", bridge.document_attributes("aws_iam_role"))
        self.assertIn("policy", bridge.document_attributes("aws_s3_bucket_policy"))
        self.assertNotIn("bucket", bridge.document_attributes("aws_s3_bucket_policy"))


class Config(unittest.TestCase):
    def bridged(self, folder, **options):
        target = Path(folder)
        bridge.bridge_config(EXAMPLE, target, HEX, options.get("to", "json"))
        return target

    def test_nothing_of_random_id_remains(self):
        for syntax in ("json", "yaml"):
            with self.subTest(syntax), tempfile.TemporaryDirectory() as folder:
                target = self.bridged(folder, to=syntax)
                text = "".join(path.read_text() for path in target.rglob(f"*.tf.{syntax}"))
                self.assertNotRegex(text, r"(?<!local\.)(?<!\")random_id\b")
                self.assertIn("${local.random_id_bucket_suffix.hex}", text)
                self.assertNotIn("hashicorp/random", text)
                self.assertIn("hashicorp/aws", text)

    def test_yaml_keeps_mappings_and_json_does_not(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            as_yaml = self.bridged(one, to="yaml") / "modules/s3/bucket_iam.tf.yaml"
            as_json = self.bridged(two) / "modules/s3/bucket_iam.tf.json"
            self.assertEqual(bridge.read_yaml(as_yaml), bridge.read_yaml(ROOT / "modules/s3/bucket_iam.tf.yaml"))
            self.assertIn("${jsonencode({", as_json.read_text())
            self.assertEqual(list(as_json.parent.glob("*.yaml")), [])

    @unittest.skipIf(subprocess.run([HERE / "tf", "--have"]).returncode, "terraform and its AWS provider are not here")
    def test_terraform_takes_it(self):
        with tempfile.TemporaryDirectory() as folder:
            setups = self.bridged(folder) / "setups"
            for command in (["init"], ["validate"]):
                done = subprocess.run([HERE / "tf", *command], cwd=setups, capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)


class State(unittest.TestCase):
    """example.tfstate is what Terraform's apply of the bridged example left."""

    def setUp(self):
        self.terraform = json.loads((HERE / "example.tfstate").read_text())
        self.declared = list(bridge.declared_random(ROOT / "setups"))

    def test_put_and_take_give_it_back(self):
        state = copy.deepcopy(self.terraform)
        bridge.put_into_state(state, self.declared, HEX)
        self.assertNotEqual(state, self.terraform)
        self.assertEqual(bridge.take_from_state(state), HEX)
        self.assertEqual(state, self.terraform)

    def test_put_makes_what_the_provider_makes(self):
        bridge.put_into_state(self.terraform, self.declared, HEX)
        resource = next(r for r in self.terraform["resources"] if r["type"] == "random_id")
        self.assertEqual(resource["module"], "module.data-s3-bucket")
        self.assertEqual(resource["instances"][0]["attributes"], {
            "b64_std": "ChssPQ==", "b64_url": "ChssPQ", "byte_length": 4, "dec": "169552957", "hex": "0a1b2c3d",
            "id": "ChssPQ", "keepers": None, "prefix": None})

    def test_put_tells_who_depends_on_it(self):
        bridge.put_into_state(self.terraform, self.declared, HEX)
        address = "module.data-s3-bucket.random_id.bucket_suffix"
        for resource in self.terraform["resources"]:
            if resource["type"] != "random_id":
                with self.subTest(bridge.address_of(resource)):
                    known = resource["instances"][0].get("dependencies", [])
                    self.assertIn(address, known)
                    self.assertEqual(known, sorted(known))


if __name__ == "__main__":
    unittest.main()
