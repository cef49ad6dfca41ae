# The one file to edit.

# The region of the whole pipeline. Changing it moves the pipeline: everything but the IAM
# roles and policies is built there and deleted here, so copy data that you still need.
region = "us-east-1"

# s3: a hyphen and eight random digits are added, since bucket names are unique in the world
bucket_name = "product-data"

# kinesis
kinesis_stream_name   = "demo-datastream"
kinesis_firehose_name = "demo_firehouse"

# lambda: its code is s3_key in source_bucket, a bucket of your own in the same region
function_name = "run_data_processing"
source_bucket = "helper-bucket123"
s3_key        = "process_data.zip"
handler       = "process_data.lambda_handler"
runtime       = "python3.13"
timeout       = 60  # seconds
memory_size   = 128 # MB

# api-gateway
api_gateway_name        = "data-processing"
resource_name           = "product"
integration_http_method = "POST"
stage_name              = "dev"
