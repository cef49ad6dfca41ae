variable "n" { default = 2 }
variable "v" { default = 1 }
variable "d" { 
  type = map(string)
  default = { a = "b" }
  description = "dd"
}
variable "nodef" {
  type    = string
  default = "5"
}
locals { l = { x = terraform_data.a[0].output } }
resource "terraform_data" "a" {
  count = var.n - var.v + 1
  input = { i = count.index, m = {} }
}
resource "terraform_data" "b" {
  for_each = var.d
  input = { unk = terraform_data.a[0].id, all = { u = terraform_data.a[0].id }, l = [terraform_data.a[0].id, 1], e = {}, s = toset([terraform_data.a[0].id]), nn = null, x = each.value, k = each.key }
  triggers_replace = [terraform_data.a[*].id, local.l.x, path.module, terraform.workspace, length("abc"), 1 + 1, "a${1}b"]
  depends_on = [terraform_data.a]
  lifecycle { create_before_destroy = true }
}
module "m" {
  source = "./m"
  for_each = toset(["k"])
  v = terraform_data.b["a"].output
  depends_on = [terraform_data.b]
}
module "z" {
  source = "./m"
  v = "z"
}
output "o" { 
 value = module.m["k"].o
 description = "out"
 depends_on = [terraform_data.a]
}
output "oz" { value = module.z.o }
output "nul" { value = null }
