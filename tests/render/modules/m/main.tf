variable "v" {}
variable "w" { 
 default = null
 sensitive = true
}
resource "terraform_data" "x" { input = var.v }
module "deep" { source = "./deep" }
output "o" { value = terraform_data.x.output }
