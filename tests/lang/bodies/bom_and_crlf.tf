setting {
  name = 1 # c
  /* x
 */ tags = 2
}
