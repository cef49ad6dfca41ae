variable "name" {}
variable "color" { default = "blue" }
module "deep" { source = "./deep" }
