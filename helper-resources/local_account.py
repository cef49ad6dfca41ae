#!/usr/bin/env python3
"""Looks into the account behind AWS_ENDPOINT_URL, and prepares it, without any provisioning tool.

    local_account.py helper-bucket BUCKET FILE...     make the bucket, put the files in it
    local_account.py wait-objects BUCKET COUNT        wait for COUNT lines in its objects; show them
    local_account.py left-over [BUCKET...]            what there is but these buckets; exit 1 if anything
    local_account.py refused                          requests that AWS would not take; exit 1 if any

The last two ask tests/awsgate, the emulator, and not AWS.
"""

import json
import os
import sys
import time
import urllib.request
from pathlib import Path

import boto3
from botocore.exceptions import ClientError

WAIT_SECONDS = 60
REGION = os.environ.get("AWS_REGION") or "us-east-1"


def s3():
    return boto3.client("s3", region_name=REGION)


def ask_gate(path):
    with urllib.request.urlopen(f"{os.environ['AWS_ENDPOINT_URL']}/_awsgate/{path}") as answer:
        return json.load(answer)


def helper_bucket(bucket, *files):
    client = s3()
    where = {} if REGION == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    client.create_bucket(Bucket=bucket, **where)
    client.get_waiter("bucket_exists").wait(Bucket=bucket, WaiterConfig={"Delay": 1})
    for file in map(Path, files):
        client.put_object(Bucket=bucket, Key=file.name, Body=file.read_bytes())
        print(f"s3://{bucket}/{file.name}")


def objects(client, bucket):
    for entry in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        yield entry["Key"], client.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read().decode()


def wait_objects(bucket, count):
    client, deadline = s3(), time.monotonic() + WAIT_SECONDS
    found = []
    while time.monotonic() < deadline:
        found = list(objects(client, bucket))
        if sum(len(text.splitlines()) for _, text in found) >= int(count):
            break
        time.sleep(0.5)
    for key, text in found:
        print(f"s3://{bucket}/{key}\n{text}", end="")
    if sum(len(text.splitlines()) for _, text in found) != int(count):
        sys.exit(f"not {count} records in the bucket after {WAIT_SECONDS} s")


def left_over(*buckets):
    dump = ask_gate("dump")
    for bucket in buckets:
        dump.get("s3", {}).pop(bucket, None)
    things = {service: content for service, content in dump.items() if content}
    if things:
        print(json.dumps(things, indent=2))
        sys.exit("the account is not empty")


def refused():
    violations = ask_gate("violations")
    if violations:
        print(json.dumps(violations, indent=2))
        sys.exit("there were requests that AWS would have refused")


COMMANDS = {"helper-bucket": helper_bucket, "wait-objects": wait_objects, "left-over": left_over, "refused": refused}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    try:
        COMMANDS[sys.argv[1]](*sys.argv[2:])
    except ClientError as problem:
        sys.exit(f"local_account: {problem}")
