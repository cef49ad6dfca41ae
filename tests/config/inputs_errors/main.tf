variable "n" { type = number }
variable "l" { type = list(string) }
variable "s" { type = string }
variable "required" {}
variable "not_null" {
  type     = string
  nullable = false
}
