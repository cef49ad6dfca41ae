resource "a" {}
resource "a" "b" "c" {}
setting "x" { name = 1 }
settin { name = 1 }
name = 1
setting = 2
resource "a" "b" {
  nam  = 1
  tags = 1
  tags = 2
  name { }
  source = "x" "y"
  type
  setting { name = 1 tags = 2 }
  setting { dynamic "x" {} }
  "quoted" = 1
}
resource "late" "brace"
{
  name = 1
}
setting {
  name = [1, 2
