from_json = "a"
