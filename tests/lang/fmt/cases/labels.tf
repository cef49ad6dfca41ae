resource aws_x name {}
resource "aws_x" name {}
resource aws_x "name" {}
a "" {}
a "é" "e\u0301" "\u00e9" {}
a "tab\tline\nquote\"back\\slash" {}
a "\u200b\u0007" {}
a "$" "%" {}
a "👩‍👩‍👧" "日本" {}
a "b"c{}
a "b""c"{}
