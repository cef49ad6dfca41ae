resource "terraform_data" "y" { input = 1 }
