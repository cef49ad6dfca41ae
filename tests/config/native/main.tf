# One of each, in native syntax
terraform {
  required_version = ">= 1.5, < 2.0"
  required_providers {
    aws    = { source = "hashicorp/aws", version = "~> 5.0" }
    random = { source = "hashicorp/random", version = ">= 3.0" }
  }
  backend "s3" {
    bucket = "b"
    key    = "k"
  }
}

provider "aws" {
  region = var.region
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

variable "region" {
  description = "Where"
  type        = string
  default     = "us-east-1"
}

variable "sizes" {
  type    = map(object({ n = number, on = optional(bool, true) }))
  default = { a = { n = 1 } }
}

variable "secret" {
  type      = string
  sensitive = true
  nullable  = false
  validation {
    condition     = length(var.secret) > 3
    error_message = "Too short."
  }
}

locals {
  tags = { Team = "data", Region = var.region }
}

resource "aws_kinesis_stream" "s" {
  name       = "s-${var.region}"
  tags       = local.tags
  provider   = aws.west
  depends_on = [aws_s3_bucket.b]
  lifecycle {
    create_before_destroy = true
    prevent_destroy       = false
    ignore_changes        = [tags, stream_mode_details[0].stream_mode]
    replace_triggered_by  = [aws_s3_bucket.b.id]
    precondition {
      condition     = var.region != ""
      error_message = "No region."
    }
  }
}

resource "aws_s3_bucket" "b" {
  for_each = toset(["a", "b"])
  bucket   = each.key
  lifecycle { ignore_changes = all }
}

data "aws_region" "current" {}

moved {
  from = aws_s3_bucket.old
  to   = aws_s3_bucket.b
}

output "arn" {
  value      = aws_kinesis_stream.s.arn
  sensitive  = true
  depends_on = [data.aws_region.current]
}
