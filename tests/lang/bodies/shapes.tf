resource "a" "one" {
  name       = "x"
  tags       = { k = var.v }
  type       = list(string)
  source     = "./x"
  depends_on = [b.c, d.e[0]]
  setting {
    name = 1
  }
  setting { name = 2 }
  dynamic "setting" {
    name = true
  }
}
resource a two { name = null }
resource "b" "one" {
  name = "n-${var.n}"
}
