variable "v" { default = 1 }
variable "sec" { 
  default = "sec" 
  sensitive = true 
}
locals { i = var.v - 1 }
resource "terraform_data" "maps" { 
  input = [jsondecode("{\"a\":1,\"b\":2,\"c\":null,\"name\":\"n\",\"deep\":{\"x\":1,\"y\":[1,2,3]},\"same\":{\"q\":1}}"), jsondecode("{\"a\":1,\"b\":3,\"d\":null,\"name\":\"n\",\"deep\":{\"x\":1,\"y\":[1,3]},\"same\":{\"q\":1}}")][local.i]
}
resource "terraform_data" "lists" {
  input = [jsondecode("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\"]"), jsondecode("[\"a\",\"b\",\"c\",\"D\",\"e\",\"f\",\"g\",\"h\"]")][local.i]
}
resource "terraform_data" "objs" {
  input = [jsondecode("[{\"k\":1,\"v\":\"x\"},{\"k\":2,\"v\":\"y\"},{\"k\":3}]"), jsondecode("[{\"k\":1,\"v\":\"x2\"},{\"k\":3}]")][local.i]
}
resource "terraform_data" "multi" {
  input = ["l1\nl2\nl3\nl4\n", "l1\nL2\nl3\nl5\nl4\n"][local.i]
}
resource "terraform_data" "json" {
  input = [jsonencode({a=1,b=["x","y"],c={d=1}}), jsonencode({a=2,b=["x","z"],c={d=1}, e=null})][local.i]
}
resource "terraform_data" "jsonws" {
  input = ["{\"a\":1}", "{ \"a\": 1 }"][local.i]
}
resource "terraform_data" "type" {
  input = [jsondecode("\"x\""), jsondecode("[\"y\"]")][local.i]
}
resource "terraform_data" "sens" {
  input = ["sec", var.sec][local.i]
}
resource "terraform_data" "sens2" {
  input = [var.sec, "sec"][local.i]
}
resource "terraform_data" "sens3" {
  input = [var.sec, "${var.sec}x"][local.i]
}
resource "terraform_data" "repl" {
  input = "same"
  triggers_replace = [var.v, "x"]
}
resource "terraform_data" "replm" {
  input = "same"
  triggers_replace = { a = var.v, b = 2 }
}
resource "terraform_data" "unk" {
  input = { a = ["x", terraform_data.repl.id][local.i], l = [1, ["y", terraform_data.repl.id][local.i], 3] }
}
resource "terraform_data" "gone" {
  count = 1 - local.i
  input = { a = 1, l = [1, 2], m = "x\ny", e = [], n = null, j = jsonencode({x=1}) }
}
resource "terraform_data" "nul" {
  input = ["x", null][local.i]
}
resource "terraform_data" "nul2" {
  input = [null, "x"][local.i]
}
resource "terraform_data" "emp" {
  input = [jsondecode("[]"), jsondecode("[1]")][local.i]
}
resource "terraform_data" "sets" {
  input = [toset(["a","b","c"]), toset(["b","c","d"])][local.i]
}
output "o1" { value = ["a", "b"][local.i] }
output "o2" { value = [{ a = 1 , b = 2}, { a = 2, b = 2 }][local.i] }
output "o3" { value = [null, "x"][local.i] }
output "o4" { value = ["x", null][local.i] }
output "o5" { 
 value = ["x", "y" ][local.i]
 sensitive = true
}
output "o6" { value = terraform_data.repl.id }
output "o7" { value = [terraform_data.repl.id, "x"] }
