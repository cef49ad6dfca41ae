variable "x" {}
s        = { a = 1 }
not_null = null
one      = 1
two      = 2
three    = 3
