#!/usr/bin/env python3
"""Tests of helper-resources/local_pipeline.py: data flows through a right pipeline, and each wrong wire shows.

The pipeline is made with boto3, without pipectl: what is tested here is the judge of what pipectl makes.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import boto3

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/awsgate/tests"))
from gateproc import Gate  # noqa: E402

REGION, ACCOUNT = "us-east-1", "123456789012"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:process"
STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/products"
URI = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
POLICY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:Put*", "Resource": "arn:aws:s3:::target/*"},
    {"Effect": "Allow", "Action": ["kinesis:*"], "Resource": STREAM}]}
PRODUCT = {"id": 7, "title": "Läufer", "price": 1.5, "category": "rugs", "image": "dropped"}
RECORD = {"id": 7, "title": "Läufer", "price": 1.5, "category": "rugs"}


def trust(service):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}]})


class World:
    """A gate, the pipeline in it, and the data plane under test."""

    def __init__(self):
        self.gate = Gate("--strict")
        os.environ |= {"AWS_ENDPOINT_URL": self.gate.url, "AWS_DEFAULT_REGION": REGION, "AWS_ACCESS_KEY_ID": self.gate.key,
                       "AWS_SECRET_ACCESS_KEY": self.gate.secret}
        self.aws = {name: boto3.client(name) for name in ("s3", "iam", "kinesis", "firehose", "lambda", "apigateway")}
        self.make()
        self.folder = tempfile.TemporaryDirectory()
        ready = Path(self.folder.name, "ready.json")
        self.log = open(Path(self.folder.name, "log"), "w+")
        self.process = subprocess.Popen(
            [sys.executable, ROOT / "helper-resources/local_pipeline.py", "--interval-scale", "0.005", "--ready-file", ready],
            stdout=self.log, stderr=self.log)
        while not ready.exists() or not ready.read_text().endswith("\n"):
            if self.process.poll() is not None:
                raise RuntimeError(self.said())
            time.sleep(0.05)
        self.url = f"{json.loads(ready.read_text())['url']}/{self.api}/dev/product"

    def make(self):
        aws = self.aws
        for bucket in ("code", "target"):
            aws["s3"].create_bucket(Bucket=bucket)
        aws["s3"].upload_file(str(ROOT / "helper-resources/process_data.zip"), "code", "code.zip")
        aws["kinesis"].create_stream(StreamName="products", ShardCount=2)
        for role, service in (("hose", "firehose.amazonaws.com"), ("function", "lambda.amazonaws.com")):
            aws["iam"].create_role(RoleName=role, AssumeRolePolicyDocument=trust(service))
        aws["iam"].put_role_policy(RoleName="hose", PolicyName="all", PolicyDocument=json.dumps(POLICY))
        self.allow_function(STREAM)
        role = f"arn:aws:iam::{ACCOUNT}:role/hose"
        aws["firehose"].create_delivery_stream(
            DeliveryStreamName="hose", DeliveryStreamType="KinesisStreamAsSource",
            KinesisStreamSourceConfiguration={"KinesisStreamARN": STREAM, "RoleARN": role},
            ExtendedS3DestinationConfiguration={"BucketARN": "arn:aws:s3:::target", "RoleARN": role, "Prefix": "in/"})
        aws["lambda"].create_function(
            FunctionName="process", Role=f"arn:aws:iam::{ACCOUNT}:role/function", Runtime="python3.13", Timeout=20,
            Handler="process_data.lambda_handler", Code={"S3Bucket": "code", "S3Key": "code.zip"},
            Environment={"Variables": {"KINESIS_STREAM_NAME": "products"}})
        gateway = aws["apigateway"]
        self.api = gateway.create_rest_api(name="shop")["id"]
        root = gateway.get_resources(restApiId=self.api)["items"][0]["id"]
        self.resource = gateway.create_resource(restApiId=self.api, parentId=root, pathPart="product")["id"]
        gateway.put_method(restApiId=self.api, resourceId=self.resource, httpMethod="ANY", authorizationType="NONE")
        self.integrate(URI)
        gateway.create_deployment(restApiId=self.api, stageName="dev")
        self.permit(f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{self.api}/*/*/*")

    def integrate(self, uri, kind="AWS_PROXY"):
        self.aws["apigateway"].put_integration(restApiId=self.api, resourceId=self.resource, httpMethod="ANY", type=kind,
                                               integrationHttpMethod="POST", uri=uri)

    def permit(self, source):
        self.aws["lambda"].add_permission(FunctionName="process", StatementId="api", Action="lambda:InvokeFunction",
                                          Principal="apigateway.amazonaws.com", SourceArn=source)

    def allow_function(self, stream):
        self.aws["iam"].put_role_policy(RoleName="function", PolicyName="all", PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "kinesis:PutRecord", "Resource": stream}}))

    def configure(self, **settings):
        self.aws["lambda"].update_function_configuration(FunctionName="process", **settings)

    def said(self):
        self.log.flush()
        return Path(self.log.name).read_text()

    def send(self, body=None, url=None):
        """(status, answer) of the API."""
        request = urllib.request.Request(url or self.url, method="POST",
                                         data=(body if body is not None else json.dumps(PRODUCT)).encode())
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def objects(self):
        found = self.aws["s3"].list_objects_v2(Bucket="target").get("Contents", [])
        return {entry["Key"]: self.aws["s3"].get_object(Bucket="target", Key=entry["Key"])["Body"].read() for entry in found}

    def lines(self):
        return b"".join(self.objects().values()).decode().splitlines()

    def wait(self, condition, seconds=15):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.2)
        return False

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()
        self.gate.stop()


class Archive(unittest.TestCase):
    def test_it_is_made_of_the_function_as_it_is(self):
        self.assertEqual(subprocess.run([sys.executable, ROOT / "helper-resources/make_zip.py", "--check"]).returncode, 0,
                         "run helper-resources/make_zip.py")


class LocalPipeline(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World()
        cls.addClassCleanup(cls.world.close)

    def test_a_product_arrives(self):
        before = len(self.world.lines())
        self.assertEqual(self.world.send()[0], 200)
        self.assertTrue(self.world.wait(lambda: len(self.world.lines()) > before), self.world.said())
        self.assertEqual(json.loads(self.world.lines()[-1]), RECORD)
        for key in self.world.objects():
            self.assertRegex(key, r"^in/\d{4}/\d\d/\d\d/\d\d/hose-\d+-\d{4}(-\d\d){5}-[0-9a-f-]{36}$")

    def test_what_the_handler_refuses(self):
        status, answer = self.world.send("no product")
        self.assertEqual(status, 400, answer)

    def test_a_wrong_wire_in_front_of_the_stream_shows_in_the_answer(self):
        world, other = self.world, URI.replace("function:process", "function:other")
        elsewhere = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:other/*/*/*"
        right = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{world.api}/*/*/*"

        def permit_only(source):
            world.aws["lambda"].remove_permission(FunctionName="process", StatementId="api")
            world.permit(source)

        for name, cut, mend, status, reason in [
                ("another function", lambda: world.integrate(other), lambda: world.integrate(URI), 500, "function:other"),
                ("another region", lambda: world.integrate(URI.replace("apigateway:us-east-1", "apigateway:eu-west-1")),
                 lambda: world.integrate(URI), 500, "calls no function here"),
                ("no proxy", lambda: world.integrate(URI, "AWS"), lambda: world.integrate(URI), 500, "has to be AWS_PROXY"),
                ("no permission", lambda: permit_only(elsewhere), lambda: permit_only(right), 500, "does not let apigateway"),
                ("another handler", lambda: world.configure(Handler="process_data.nothing"),
                 lambda: world.configure(Handler="process_data.lambda_handler"), 502, "nothing"),
                ("another stream", lambda: world.configure(Environment={"Variables": {"KINESIS_STREAM_NAME": "gone"}}),
                 lambda: world.configure(Environment={"Variables": {"KINESIS_STREAM_NAME": "products"}}), 502, "stream/gone"),
                ("a role for another stream", lambda: world.allow_function(STREAM.replace("us-east-1", "eu-west-1")),
                 lambda: world.allow_function(STREAM), 502, "not allowed kinesis:PutRecord"),
                ("code that went", lambda: world.aws["s3"].put_object(Bucket="code", Key="code.zip", Body=b"new"),
                 lambda: world.aws["s3"].upload_file(str(ROOT / "helper-resources/process_data.zip"), "code", "code.zip"),
                 500, "it changed in code")]:
            with self.subTest(name):
                cut()
                found, answer = world.send()
                mend()
                self.assertEqual(found, status, answer)
                self.assertIn(reason, answer["reason"])
                self.assertEqual(world.send("no product")[0], 400)
        self.assertIn("no resource /nothing", world.send(url=world.url.replace("product", "nothing"))[1]["reason"])
        self.assertIn("a stage prod", world.send(url=world.url.replace("/dev/", "/prod/"))[1]["reason"])

    def test_a_wrong_wire_behind_the_stream_shows_as_missing_data_and_in_the_log(self):
        world = self.world
        for name, broken, complaint in [
                ("it may not write", {"Action": "s3:Get*", "Resource": "arn:aws:s3:::target/*"}, "not allowed s3:PutObject"),
                ("it may write elsewhere", {"Action": "s3:*", "Resource": "arn:aws:s3:::other/*"}, "not allowed s3:PutObject"),
                ("it is denied", {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, "not allowed s3:PutObject"),
                ("it may not read", None, "not allowed kinesis:DescribeStream")]:
            with self.subTest(name):
                policy = copy.deepcopy(POLICY)
                if broken:
                    policy["Statement"][0] = {"Effect": "Allow", **broken}
                else:
                    del policy["Statement"][1]
                before, said = len(world.lines()), len(world.said())
                world.aws["iam"].put_role_policy(RoleName="hose", PolicyName="all", PolicyDocument=json.dumps(policy))
                self.assertEqual(world.send()[0], 200)
                self.assertTrue(world.wait(lambda: complaint in world.said()[said:]), world.said())
                self.assertEqual(len(world.lines()), before)
                world.aws["iam"].put_role_policy(RoleName="hose", PolicyName="all", PolicyDocument=json.dumps(POLICY))
                self.assertTrue(world.wait(lambda: len(world.lines()) == before + 1), "nothing is lost when it is mended")


if __name__ == "__main__":
    unittest.main()
