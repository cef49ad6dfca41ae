setting {
  name = {
    a = 1, a }
  tags = 2
}
setting { name = ) }
setting { name = 3 }
