}
setting { name = 1 }
