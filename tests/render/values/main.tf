variable "v" { default = 1 }
variable "s" {
  default   = "secret"
  sensitive = true
}
resource "terraform_data" "a" {
  input = {
    str   = "x"
    num   = 1.5
    big   = 12345678901234567890123
    yes   = true
    nul   = null
    el    = []
    eo    = {}
    list  = tolist(["a", "b"])
    set   = toset(["b", "a"])
    map   = tomap({ k = "v", "a b" = "w" })
    emap  = tomap({})
    elist = tolist([])
    tuple = ["a", 1, { x = 1, "q r" = 2 }, ["n"], []]
    multi = "line1\nline2\n  indented\n"
    multi2 = "line1\n\nline3"
    json  = jsonencode({ a = 1, b = [1, 2, { c = "d" }], e = {}, f = [] })
    quote = "a\"b\\c$${x}%%{y}\ttab"
    uni   = "é世界"
    secret = var.s
    nested = { deep = { deeper = ["x"], s = toset([{ a = 1 }]) } }
    ml = ["a\nb", "c"]
    jl = [jsonencode(["x"])]
  }
  triggers_replace = ["t", 1]
}
resource "terraform_data" "b" {
  input = "plain${var.v}"
}
resource "terraform_data" "c" {
}
resource "terraform_data" "d" {
  count = 2
  input = "l1\nl2"
}
resource "terraform_data" "j" {
  input = jsonencode({ a = 1 })
}
module "m" {
  source = "./m"
}
output "all" { 
  value = terraform_data.a.output 
  sensitive = true
}
output "obj" {
  value = { for k, v in nonsensitive(terraform_data.a.output) : k => v if k != "secret" }
}
output "str" { value = "x" }
output "num" { value = 1.5 }
output "t" { value = true }
output "multi" { value = "a\nb\n" }
output "multi2" { value = "a\n  b\n\nc" }
output "json" { value = jsonencode({ a = 1 }) }
output "elist" { value = tolist([]) }
output "eset" { value = toset([]) }
output "emap" { value = tomap({}) }
output "eobj" { value = {} }
output "etup" { value = [] }
output "mapq" { value = tomap({ "a b" = 1, c = 2 }) }
output "sens" { 
  value = "s"
  sensitive = true
 }
output "nulls" { value = [null, "a"] }
