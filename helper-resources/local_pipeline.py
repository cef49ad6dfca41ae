#!/usr/bin/env python3
"""The data plane of the pipeline, for a local AWS endpoint that has only the control plane.

An emulator keeps APIs, functions and delivery streams, but no request runs through them. This does:

    POST http://127.0.0.1:PORT/<api id>/<stage>/<path>
      -> stage -> resource -> method -> integration -> may the API call the function?
      -> the function -> its code in S3 -> its handler, in a process of its own
      -> may its role use the stream that it puts records on? -> the delivery stream that reads it
      -> may its role read the stream and write the bucket? -> buffer -> object in the bucket

Every step is looked up in what was *provisioned*, at the time of the request; nothing here knows
the pipeline. So a wire that goes nowhere shows: as an answer with the reason in it, as a line in
the log, or as data that does not arrive.

https://<api id>.execute-api.<region>.amazonaws.com/<stage>/<path>, the URL that AWS would serve,
is http://127.0.0.1:PORT/<api id>/<stage>/<path> here, and GET / lists what there is.

The endpoint and the credentials come from the environment (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID,
...), as for every AWS tool. Handlers run under this Python, whatever their runtime says, so that
boto3 is there. What is simpler than AWS: methods without authorization only, proxy integrations
only, a stage serves the API as it is now and not as it was when it was deployed, and a delivery
stream starts with the oldest record that its stream still has.
"""

import argparse
import base64
import gzip
import hashlib
import importlib
import io
import json
import os
import random
import re
import signal
import string
import subprocess
import sys
import tempfile
import threading
import time
import types
import uuid
import zipfile
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import boto3
from botocore.exceptions import BotoCoreError, ClientError

POLL_SECONDS = 1.0


class Broken(Exception):
    """A wire that goes nowhere: what API Gateway would answer, and the reason, which it would hide."""

    def __init__(self, status, message, reason):
        super().__init__(reason)
        self.status, self.message, self.reason = status, message, reason


class Account:
    """One region of the account behind the endpoint, by service."""

    def __init__(self, region, endpoint):
        self.region, self.endpoint = region, endpoint
        self.session = boto3.Session(region_name=region)
        self.clients = {name: self.session.client(name, endpoint_url=endpoint)
                        for name in ("apigateway", "lambda", "s3", "kinesis", "firehose", "iam", "sts")}

    def __getitem__(self, service):
        return self.clients[service]

    def id(self):
        return self["sts"].get_caller_identity()["Account"]


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def error_code(error):
    return error.response["Error"]["Code"]


# ---------------------------------------------------------------- who may do what

def as_list(value):
    return value if isinstance(value, list) else [value]


def matches(patterns, text, flags=0):
    """Whether one of IAM's patterns, with * and ?, is the text."""
    return any(re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), text, flags)
               for pattern in as_list(patterns))


def role_documents(iam, role_arn):
    """The policies of the role, attached and inline."""
    role = role_arn.rsplit("/", 1)[1]
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        policy = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]
        version = iam.get_policy_version(PolicyArn=policy["Arn"], VersionId=policy["DefaultVersionId"])
        yield version["PolicyVersion"]["Document"]
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


def documents_allow(documents, action, resource):
    applying = [statement["Effect"] for document in documents for statement in as_list(document["Statement"])
                if matches(statement.get("Action", []), action, re.IGNORECASE)
                and matches(statement.get("Resource", []), resource)]
    return "Allow" in applying and "Deny" not in applying


def function_allows(client, arn, service, source_arn):
    """Whether the function's own policy lets the service call it on behalf of the source."""
    try:
        policy = json.loads(client.get_policy(FunctionName=arn)["Policy"])
    except ClientError as error:
        if error_code(error) == "ResourceNotFoundException":
            return False
        raise
    for statement in policy["Statement"]:
        condition = statement.get("Condition", {})
        sources = {**condition.get("ArnLike", {}), **condition.get("StringEquals", {})}
        source = next((value for name, value in sources.items() if name.lower() == "aws:sourcearn"), "*")
        if (statement["Effect"] == "Allow" and service in as_list(statement["Principal"].get("Service", []))
                and matches(statement["Action"], "lambda:InvokeFunction") and matches(source, source_arn)):
            return True
    return False


# ---------------------------------------------------------------- API Gateway

def match_path(template, path):
    """The path's parameters, or None: {name} is one part, {name+} all that follow."""
    pattern = re.sub(r"\\\{([^{}]+?)(\\\+)?\\\}", lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", re.escape(template))
    match = re.fullmatch(pattern, path)
    return match.groupdict() if match else None


def find_method(account, api_id, stage_name, verb, path):
    """(stage, resource, method, parameters) that serve the request."""
    gateway = account["apigateway"]
    try:
        stage = gateway.get_stage(restApiId=api_id, stageName=stage_name)
        resources = [resource for page in gateway.get_paginator("get_resources").paginate(restApiId=api_id, embed=["methods"])
                     for resource in page["items"]]
    except ClientError as error:
        raise Broken(403, "Forbidden", f"API {api_id} with a stage {stage_name}: {error}") from error
    found = [(resource, parameters) for resource in sorted(resources, key=lambda r: "{" in r["path"])
             if (parameters := match_path(resource["path"], path)) is not None]
    if not found:
        paths = ", ".join(resource["path"] for resource in resources)
        raise Broken(403, "Missing Authentication Token", f"API {api_id} has no resource {path}, only {paths}")
    resource, parameters = found[0]
    methods = resource.get("resourceMethods", {})
    method = methods.get(verb) or methods.get("ANY")
    if not method:
        raise Broken(403, "Missing Authentication Token", f"{path} has no method {verb}, only {', '.join(methods) or 'none'}")
    return stage, resource, method, parameters


def find_function_arn(account, api_id, stage_name, method, verb, path):
    """The function that the method's integration calls, if it may."""
    integration = method.get("methodIntegration")
    if not integration:
        raise Broken(500, "Internal server error", f"method {method['httpMethod']} has no integration")
    if integration["type"] != "AWS_PROXY" or integration.get("httpMethod") != "POST":
        raise Broken(500, "Internal server error", "the integration has to be AWS_PROXY and call the function by POST, and is "
                     f"{integration['type']} by {integration.get('httpMethod')}")
    match = re.fullmatch(r"arn:[^:]+:apigateway:([^:]+):lambda:path/2015-03-31/functions/(arn:.+)/invocations",
                         integration.get("uri", ""))
    if not match or match[1] != account.region:
        raise Broken(500, "Internal server error", f"the integration's uri calls no function here: {integration.get('uri')}")
    source = f"arn:aws:execute-api:{account.region}:{account.id()}:{api_id}/{stage_name}/{verb}{path}"
    if not function_allows(account["lambda"], match[2], "apigateway.amazonaws.com", source):
        raise Broken(500, "Internal server error", f"{match[2]} does not let apigateway.amazonaws.com call it for {source}")
    return match[2]


def proxy_event(request, stage, resource, parameters, api_id, path, account):
    """The event of a proxy integration, as far as handlers look at it."""
    query = parse_qsl(urlsplit(request.path).query, keep_blank_values=True)
    body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
    try:
        text, is_base64 = body.decode(), False
    except UnicodeDecodeError:
        text, is_base64 = base64.b64encode(body).decode(), True
    return {
        "resource": resource["path"], "path": path, "httpMethod": request.command,
        "headers": dict(request.headers.items()),
        "multiValueHeaders": {name: request.headers.get_all(name) for name in request.headers},
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": {name: [v for n, v in query if n == name] for name, _ in query} or None,
        "pathParameters": parameters or None,
        "stageVariables": stage.get("variables") or None,
        "requestContext": {
            "accountId": account.id(), "apiId": api_id, "stage": stage["stageName"], "resourceId": resource["id"],
            "resourcePath": resource["path"], "path": f"/{stage['stageName']}{path}", "httpMethod": request.command,
            "protocol": request.request_version, "requestId": str(uuid.uuid4()),
            "requestTimeEpoch": int(time.time() * 1000), "identity": {"sourceIp": request.client_address[0]}},
        "body": text or None, "isBase64Encoded": is_base64}


# ---------------------------------------------------------------- Lambda

def fetch_code(account, function):
    """The function's zip archive. AWS tells its key and digest, not its bucket: look into each."""
    name, digest = function["Configuration"]["FunctionName"], function["Configuration"]["CodeSha256"]
    key = urlsplit(function["Code"]["Location"]).path.lstrip("/")
    seen = []
    for bucket in account["s3"].list_buckets()["Buckets"]:
        try:
            code = account["s3"].get_object(Bucket=bucket["Name"], Key=key)["Body"].read()
        except ClientError:
            continue
        if base64.b64encode(hashlib.sha256(code).digest()).decode() == digest:
            return code
        seen.append(bucket["Name"])
    raise Broken(500, "Internal server error", f"no bucket here holds the code of {name}, {key} with digest {digest}" +
                 (f"; it changed in {', '.join(seen)} since the function was made" if seen else ""))


def run_handler(account, arn, event, limit_seconds):
    """What the function's handler returns. Its process sees what Lambda would let it see."""
    try:
        function = account["lambda"].get_function(FunctionName=arn)
    except ClientError as error:
        raise Broken(500, "Internal server error", f"{arn}: {error}") from error
    configuration = function["Configuration"]
    if not configuration.get("Runtime", "").startswith("python"):
        raise Broken(500, "Internal server error", f"only Python runs here, not {configuration.get('Runtime')}")
    credentials = account.session.get_credentials().get_frozen_credentials()
    environment = {
        "PATH": os.environ["PATH"], **configuration.get("Environment", {}).get("Variables", {}),
        "AWS_ENDPOINT_URL": account.endpoint, "AWS_REGION": account.region, "AWS_DEFAULT_REGION": account.region,
        "AWS_ACCESS_KEY_ID": credentials.access_key, "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        **({"AWS_SESSION_TOKEN": credentials.token} if credentials.token else {}),
        "AWS_LAMBDA_FUNCTION_NAME": configuration["FunctionName"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(configuration["MemorySize"])}
    documents = list(role_documents(account["iam"], configuration["Role"]))
    seconds = min(configuration["Timeout"], limit_seconds)
    with tempfile.TemporaryDirectory(prefix="lambda-") as folder:
        zipfile.ZipFile(io.BytesIO(fetch_code(account, function))).extractall(folder)
        try:
            done = subprocess.run(
                [sys.executable, __file__, "--handler", configuration["Handler"], str(seconds), arn],
                input=json.dumps([event, documents]), capture_output=True, text=True, cwd=folder, env=environment,
                timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise Broken(504, "Endpoint request timed out", f"{arn} took longer than {seconds} s") from error
    for line in done.stderr.splitlines():
        say(f"  {configuration['FunctionName']} | {line}")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Broken(502, "Internal server error", f"handler {configuration['Handler']} of {arn}: {last}")
    return json.loads(done.stdout)


def proxy_answer(result):
    """(status, headers, body) of what a handler returned."""
    if not isinstance(result, dict) or not isinstance(result.get("statusCode"), int):
        raise Broken(502, "Internal server error", f"Malformed Lambda proxy response: {json.dumps(result)[:200]}")
    body = result.get("body") or ""
    return (result["statusCode"], {"Content-Type": "application/json", **(result.get("headers") or {})},
            base64.b64decode(body) if result.get("isBase64Encoded") else body.encode())


def be_lambda(handler, seconds, arn):
    """In the handler's own process: the event and the role's policies on stdin, the result on stdout.

    The emulator asks nobody for permission. For the streams that the handler uses, this does.
    """
    event, documents = json.load(sys.stdin)
    results, sys.stdout = sys.stdout, sys.stderr
    account, deadline = arn.split(":")[4], time.time() + float(seconds)

    def demand(params, model, **_):
        stream = (params.get("StreamARN")
                  or f"arn:aws:kinesis:{os.environ['AWS_REGION']}:{account}:stream/{params.get('StreamName')}")
        if not documents_allow(documents, f"kinesis:{model.name}", stream):
            raise PermissionError(f"the function's role is not allowed kinesis:{model.name} on {stream}")

    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-parameter-build.kinesis", demand)
    sys.path[0] = os.getcwd()                   # the function's code, not this file's folder
    module, function = handler.rsplit(".", 1)
    context = types.SimpleNamespace(
        function_name=os.environ["AWS_LAMBDA_FUNCTION_NAME"], function_version="$LATEST", invoked_function_arn=arn,
        memory_limit_in_mb=os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], aws_request_id=str(uuid.uuid4()),
        get_remaining_time_in_millis=lambda: int(1000 * (deadline - time.time())))
    json.dump(getattr(importlib.import_module(module.replace("/", ".")), function)(event, context), results)


# ---------------------------------------------------------------- the server

class Front(BaseHTTPRequestHandler):
    """http://127.0.0.1:PORT/<api id>/<stage>/<path>"""

    account = None

    def serve(self):
        parts = urlsplit(self.path).path.split("/", 3)
        try:
            if parts == ["", ""]:
                answer = 200, {}, json.dumps(self.deployed(), indent=2).encode() + b"\n"
            elif len(parts) < 3:
                raise Broken(403, "Forbidden", "the URL is /<api id>/<stage>/<path>")
            else:
                answer = self.call(parts[1], parts[2], "/" + "".join(parts[3:]))
        except Broken as broken:
            say(f"{self.command} {self.path}: {broken.reason}")
            answer = broken.status, {}, json.dumps({"message": broken.message, "reason": broken.reason}).encode()
        except (BotoCoreError, ClientError) as error:
            say(f"{self.command} {self.path}: {error}")
            answer = 500, {}, json.dumps({"message": "Internal server error", "reason": str(error)}).encode()
        self.reply(*answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = serve

    def call(self, api_id, stage_name, path):
        stage, resource, method, parameters = find_method(self.account, api_id, stage_name, self.command, path)
        arn = find_function_arn(self.account, api_id, stage_name, method, self.command, path)
        event = proxy_event(self, stage, resource, parameters, api_id, path, self.account)
        limit = method["methodIntegration"].get("timeoutInMillis", 29000) / 1000
        answer = proxy_answer(run_handler(self.account, arn, event, limit))
        say(f"{self.command} /{stage_name}{path} -> {arn.rsplit(':', 1)[1]} -> {answer[0]}")
        return answer

    def deployed(self):
        gateway, host = self.account["apigateway"], f"http://127.0.0.1:{self.server.server_port}"
        return [f"{host}/{api['id']}/{stage['stageName']}{resource['path']}" for api in gateway.get_rest_apis()["items"]
                for stage in gateway.get_stages(restApiId=api["id"])["item"]
                for resource in gateway.get_resources(restApiId=api["id"], embed=["methods"])["items"]
                if resource.get("resourceMethods")]

    def reply(self, status, headers, body):
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, str(value))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format, *arguments):
        """Said in call(), with more in it."""


# ---------------------------------------------------------------- Firehose

JAVA_TIME = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def expand_prefix(prefix, now):
    """A prefix without expressions gets the hour behind it; others say themselves where time stands."""
    def expression(match):
        if match[1] == "timestamp":
            return now.strftime(re.sub("|".join(JAVA_TIME), lambda m: JAVA_TIME[m[0]], match[2].replace("'", "")))
        if (match[1], match[2]) == ("firehose", "random-string"):
            return "".join(random.choices(string.ascii_letters + string.digits, k=11))
        raise Broken(500, "", f"the prefix {prefix!r} has an expression that is not known here")

    if "!{" not in prefix:
        return prefix + now.strftime("%Y/%m/%d/%H/")
    return re.sub(r"!\{([^:{}]+):([^{}]+)\}", expression, prefix)


class Delivery:
    """One delivery stream: where it stands in each shard, and what it has read and not written."""

    def __init__(self, account, name, scale):
        self.account, self.name, self.scale = account, name, scale
        self.stream = None              # (its ARN, when it was created): a namesake starts anew
        self.said = None
        self.iterators, self.records, self.since = {}, [], None

    def work(self):
        """One round: read what is new, write if it is time. Complains once about each problem."""
        problem = None
        try:
            settings = self.account["firehose"].describe_delivery_stream(
                DeliveryStreamName=self.name)["DeliveryStreamDescription"]
            if settings["DeliveryStreamStatus"] == "ACTIVE":
                self.deliver(settings)
        except Broken as broken:
            problem = broken.reason
        except (BotoCoreError, ClientError) as error:
            problem = str(error)
        if problem and problem != self.said:
            say(f"{self.name}: {problem}")
        self.said = problem

    def deliver(self, settings):
        source = settings.get("Source", {}).get("KinesisStreamSourceDescription")
        target = settings["Destinations"][0].get("ExtendedS3DestinationDescription")
        if not source or not target:
            raise Broken(500, "", "only Kinesis to extended_s3 is delivered here")
        self.read(source)
        hints = {"IntervalInSeconds": 300, "SizeInMBs": 5, **target.get("BufferingHints", {})}
        size = sum(map(len, self.records))
        if self.records and (time.monotonic() - self.since >= hints["IntervalInSeconds"] * self.scale
                             or size >= hints["SizeInMBs"] * 2**20):
            self.write(settings, target)

    def read(self, source):
        arn = source["KinesisStreamARN"]
        for action in ("kinesis:DescribeStream", "kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"):
            self.demand(source["RoleARN"], action, arn)
        kinesis = self.account["kinesis"]
        summary = kinesis.describe_stream_summary(StreamARN=arn)["StreamDescriptionSummary"]
        if self.stream != (arn, summary["StreamCreationTimestamp"]):
            self.stream, self.iterators = (arn, summary["StreamCreationTimestamp"]), {}
        for shard in kinesis.list_shards(StreamARN=arn)["Shards"]:
            if shard["ShardId"] not in self.iterators:
                self.iterators[shard["ShardId"]] = kinesis.get_shard_iterator(
                    StreamARN=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        for shard, iterator in self.iterators.items():
            if iterator:
                answer = kinesis.get_records(StreamARN=arn, ShardIterator=iterator, Limit=1000)
                self.iterators[shard] = answer.get("NextShardIterator")
                if answer["Records"] and not self.records:
                    self.since = time.monotonic()
                self.records += [record["Data"] for record in answer["Records"]]

    def write(self, settings, target):
        bucket = target["BucketARN"].rsplit(":", 1)[1]
        compression = target.get("CompressionFormat", "UNCOMPRESSED")
        if compression not in ("UNCOMPRESSED", "GZIP"):
            raise Broken(500, "", f"compression {compression} is not known here")
        now = datetime.now(ZoneInfo(target.get("CustomTimeZone") or "UTC"))
        extension = target.get("FileExtension") or (".gz" if compression == "GZIP" else "")
        key = (f"{expand_prefix(target.get('Prefix', ''), now)}{self.name}-{settings['VersionId']}-"
               f"{now:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}{extension}")
        self.demand(target["RoleARN"], "s3:PutObject", f"{target['BucketARN']}/{key}")
        body = b"".join(self.records)
        self.account["s3"].put_object(Bucket=bucket, Key=key, Body=gzip.compress(body) if compression == "GZIP" else body,
                                      ContentType="application/octet-stream")
        say(f"{self.name}: {len(self.records)} record(s) to s3://{bucket}/{key}")
        self.records = []

    def demand(self, role, action, resource):
        if not documents_allow(role_documents(self.account["iam"], role), action, resource):
            raise Broken(500, "", f"{role} is not allowed {action} on {resource}")


def deliver_forever(account, scale, stopping):
    deliveries = {}
    while not stopping.wait(POLL_SECONDS):
        try:
            names = account["firehose"].list_delivery_streams(Limit=100)["DeliveryStreamNames"]
        except (BotoCoreError, ClientError) as error:
            say(f"delivery streams: {error}")
            continue
        deliveries = {name: deliveries.get(name) or Delivery(account, name, scale) for name in names}
        for delivery in deliveries.values():
            delivery.work()


def main():
    if sys.argv[1:2] == ["--handler"]:
        return be_lambda(*sys.argv[2:])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--region", default=os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1")
    parser.add_argument("--interval-scale", type=float, default=1.0, metavar="F",
                        help="multiplies buffering intervals: 0.01 makes 3 s of 300 s")
    parser.add_argument("--ready-file", type=Path, help='gets {"url": ...} when requests are served')
    arguments = parser.parse_args()

    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    if not endpoint:
        sys.exit("local_pipeline: set AWS_ENDPOINT_URL; against AWS itself there is nothing to do for this program")
    Front.account = Account(arguments.region, endpoint)
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Front)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    say(f"serving {url}/<api id>/<stage>/<path> for {arguments.region} of {endpoint}")
    if arguments.ready_file:
        arguments.ready_file.write_text(json.dumps({"url": url}) + "\n")
    deliver_forever(Front.account, arguments.interval_scale, stopping)


if __name__ == "__main__":
    main()
