variable "untyped" {}
variable "number" { type = number }
variable "bool" { type = bool }
variable "list" { type = list(string) }
variable "any" { type = any }
variable "object" {
  type = object({ a = number, t = list(string), n = map(object({ up = bool })), g = string, o = optional(string, "d") })
}
variable "text" {
  type      = string
  sensitive = true
}
variable "from_json" { type = string }
variable "order" { default = "default" }
variable "environment" {}
variable "unset" { default = null }
variable "not_null" {
  default  = "d"
  nullable = false
}
