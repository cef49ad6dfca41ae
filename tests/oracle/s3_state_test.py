#!/usr/bin/env python3
"""pipectl and Terraform on the same state in S3: locks, digest, workspaces, empty plans both ways, force-unlock, migration, and a
run whose machine is gone."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "awsgate" / "tests"))
from gateproc import Gate  # noqa: E402

PIPECTL = os.environ.get("PIPECTL") or str(HERE.parents[1] / "build" / "pipectl")
TERRAFORM = shutil.which("terraform")
BUCKET, KEY, TABLE = "states", "team/app.tfstate", "locks"
needs_terraform = unittest.skipUnless(TERRAFORM, "terraform is not installed")

MAIN = """
terraform:
  backend:
    s3:
      bucket: states
      key: team/app.tfstate
      use_lockfile: true
      dynamodb_table: locks
      encrypt: true
resource:
  terraform_data:
    a:
      input: ["${terraform.workspace}", %s]
output:
  made: {value: "${terraform_data.a.output}"}
"""


def as_json(text):
    """What Terraform reads of the same."""
    import yaml
    return json.dumps(yaml.safe_load(text))


class OnGate(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.gate = Gate("--strict", "--no-managed-policies")
        cls.addClassCleanup(cls.gate.stop)
        cls.s3, cls.table = cls.gate.client("s3"), cls.gate.client("dynamodb")
        cls.table.create_table(TableName=TABLE, BillingMode="PAY_PER_REQUEST",
                               KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
                               AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}])

    def setUp(self):
        self.s3.create_bucket(Bucket=BUCKET)
        self.addCleanup(self.empty)
        self.folder = Path(tempfile.mkdtemp(prefix="s3-state-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def empty(self):
        for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
            self.s3.delete_object(Bucket=BUCKET, Key=item["Key"])
        self.s3.delete_bucket(Bucket=BUCKET)
        for item in self.table.scan(TableName=TABLE)["Items"]:
            self.table.delete_item(TableName=TABLE, Key={"LockID": item["LockID"]})

    # --- helpers ---------------------------------------------------------------------------------

    def place(self, name, text=MAIN, value=1, tool=None):
        """A folder with the configuration, initialised: a machine of its own."""
        folder = self.folder / name
        folder.mkdir()
        self.write(folder, text, value)
        self.run_tool(tool or PIPECTL, folder, "init", "-input=false")
        return folder

    def write(self, folder, text=MAIN, value=1):
        text = text % value if "%s" in text else text
        (folder / "main.tf.yaml").write_text(text)
        (folder / "main.tf.json").unlink(missing_ok=True)

    def environment(self, **more):
        keep = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
        return {**keep, "HOME": str(self.folder), "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull,
                "AWS_ENDPOINT_URL": self.gate.url, "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": self.gate.key, "AWS_SECRET_ACCESS_KEY": self.gate.secret, **more}

    def prepare(self, tool, folder):
        """Terraform reads no YAML: it is given the same as JSON."""
        if tool == TERRAFORM:
            text = (folder / "main.tf.yaml").read_text()
            (folder / "main.tf.json").write_text(as_json(text))
            (folder / "main.tf.yaml").rename(folder / "main.yaml.kept")

    def restore(self, tool, folder):
        if tool == TERRAFORM:
            (folder / "main.tf.json").unlink()
            (folder / "main.yaml.kept").rename(folder / "main.tf.yaml")

    def run_tool(self, tool, folder, *arguments, status=0, stdin=None, **variables):
        self.prepare(tool, folder)
        try:
            done = subprocess.run([tool, *arguments], cwd=folder, env=self.environment(**variables), text=True,
                                  input=stdin, capture_output=True, timeout=100)
        finally:
            self.restore(tool, folder)
        if status is not None:
            self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def waiting_apply(self, tool, folder):
        """An apply that has the lock and waits for an answer."""
        self.prepare(tool, folder)
        process = subprocess.Popen([tool, "apply", "-no-color"], cwd=folder, env=self.environment(),
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(self.end, process)
        seen = b""
        while b"Enter a value" not in seen:
            more = os.read(process.stdout.fileno(), 65536)
            self.assertTrue(more, seen.decode())
            seen += more
        self.restore(tool, folder)
        return process

    def end(self, process):
        process.kill()
        process.communicate()

    def answer(self, process, word):
        out, _ = process.communicate(word.encode() + b"\n", timeout=60)
        return process.returncode, out.decode()

    def object(self, key):
        try:
            return self.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None

    def item(self, key):
        return self.table.get_item(TableName=TABLE, Key={"LockID": {"S": key}}).get("Item")

    def keys(self):
        return sorted(item["Key"] for item in self.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))

    def check_at_rest(self, key=KEY):
        """Nobody holds a lock, no journal is left, and the digest is the object's."""
        self.assertIsNone(self.object(key + ".tflock"))
        self.assertIsNone(self.object(key + ".journal"))
        self.assertIsNone(self.item(f"{BUCKET}/{key}"))
        self.assertEqual(self.item(f"{BUCKET}/{key}-md5")["Digest"]["S"], hashlib.md5(self.object(key)).hexdigest())


class Init(OnGate):
    """It reaches the state before it says that it has configured anything, or writes that down."""

    ROWS = {  # what the block says, the keys, and what the error says
        "a bucket that is missing": ({"bucket": "nowhere"}, {}, '"nowhere" does not exist'),
        "a wrong secret": ({}, {"AWS_SECRET_ACCESS_KEY": "wrong"}, "SignatureDoesNotMatch"),
        "keys that nobody knows": ({}, {"AWS_ACCESS_KEY_ID": "AKIANOBODY"}, "InvalidAccessKeyId|InvalidClientTokenId"),
        "no keys": ({}, {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"},
                    "No AWS credentials|No valid credential sources found"),
        "a region that is none": ({"region": "mars-1"}, {}, "Invalid AWS Region: mars-1"),
        "nobody there": ({"endpoints": {"s3": "http://127.0.0.1:9"}, "use_path_style": True, "max_retries": 1}, {}, "127.0.0.1:9"),
        "a state that is none": ({"key": "broken"}, {}, "Invalid JSON|could not be parsed as JSON"),
        "a state that is newer": ({"key": "newer"}, {}, "version 5|format version"),
    }

    def check(self, tool):
        self.s3.put_object(Bucket=BUCKET, Key="broken", Body=b"no state")
        self.s3.put_object(Bucket=BUCKET, Key="newer", Body=b'{"version": 5}')
        for name, (arguments, keys, error) in self.ROWS.items():
            with self.subTest(name), tempfile.TemporaryDirectory(dir=self.folder) as folder:
                backend = {"bucket": BUCKET, "key": KEY, "region": "us-east-1", **arguments}
                (Path(folder) / "main.tf.json").write_text(json.dumps({"terraform": {"backend": {"s3": backend}}}))
                environment = {name: value for name, value in self.environment(**keys).items() if value}
                done = subprocess.run([tool, "init", "-input=false", "-no-color"], cwd=folder, env=environment, text=True,
                                      capture_output=True, timeout=100)
                said = done.stdout + done.stderr
                self.assertEqual(done.returncode, 1, said)
                self.assertRegex(" ".join(said.split()), error)
                yield said, folder

    def test_of_pipectl(self):
        for said, folder in self.check(PIPECTL):
            self.assertNotIn("Successfully", said)
            self.assertEqual(len(re.findall("^Error: ", said, re.M)), 1, said)
            self.assertEqual(os.listdir(folder), ["main.tf.json"])

    @needs_terraform
    def test_of_terraform(self):
        for _ in self.check(TERRAFORM):
            pass


@needs_terraform
class WithTerraform(OnGate):
    def test_empty_plans_in_both_directions(self):
        for first, second in ((PIPECTL, TERRAFORM), (TERRAFORM, PIPECTL)):
            with self.subTest(first=Path(first).name):
                folder = self.place("place-" + Path(first).name, value=f'"{Path(first).name}"')
                self.run_tool(first, folder, "apply", "-auto-approve")
                self.check_at_rest()
                before = self.object(KEY)
                self.run_tool(second, folder, "init", "-input=false")
                self.run_tool(second, folder, "plan", "-detailed-exitcode")
                self.run_tool(second, folder, "apply", "-auto-approve")
                self.assertEqual(self.object(KEY), before)
                self.write(folder, value=2)
                self.run_tool(second, folder, "apply", "-auto-approve")
                self.check_at_rest()
                self.run_tool(first, folder, "plan", "-detailed-exitcode")
                serials = json.loads(before)["serial"], json.loads(self.object(KEY))["serial"]
                self.assertLess(serials[0], serials[1])

    def test_each_waits_for_the_other(self):
        for holder, other in ((PIPECTL, TERRAFORM), (TERRAFORM, PIPECTL)):
            with self.subTest(holder=Path(holder).name):
                ours, theirs = self.place("ours-" + Path(holder).name), self.place("theirs-" + Path(holder).name)
                process = self.waiting_apply(holder, ours)
                info = json.loads(self.object(KEY + ".tflock"))
                self.assertEqual(sorted(info), ["Created", "ID", "Info", "Operation", "Path", "Version", "Who"])
                self.assertEqual((info["Operation"], info["Path"]), ("OperationTypeApply", f"{BUCKET}/{KEY}"))
                self.assertEqual(json.loads(self.item(f"{BUCKET}/{KEY}")["Info"]["S"])["ID"], info["ID"])
                said = self.run_tool(other, theirs, "plan", "-no-color", status=1)
                self.assertIn("Error acquiring the state lock", said)
                for name in ("ID", "Who", "Operation"):
                    self.assertRegex(said, rf"{name}: +{info[name]}")
                started = time.time()
                self.run_tool(other, theirs, "plan", "-no-color", "-lock-timeout=2s", status=1)
                self.assertGreaterEqual(time.time() - started, 2)
                status, said = self.answer(process, "yes")
                self.assertEqual(status, 0, said)
                self.check_at_rest()
                self.run_tool(other, theirs, "plan", "-detailed-exitcode")
                self.run_tool(PIPECTL, ours, "destroy", "-auto-approve")

    def test_a_lock_is_broken_by_its_id(self):
        for holder, other in ((PIPECTL, TERRAFORM), (TERRAFORM, PIPECTL)):
            with self.subTest(holder=Path(holder).name):
                folder = self.place("place-" + Path(holder).name)
                process = self.waiting_apply(holder, folder)
                self.end(process)
                identity = json.loads(self.object(KEY + ".tflock"))["ID"]
                self.run_tool(other, folder, "force-unlock", "-force", "another-id", status=1)
                self.assertIsNotNone(self.object(KEY + ".tflock"))
                self.run_tool(other, folder, "force-unlock", "-force", identity)
                self.assertIsNone(self.object(KEY + ".tflock"))
                self.assertIsNone(self.item(f"{BUCKET}/{KEY}"))

    def test_workspaces_are_the_same(self):
        folder = self.place("place")
        self.run_tool(PIPECTL, folder, "workspace", "new", "blue")
        self.run_tool(PIPECTL, folder, "apply", "-auto-approve")
        self.check_at_rest(f"env:/blue/{KEY}")
        self.assertIn("* blue", self.run_tool(TERRAFORM, folder, "workspace", "list"))
        self.run_tool(TERRAFORM, folder, "plan", "-detailed-exitcode")
        self.run_tool(TERRAFORM, folder, "workspace", "new", "green")
        self.assertEqual(self.run_tool(PIPECTL, folder, "workspace", "list").split(),
                         ["default", "blue", "*", "green"])
        self.run_tool(PIPECTL, folder, "workspace", "select", "default")
        self.assertIn("not empty", self.run_tool(PIPECTL, folder, "workspace", "delete", "blue", status=1))
        self.run_tool(PIPECTL, folder, "workspace", "delete", "green")
        self.run_tool(TERRAFORM, folder, "workspace", "delete", "-force", "blue")
        self.assertEqual(self.run_tool(PIPECTL, folder, "workspace", "list").split(), ["*", "default"])
        self.assertEqual(self.keys(), [])

    def test_a_folder_changes_hands(self):
        """Local state to S3 by one, back to local by the other."""
        for first, second in ((PIPECTL, TERRAFORM), (TERRAFORM, PIPECTL)):
            with self.subTest(first=Path(first).name):
                local = "resource:\n  terraform_data:\n    a: {input: 1}\n"
                folder = self.place("place-" + Path(first).name, local, tool=first)
                self.run_tool(first, folder, "apply", "-auto-approve")
                self.write(folder, local + "terraform:\n  backend:\n    s3: {bucket: states, use_lockfile: true}\n")
                self.assertIn("Backend initialization required", self.run_tool(second, folder, "plan", status=1))
                self.run_tool(first, folder, "init", "-force-copy", "-backend-config=key=moved.tfstate")
                self.run_tool(second, folder, "plan", "-detailed-exitcode")
                self.assertEqual(self.keys(), ["moved.tfstate"])
                self.write(folder, local)
                for leftover in folder.glob("terraform.tfstate*"):
                    leftover.unlink()
                self.run_tool(second, folder, "init", "-migrate-state", "-force-copy")
                self.run_tool(first, folder, "plan", "-detailed-exitcode")
                self.s3.delete_object(Bucket=BUCKET, Key="moved.tfstate")


API = """
terraform:
  backend:
    s3: {bucket: states, key: team/app.tfstate, use_lockfile: true, dynamodb_table: locks}
provider:
  aws: {region: us-east-1}
resource:
  aws_api_gateway_rest_api:
    api: {name: one, description: "%s"}
"""


class MachineIsGone(OnGate):
    """A runner dies in the middle of an apply, and everything on its disk with it."""

    def setUp(self):
        super().setUp()
        self.apis = self.gate.client("apigateway")
        for api in self.apis.get_rest_apis()["items"]:
            self.apis.delete_rest_api(restApiId=api["id"])

    def die_at(self, folder, rule, *arguments):
        self.gate.ctl("set-faults", {"rules": [{**rule, "kind": "pause", "marker": str(self.folder / "here"),
                                                "until": str(self.folder / "go-on"), "timeout_s": 60}]})
        process = subprocess.Popen([PIPECTL, *arguments], cwd=folder, env=self.environment(), text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        end = time.time() + 60
        while not (self.folder / "here").exists():
            self.assertTrue(time.time() < end and process.poll() is None, process.poll())
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        shutil.rmtree(folder)
        (self.folder / "go-on").touch()
        time.sleep(0.3)
        self.gate.ctl("set-faults", {"rules": []})
        for name in ("here", "go-on"):
            (self.folder / name).unlink()

    def recover(self, description="later"):
        folder = self.place(f"place-{time.time()}", API, description)
        said = self.run_tool(PIPECTL, folder, "plan", "-no-color", status=None)
        if "Error acquiring the state lock" in said:
            identity = said.split("ID:")[1].split()[0]
            self.run_tool(PIPECTL, folder, "force-unlock", "-force", identity)
        said = self.run_tool(PIPECTL, folder, "apply", "-no-color", "-auto-approve")
        self.run_tool(PIPECTL, folder, "plan", "-detailed-exitcode")
        self.check_at_rest()
        return folder, said

    def check_one(self, folder):
        apis = [api["id"] for api in self.apis.get_rest_apis()["items"]]
        state = json.loads(self.object(KEY))
        self.assertEqual([state["resources"][0]["instances"][0]["attributes"]["id"]], apis)
        self.run_tool(PIPECTL, folder, "destroy", "-auto-approve")
        self.assertEqual(self.apis.get_rest_apis()["items"], [])

    def test_before_and_after_each_call_that_changes_something(self):
        points = [
            {"match": {"operation": "CreateRestApi", "nth": 1}, "phase": "after"},
            {"match": {"operation": "CreateRestApi", "nth": 1}, "phase": "before", "then": "close"},
            {"match": {"regex": "PUT .*tfstate.journal", "nth": 1}, "phase": "before", "then": "close"},
            {"match": {"regex": "PUT .*tfstate.journal", "nth": 1}, "phase": "after"},
            {"match": {"regex": "PUT .*tfstate.journal", "nth": 2}, "phase": "after"},
            {"match": {"regex": "PUT .*app.tfstate[?]?.* ?(\n|$)", "operation": "PutObject", "nth": 4}, "phase": "after"},
            {"match": {"operation": "PutItem", "nth": 2}, "phase": "before", "then": "close"},
            {"match": {"operation": "PutItem", "nth": 2}, "phase": "after"},
            {"match": {"regex": "DELETE .*tfstate.journal", "nth": 1}, "phase": "before", "then": "close"},
            {"match": {"operation": "DeleteItem", "nth": 1}, "phase": "before", "then": "close"},
        ]
        for point in points:
            with self.subTest(point=point):
                folder = self.place("doomed", API, "first")
                self.die_at(folder, point, "apply", "-auto-approve")
                folder, _ = self.recover()
                self.check_one(folder)

    def test_a_digest_that_was_not_written_is_mended_by_whoever_has_the_journal(self):
        folder = self.place("doomed", API, "same")
        self.die_at(folder, {"match": {"operation": "PutItem", "nth": 2}, "phase": "before", "then": "close"}, "apply",
                    "-auto-approve")
        self.assertIsNone(self.item(f"{BUCKET}/{KEY}-md5"))
        self.table.put_item(TableName=TABLE, Item={"LockID": {"S": f"{BUCKET}/{KEY}-md5"}, "Digest": {"S": "0" * 32}})
        folder, _ = self.recover("same")
        self.check_one(folder)

    def test_what_was_made_is_adopted(self):
        folder = self.place("doomed", API, "first")
        self.die_at(folder, {"match": {"operation": "CreateRestApi", "nth": 1}, "phase": "after"}, "apply",
                    "-auto-approve")
        self.assertIsNone(self.object(KEY))
        self.assertIn(b"aws_api_gateway_rest_api.api", self.object(KEY + ".journal"))
        folder, said = self.recover()
        self.assertIn("An earlier run was stopped", said)
        self.assertRegex(said, r"0 added, 1 changed|0 to add, 1 to change")
        self.check_one(folder)


class Store(OnGate):
    def test_another_writer_is_never_overwritten(self):
        folder = self.place("place", value=1)
        self.run_tool(PIPECTL, folder, "apply", "-auto-approve")
        self.write(folder, value=2)
        process = self.waiting_apply(PIPECTL, folder)
        other = json.loads(self.object(KEY))
        other["serial"] += 7
        self.s3.put_object(Bucket=BUCKET, Key=KEY, Body=json.dumps(other).encode())
        status, said = self.answer(process, "yes")
        self.assertEqual(status, 1)
        self.assertIn("Somebody else has written the state", said)
        self.assertIn("errored.tfstate", said)
        self.assertEqual(json.loads(self.object(KEY)), other)
        kept = json.loads((folder / "errored.tfstate").read_text())
        self.assertEqual(kept["outputs"]["made"]["value"], ["default", 2])

    def test_a_store_without_conditions(self):
        """501 to the first write, which has a condition: a warning, then reading, comparing and writing."""
        folder = self.place("place", MAIN.replace("      use_lockfile: true\n", ""))
        self.gate.ctl("set-faults", {"rules": [
            {"match": {"operation": "PutObject"}, "times": 1, "kind": "error", "code": "NotImplemented", "status": 501,
             "message": "A header you provided implies functionality that is not implemented"}]})
        self.addCleanup(self.gate.ctl, "set-faults", {"rules": []})
        said = self.run_tool(PIPECTL, folder, "apply", "-auto-approve")
        self.check_at_rest()
        self.assertIn("The store knows no conditional writes", said)

    def test_lost_answers(self):
        """The connection is reset after each write of the lock, the journal and the state."""
        folder = self.place("place")
        self.gate.ctl("set-faults", {"rules": [
            {"match": {"operation": "PutObject", "attempt": 1}, "phase": "after", "kind": "reset"},
            {"match": {"operation": ["PutItem", "DeleteItem"], "attempt": 1}, "phase": "after", "kind": "reset"}]})
        self.addCleanup(self.gate.ctl, "set-faults", {"rules": []})
        self.run_tool(PIPECTL, folder, "apply", "-auto-approve")
        self.gate.ctl("set-faults", {"rules": []})
        self.check_at_rest()
        self.run_tool(PIPECTL, folder, "plan", "-detailed-exitcode")

    def test_a_fifth_of_all_calls_fails(self):
        """Before and after their effect, and with answers that are cut off or no JSON: the same state, and nothing left."""
        rules = [{"match": {"service": service, "probability": 0.07}, **fault} for service in ("s3", "dynamodb") for fault in (
            {"phase": "after", "kind": "reset"}, {"phase": "before", "kind": "http", "status": 503},
            {"phase": "after", "kind": "truncate"} if service == "s3" else {"phase": "after", "kind": "garbage", "body": "x"})]
        self.addCleanup(self.gate.ctl, "set-faults", {"rules": []})
        folder = self.place("place")
        for seed in range(8):
            with self.subTest(seed=seed):
                self.write(folder, value=seed)
                self.gate.ctl("set-faults", {"seed": seed, "rules": rules})
                self.run_tool(PIPECTL, folder, "apply", "-auto-approve")
                self.gate.ctl("set-faults", {"rules": []})
                self.check_at_rest()
                self.assertEqual(json.loads(self.object(KEY))["outputs"]["made"]["value"], ["default", seed])

    def test_state_push_and_pull(self):
        folder = self.place("place")
        self.run_tool(PIPECTL, folder, "apply", "-auto-approve")
        pulled = self.run_tool(PIPECTL, folder, "state", "pull")
        self.assertEqual(pulled.encode(), self.object(KEY) + b"\n")
        state = json.loads(pulled)
        self.assertIn("same serial", self.push(folder, {**state, "outputs": {}}, 1))
        self.assertIn("newer state", self.push(folder, {**state, "serial": 0, "outputs": {}}, 1))
        self.assertIn("unrelated state", self.push(folder, {**state, "lineage": "other"}, 1))
        self.push(folder, {**state, "serial": state["serial"] + 1, "outputs": {}}, 0)
        self.assertEqual(json.loads(self.object(KEY))["outputs"], {})
        self.check_at_rest()

    def push(self, folder, state, status):
        return self.run_tool(PIPECTL, folder, "state", "push", "-", status=status, stdin=json.dumps(state))

    def test_outputs_of_another_configuration(self):
        folder = self.place("place", value=5)
        self.run_tool(PIPECTL, folder, "apply", "-auto-approve")
        reader = self.place("reader", """
data:
  terraform_remote_state:
    app:
      backend: s3
      config: {bucket: states, key: team/app.tfstate}
      defaults: {spare: 1}
output:
  made: {value: "${data.terraform_remote_state.app.outputs.made[1]}"}
  spare: {value: "${data.terraform_remote_state.app.outputs.spare}"}
""")
        self.run_tool(PIPECTL, reader, "apply", "-auto-approve")
        outputs = json.loads(self.run_tool(PIPECTL, reader, "output", "-json"))
        self.assertEqual({name: output["value"] for name, output in outputs.items()}, {"made": 5, "spare": 1})


if __name__ == "__main__":
    unittest.main()
