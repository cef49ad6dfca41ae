#!/usr/bin/env python3
"""The region: an edit of setups/terraform.tfvars moves the pipeline, forgets nothing, and data flows there.

(Terraform forgets all that is in the old region: design of pipectl, "a region change is a replacement".)
"""

import json
import re
import subprocess
import sys
import time
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
import judge                    # noqa: E402
from judge import PIPECTL       # noqa: E402

OLD, NEW = judge.REGION, "eu-west-1"
NEW_HELPER = "helper-bucket123-eu"
PRODUCT = {"id": 7, "title": "Runner", "price": 1.5, "category": "rugs"}


def resources(dump, region):
    """What the dump has in the region, without IAM and buckets, which it lists for all."""
    return {service: content[region] for service, content in dump.items() if service not in ("iam", "s3") and region in content}


@unittest.skipUnless(Path(PIPECTL).exists(), f"there is no {PIPECTL}")
class Region(unittest.TestCase):
    def setUp(self):
        self.place = judge.Place()
        self.addCleanup(self.place.close)
        self.setups = self.place.example("example")

    def pipectl(self, *arguments, status=0):
        return self.place.run(PIPECTL, self.setups, *arguments, status=status)

    def edit(self, old, new):
        path = self.setups / "terraform.tfvars"
        self.assertEqual(path.read_text().count(old), 1)
        path.write_text(path.read_text().replace(old, new))

    def client(self, service, region):
        return judge.boto3.client(service, endpoint_url=self.place.gate.url, region_name=region,
                                  aws_access_key_id=self.place.gate.key, aws_secret_access_key=self.place.gate.secret)

    def make_new_helper(self):
        s3 = self.client("s3", NEW)
        s3.create_bucket(Bucket=NEW_HELPER, CreateBucketConfiguration={"LocationConstraint": NEW})
        s3.get_waiter("bucket_exists").wait(Bucket=NEW_HELPER, WaiterConfig={"Delay": 1})
        s3.upload_file(str(judge.ROOT / "helper-resources/process_data.zip"), NEW_HELPER, "process_data.zip")

    def identities(self):
        iam = self.client("iam", OLD)
        return ({role["RoleName"]: role["RoleId"] for role in iam.list_roles()["Roles"]},
                {policy["PolicyName"]: policy["PolicyId"] for policy in iam.list_policies(Scope="Local")["Policies"]})

    def plan(self):
        text = self.pipectl("plan", "-no-color", "-out=next.tfplan", "-detailed-exitcode", status=2)
        plan = json.loads(self.pipectl("show", "-json", "next.tfplan"))
        return text, {change["address"]: change["change"]["actions"] for change in plan["resource_changes"]}

    def send_through(self, region):
        """Sends the product through the pipeline in the region; the lines in its bucket."""
        environment = {**self.place.environment, "AWS_REGION": region}
        ready = self.place.folder / "pipeline.json"
        data_plane = subprocess.Popen(
            [sys.executable, "-W", "ignore", judge.ROOT / "helper-resources/local_pipeline.py", "--interval-scale", "0.005",
             "--ready-file", ready], env=environment, stdout=subprocess.DEVNULL)
        self.addCleanup(lambda: (data_plane.terminate(), data_plane.wait()))
        while not ready.exists() or not ready.read_text().endswith("\n"):
            self.assertIsNone(data_plane.poll())
            time.sleep(0.05)
        url = self.pipectl("output", "-raw", "invoke_url")
        self.assertIn(f".execute-api.{region}.", url)
        url = re.sub(r"^https://([^.]+)\.[^/]+", json.loads(ready.read_text())["url"] + r"/\1", url)
        urllib.request.urlopen(urllib.request.Request(url, data=json.dumps(PRODUCT).encode(), method="POST")).close()
        s3, bucket = self.client("s3", region), self.pipectl("output", "-raw", "bucket_name")
        for _ in range(100):
            if found := s3.list_objects_v2(Bucket=bucket).get("Contents"):
                return s3.get_object(Bucket=bucket, Key=found[0]["Key"])["Body"].read().decode().splitlines()
            time.sleep(0.2)
        return []

    def build(self):
        self.pipectl("init", "-no-color")
        self.pipectl("apply", "-no-color", "-auto-approve")

    def test_region_and_helper_bucket_move_everything(self):
        self.build()
        before = self.identities()
        self.make_new_helper()
        self.edit(f'"{OLD}"', f'"{NEW}"')
        self.edit(f'"{judge.HELPER_BUCKET}"', f'"{NEW_HELPER}"')

        text, actions = self.plan()
        self.assertIn(f"the region changes from {OLD} to {NEW}", text)
        for address, action in actions.items():
            with self.subTest(address):
                kind = address.split(".")[-2]
                if kind.startswith("aws_iam_"):
                    self.assertIn(action, (["no-op"], ["update"]))
                elif kind != "random_id":
                    self.assertEqual(sorted(action), ["create", "delete"])
        self.pipectl("apply", "-no-color", "next.tfplan")
        self.pipectl("plan", "-no-color", "-detailed-exitcode")

        dump = self.place.gate.ctl("dump")
        self.assertEqual(resources(dump, OLD), {})
        self.assertEqual(set(resources(dump, NEW)), {"kinesis", "firehose", "lambda", "apigateway"})
        self.assertEqual(self.identities(), before)
        buckets = {name: self.client("s3", OLD).get_bucket_location(Bucket=name)["LocationConstraint"] for name in dump["s3"]}
        self.assertEqual([name for name, region in buckets.items() if region is None], [judge.HELPER_BUCKET])
        self.assertEqual(len(buckets), 3)
        self.assertEqual([json.loads(line) for line in self.send_through(NEW)], [PRODUCT])

        self.pipectl("destroy", "-no-color", "-auto-approve")
        left = self.place.left()
        self.assertEqual(set(left.pop("s3")), {NEW_HELPER})
        self.assertEqual(left, {})

    def test_region_alone_says_that_the_code_is_elsewhere_and_loses_nothing(self):
        self.build()
        self.edit(f'"{OLD}"', f'"{NEW}"')
        with self.assertRaises(AssertionError) as failure:
            self.pipectl("apply", "-no-color", "-auto-approve")
        said = " ".join(str(failure.exception).split())
        self.assertIn("status 1", said)
        self.assertIn(f"The bucket is in this region: {OLD}", said)         # as AWS says it
        self.assertIn("must lie in the function's own region", said)        # what to do

        self.make_new_helper()
        self.edit(f'"{judge.HELPER_BUCKET}"', f'"{NEW_HELPER}"')
        self.pipectl("apply", "-no-color", "-auto-approve")
        self.pipectl("plan", "-no-color", "-detailed-exitcode")
        self.assertEqual(resources(self.place.gate.ctl("dump"), OLD), {})
        self.pipectl("destroy", "-no-color", "-auto-approve")
        self.assertEqual(set(self.place.left()["s3"]), {NEW_HELPER})


if __name__ == "__main__":
    unittest.main()
