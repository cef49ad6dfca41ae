setting {
  name = 1
}