terraform {
  backend "s3" {
    bucket = "b"
  }
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
}

provider "aws" {
  alias  = "west"
  region = local.b
}

provider "random" {}

variable "v" { default = "b" }

locals {
  b = 3
  c = 4
}

resource "aws_kinesis_stream" "s" {
  count = 2
  name  = "n"
  lifecycle { ignore_changes = all }
}

resource "aws_kinesis_stream" "other" {}

moved {
  from = a.b
  to   = a.c
}
