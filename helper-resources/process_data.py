"""The Lambda function: takes a product of the shop, keeps what matters, puts it on the stream."""

import base64
import json
import os

import boto3

FIELDS = ("id", "title", "price", "category")
STREAM = os.environ.get("KINESIS_STREAM_NAME", "demo-datastream")

kinesis = boto3.client("kinesis")


def answer(status, message):
    """What API Gateway's proxy integration wants to get."""
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(message)}


def read_product(event):
    """The product in the body of an API event. An event without a body is the product itself."""
    if "body" not in event:
        return event
    body = event["body"] or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    return json.loads(body)


def lambda_handler(event, context):
    try:
        product = read_product(event)
        record = {field: product.get(field) for field in FIELDS}
    except (ValueError, AttributeError):
        return answer(400, {"message": "The body is not a product: a JSON object is expected."})

    # One line a record, so that the objects in the bucket are JSON Lines.
    result = kinesis.put_record(
        StreamName=STREAM,
        Data=json.dumps(record, ensure_ascii=False).encode() + b"\n",
        PartitionKey=str(record["id"]),
    )
    return answer(200, {"message": "The product is on the stream.", "sequence_number": result["SequenceNumber"]})
