"""Sample code: a Lambda function that writes each event to S3, as an object of its own.

The pipeline does not need it: there Firehose does this, many records to an object. It shows the
short way, for events that are few or must be there at once. BUCKET_NAME is the bucket.
"""

import json
import os
import time

import boto3

s3 = boto3.client("s3")


def lambda_handler(event, context):
    key = time.strftime("%Y/%m/%d/%H/", time.gmtime()) + f"{time.time_ns()}.json"
    s3.put_object(Bucket=os.environ["BUCKET_NAME"], Key=key, Body=json.dumps(event).encode(),
                  ContentType="application/json")
    return {"statusCode": 200, "body": json.dumps({"message": "The event is in the bucket.", "key": key})}
