order = "last"
not_null = null
nowhere = 1
