terraform {
required_version=">= 1.5"
required_providers {
aws={
source="hashicorp/aws"
version="~> 5.0"
}
}
  backend "s3" {
    bucket="state"
        key="pipeline/terraform.tfstate"
  region =    "us-east-1"
  }
}
provider aws {
region="${var.region}"
default_tags {
tags=merge(local.tags,{
Name=var.name # the name
Environment="${terraform.workspace}"
})
}
}
variable "shards" {
type="string"
default=2
description="How many" # not too many
validation {
condition=var.shards>0&&var.shards<=100
error_message="Between 1 and 100."
}
}
resource aws_kinesis_stream main {
count=var.enabled?1:0
name="${var.name}-stream-${count.index}"
shard_count="${var.shards}"
retention_period=24
shard_level_metrics=["IncomingBytes","OutgoingBytes",
"IteratorAgeMilliseconds"]
stream_mode_details { stream_mode="PROVISIONED" }
lifecycle {
ignore_changes=[shard_count,tags["x"]]
precondition {
condition=length(var.name)<=128
error_message=<<-EOT
      The name ${var.name} is too long.
    EOT
}
}
depends_on=["aws_iam_role.main"]
}
resource "aws_iam_policy" "p" {
policy=jsonencode({
Version="2012-10-17"
Statement=[{
Effect="Allow"
Action=["kinesis:PutRecord","kinesis:PutRecords"],
Resource=[for s in aws_kinesis_stream.main:s.arn]
},
{Effect="Deny",Action="*",Resource="*"}]
})
}
output arns { value=aws_kinesis_stream.main.*.arn }
module "m" {
source="./m"
for_each={for k,v in var.streams:k=>v if v.enabled}
name=each.key
settings=lookup(each.value,"settings",null)==null?{}:each.value.settings
}
moved {
from=aws_kinesis_stream.a
to=aws_kinesis_stream.b["x"]
}
data "aws_iam_policy_document" "d" {
dynamic "statement" {
for_each=var.statements
iterator=s
content {
actions=s.value.actions
resources=["${aws_kinesis_stream.main[0].arn}/*"]
}
}
}
