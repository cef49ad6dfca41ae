order = "standard"
