variable "v" { default = 1 }
locals { i = var.v - 1 }
resource "terraform_data" "lines" { input = ["a\nb\nc\nd", "b\nc\nd\ne"][local.i] }
resource "terraform_data" "prim" { triggers_replace = var.v }
resource "terraform_data" "str" { triggers_replace = "x${var.v}" }
resource "terraform_data" "multi" { triggers_replace = "x${var.v}\ny" }
resource "terraform_data" "js" { triggers_replace = jsonencode([var.v]) }
resource "terraform_data" "obj" { triggers_replace = { a = ["x${var.v}"], b=1 } }
resource "terraform_data" "samelen" { input = [[{a=1},{a=2},{a=3}], [{a=2},{a=3},{a=4}]][local.i] }
resource "terraform_data" "mixed" { input = [[{a=1},"x",3], ["x",{a=1},4]][local.i] }
resource "terraform_data" "nullel" { input = [[null,"x",3], ["x",null,3]][local.i] }
resource "terraform_data" "difl" { input = [["a","b","c"], ["b","c"]][local.i] }
resource "terraform_data" "name" { input = { id = "x", name = "n", tags = { a = 1 }, z = var.v } }
resource "terraform_data" "ctl" { input = "a\rb\u0001\u007f\u00a0é\u200b" }
resource "terraform_data" "jt" { input = " {\"a\":1}" }
resource "terraform_data" "js2" { input = "[]" }
resource "terraform_data" "js3" { input = "[\"a\"]" }
resource "terraform_data" "keys" { input = { "a.b" = 1, "1x" = 2, "é" = 3, "a-b" = 4, "q\"" = 5, "世界" = 6, "" = 7, "${"$"}{x}" = 8 } }
output "x" {
  value = "x"
}
