#!/usr/bin/env python3
"""The example through a strict endpoint: apply, an empty plan, every argument that can change in place
changed, one replacement, destroy; nothing is left, and AWS would have taken every request.

PIPECTL=tests/oracle/tf-yaml asks Terraform the same.
"""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracle"))
import judge                    # noqa: E402
from judge import PIPECTL       # noqa: E402

OTHER_BUCKET = "helper-bucket456"

OTHER_ROLE = """
resource:
  aws_iam_role:
    other_role:
      name: other-%s
      assume_role_policy:
        Version: "2012-10-17"
        Statement: [{ Effect: Allow, Action: "sts:AssumeRole", Principal: { Service: %s.amazonaws.com } }]
"""

# A line an argument: whose it is, its name, and the edits that change it: (file, what is there, what comes instead).
# A file that is not there is made. Left out are the arguments that name the object or its place (a change
# replaces it), and depends_on.
IN_PLACE = [
    ("module.data-s3-bucket.aws_s3_bucket.s3_bucket", "force_destroy",
     [("modules/s3/s3_bucket.tf.yaml", "force_destroy: true", "force_destroy: false")]),
    ("module.data-s3-bucket.aws_s3_bucket_ownership_controls.ownership_controls", "rule",
     [("modules/s3/s3_bucket.tf.yaml", "BucketOwnerPreferred", "ObjectWriter")]),
    ("module.data-s3-bucket.aws_s3_bucket_acl.bucket_acl", "acl",
     [("modules/s3/s3_bucket.tf.yaml", "acl: private", "acl: log-delivery-write")]),
    ("module.data-s3-bucket.aws_s3_bucket_policy.bucket_policy", "policy",
     [("modules/s3/bucket_iam.tf.yaml", "- s3:GetObject", "- s3:GetObject\n              - s3:DeleteObject")]),
    ("module.kinesis.aws_kinesis_stream.my_stream", "shard_count",
     [("modules/kinesis/kinesis_stream.tf.yaml", "shard_count: 1 ", "shard_count: 2 ")]),
    ("module.kinesis.aws_kinesis_stream.my_stream", "retention_period",
     [("modules/kinesis/kinesis_stream.tf.yaml", "retention_period: 24 ", "retention_period: 48 ")]),
    ("module.kinesis.aws_iam_role.firehose_role", "assume_role_policy",
     [("modules/kinesis/kinesis_iam.tf.yaml", "Action: sts:AssumeRole", "Action: [\"sts:AssumeRole\", \"sts:TagSession\"]")]),
    ("module.kinesis.aws_iam_policy.firehose_policy", "policy",
     [("modules/kinesis/kinesis_iam.tf.yaml", "- s3:PutObject", "- s3:PutObject\n              - s3:PutObjectTagging")]),
    ("module.kinesis.aws_kinesis_firehose_delivery_stream.kinesis_firehose", "extended_s3_configuration",      # bucket_arn
     [("modules/kinesis/kinesis_firehose.tf.yaml", "bucket_arn: ${var.bucket_arn}", f"bucket_arn: arn:aws:s3:::{OTHER_BUCKET}")]),
    ("module.kinesis.aws_kinesis_firehose_delivery_stream.kinesis_firehose", "extended_s3_configuration",      # role_arn
     [("modules/kinesis/other_role.tf.yaml", None, OTHER_ROLE % ("firehose", "firehose")),
      ("modules/kinesis/kinesis_firehose.tf.yaml", f"{OTHER_BUCKET}\n        role_arn: ${{aws_iam_role.firehose_role.arn}}",
       f"{OTHER_BUCKET}\n        role_arn: ${{aws_iam_role.other_role.arn}}")]),
    ("module.lamda_function.aws_iam_role.lambda_execution_role", "assume_role_policy",
     [("modules/lambda/lambda_iam.tf.yaml", "Action: sts:AssumeRole", "Action: [\"sts:AssumeRole\", \"sts:TagSession\"]")]),
    ("module.lamda_function.aws_iam_policy.lambda_execution_policy", "policy",
     [("modules/lambda/lambda_iam.tf.yaml", "- s3:PutObjectAcl", "- s3:PutObjectTagging")]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "role",
     [("modules/lambda/other_role.tf.yaml", None, OTHER_ROLE % ("lambda", "lambda")),
      ("modules/lambda/lambda_function.tf.yaml", "${aws_iam_role.lambda_execution_role.arn}", "${aws_iam_role.other_role.arn}")]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "s3_bucket",
     [("setups/terraform.tfvars", judge.HELPER_BUCKET, OTHER_BUCKET)]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "s3_key",
     [("setups/terraform.tfvars", "process_data.zip", "process_data-2.zip")]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "handler",
     [("setups/terraform.tfvars", "process_data.lambda_handler", "process_data.other_handler")]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "runtime",
     [("setups/terraform.tfvars", "python3.13", "python3.12")]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "timeout",
     [("setups/terraform.tfvars", "= 60 ", "= 90 ")]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "memory_size",
     [("setups/terraform.tfvars", "= 128 ", "= 256 ")]),
    ("module.lamda_function.aws_lambda_function.lambda_function", "environment",
     [("modules/lambda/lambda_function.tf.yaml", "variables:\n", "variables:\n          LOG_LEVEL: debug\n")]),
    ("module.data_procesing.aws_api_gateway_rest_api.api_gateway", "name",
     [("setups/terraform.tfvars", '"data-processing"', '"data-processing-2"')]),
    ("module.data_procesing.aws_api_gateway_rest_api.api_gateway", "description",
     [("modules/api-gateway/gateway.tf.yaml", "API Gateway for data processing", "Takes what the website sends")]),
    ("module.data_procesing.aws_api_gateway_rest_api.api_gateway", "endpoint_configuration",
     [("modules/api-gateway/gateway.tf.yaml", "REGIONAL", "EDGE")]),
    ("module.data_procesing.aws_api_gateway_resource.resource", "path_part",
     [("setups/terraform.tfvars", '"product"', '"products"')]),
    ("module.data_procesing.aws_api_gateway_resource.resource", "parent_id",
     [("modules/api-gateway/gateway.tf.yaml", "    resource:\n", """    parent:
      rest_api_id: ${aws_api_gateway_rest_api.api_gateway.id}
      parent_id: ${aws_api_gateway_rest_api.api_gateway.root_resource_id}
      path_part: shop
    resource:
"""),
      ("modules/api-gateway/gateway.tf.yaml",
       "parent_id: ${aws_api_gateway_rest_api.api_gateway.root_resource_id}\n      path_part: ${var",
       "parent_id: ${aws_api_gateway_resource.parent.id}\n      path_part: ${var")]),
    ("module.data_procesing.aws_api_gateway_method.method", "authorization",
     [("modules/api-gateway/gateway.tf.yaml", "authorization: NONE", "authorization: AWS_IAM")]),
    ("module.data_procesing.aws_api_gateway_integration.integration", "uri",
     [("modules/api-gateway/gateway.tf.yaml", "${var.lambda_function_invoke_arn}",
       "${replace(var.lambda_function_invoke_arn, \"/invocations\", \":live/invocations\")}")]),
]

REPLACEMENT = ("setups/terraform.tfvars", '"demo-datastream"', '"other-datastream"')


@unittest.skipUnless(Path(PIPECTL).exists(), f"there is no {PIPECTL}")
class Example(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = judge.Place()
        cls.addClassCleanup(cls.place.close)
        cls.setups = cls.place.example("example")
        s3 = cls.place.client("s3")
        s3.create_bucket(Bucket=OTHER_BUCKET)
        s3.get_waiter("bucket_exists").wait(Bucket=OTHER_BUCKET, WaiterConfig={"Delay": 1})
        for key in ("process_data.zip", "process_data-2.zip"):
            s3.upload_file(str(judge.ROOT / "helper-resources/process_data.zip"), OTHER_BUCKET, key)

    def pipectl(self, *arguments, status=0):
        return self.place.run(PIPECTL, self.setups, *arguments, status=status)

    def edit(self, edits):
        for name, old, new in edits:
            path = self.setups.parent / name
            text = "" if old is None else path.read_text()
            self.assertEqual(1 if old is None else text.count(old), 1, f"{name} has not one {old!r}")
            path.write_text(new if old is None else text.replace(old, new))

    def plan(self):
        """What a saved plan would do: address → change."""
        self.pipectl("plan", "-no-color", "-out=next.tfplan", "-detailed-exitcode", status=2)
        plan = json.loads(self.pipectl("show", "-json", "next.tfplan"))
        return {change["address"]: change["change"] for change in plan["resource_changes"] if change["change"]["actions"] != ["no-op"]}

    def apply(self):
        self.pipectl("apply", "-no-color", "next.tfplan")
        self.pipectl("plan", "-no-color", "-detailed-exitcode")

    def test_life_of_the_example(self):
        self.pipectl("init", "-no-color")
        self.assertEqual({tuple(change["actions"]) for change in self.plan().values()}, {("create",)})
        self.apply()
        for address, argument, edits in IN_PLACE:
            with self.subTest(f"{address}: {argument}"):
                self.edit(edits)
                changes = self.plan()
                self.assertEqual(changes[address]["actions"], ["update"])
                self.assertNotEqual(changes[address]["before"][argument], changes[address]["after"].get(argument))
                self.assertFalse([other for other, change in changes.items() if "delete" in change["actions"]])
                self.apply()
        self.replace_the_stream()
        self.edit([("modules/s3/s3_bucket.tf.yaml", "force_destroy: false", "force_destroy: true")])
        self.pipectl("destroy", "-no-color", "-auto-approve")
        left = self.place.left()
        left.get("s3", {}).pop(OTHER_BUCKET, None)
        self.assertEqual({service: content for service, content in left.items() if content}, {})

    def replace_the_stream(self):
        self.edit([REPLACEMENT])
        changes = self.plan()
        self.assertEqual({address for address, change in changes.items() if change["actions"] == ["delete", "create"]}, {
            "module.kinesis.aws_kinesis_stream.my_stream",
            "module.kinesis.aws_kinesis_firehose_delivery_stream.kinesis_firehose",
            "module.lamda_function.aws_lambda_permission.kinesis_permission"})
        self.apply()
        streams = self.place.client("kinesis").list_streams()["StreamNames"]
        self.assertEqual(streams, ["other-datastream"])


if __name__ == "__main__":
    unittest.main()
