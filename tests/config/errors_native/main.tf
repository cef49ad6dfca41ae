variable "a" {}
variable "a" {}
variable "source" {}
variable "1a" {}
variable "b" { type = strin }
variable "c" { type = "list(string)" }
variable "d" {
  type    = number
  default = "x"
}
variable "e" { default = var.a }
variable "f" {
  default  = null
  nullable = false
}
variable "g" {
  validation {
    condition = true
  }
}
variable "h" { sensitive = "x" }
output "x" {}
output "x" { value = 1 }
output "1" { value = 1 }
output "y" {
  value      = 1
  depends_on = [x.y, 1, "q.r"]
}
output "z" {
  value      = 1
  depends_on = x.y
}
locals { l = 1 }
locals { l = 2 }
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket" "b" {
  count    = 1
  for_each = {}
}
resource "aws_s3_bucket" {}
resource "aws_s3_bucket" "c" {
  provider = aws.a.b
  lifecycle {
    create_before_destroy = var.a
    ignore_changes        = ["*", 1]
    replace_triggered_by  = [1]
    nothing               = 1
  }
  lifecycle {}
  provisioner "local-exec" {}
  locals {}
}
data "aws_region" "r" {
  lifecycle { prevent_destroy = true }
}
provider "aws" {
  alias  = "x y"
  count  = 1
}
provider "aws" {}
provider "aws" {}
terraform {
  required_version = ">= 1.12"
  backend "local" {}
  backend "s3" {}
  required_providers {
    AWS    = {}
    random = { source = "a/b/c/d", foo = 1 }
  }
  required_providers {}
  cloud {}
}
moved {
  from = module.a
  to   = a.b
}
check "x" {}
resorce "a" "b" {}
top = 1
