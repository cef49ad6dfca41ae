"""Random expressions: all operators, functions, templates, for, splat, conversions, marks and unknown values. Mostly
of the types that are wanted, so that they get somewhere; now and then of others."""
import random

COMMON = {"common.tf": '''
resource "terraform_data" "u" {
  input = "unknown"
}
variable "secret" {
  default   = "secret"
  sensitive = true
}
locals {
  us = terraform_data.u.id
  un = length(terraform_data.u.id)
  ub = terraform_data.u.id == "a"
  ul = split(",", terraform_data.u.id)
  um = { for k in ["a", "b"] : k => terraform_data.u.id }
  ux = terraform_data.u.output
  uz = toset(split(",", terraform_data.u.id))
  uo = { a = 1, b = terraform_data.u.id, c = [1, terraform_data.u.id] }
  ut = tomap({ a = terraform_data.u.id })

  e_template = "<$${a}>"
}
'''}

WORDS = ["", "a", "b", "ab", "abc", "A", "Abc", "hello world", "é", "e\u0301", "ß", "日本", "👨‍👩‍👧", " x ", "a,b", "a,b,c", "1", "-1", "1.5", "0x1f",
         "true", "false", "null", "1e3", "001", "${", "%{", "a\nb", "\ta", "\\", "\"", "<&>", "a-b", "k y", "x/y", "\u00a0", "İ", "ǆ", "ﬁ", "0.1", "a.b", "*", "zz"]
NUMBERS = ["0", "1", "2", "3", "-1", "-2", "10", "16", "0.5", "1.5", "-1.5", "0.1", "100", "255", "256", "1e3", "1e-3", "1.0", "9007199254740993", "123456789012345678901234567890",
           "0.30000000000000000001", "1e30", "2.5", "3.0000", "-0", "65536"]
KEYS = ["a", "b", "c", "ab", "k y", "é", "1", "x-y", "Z", "_"]


class Maker:
    def __init__(self, rng, depth=4):
        self.rng, self.depth, self.names = rng, depth, []

    # --- leaves

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, share):
        return self.rng.random() < share

    def quoted(self, text):
        out = ""
        for c in text:
            if c in "\"\\":
                out += "\\" + c
            elif c == "\n":
                out += "\\n"
            elif c == "\t":
                out += "\\t"
            elif ord(c) > 126 and self.chance(0.15):
                out += "\\u%04x" % ord(c) if ord(c) < 65536 else "\\U%08x" % ord(c)
            else:
                out += c
        return '"' + out.replace("${", "$${").replace("%{", "%%{") + '"'

    def word(self):
        return self.rng.choice(WORDS)

    def string_leaf(self):
        return self.quoted(self.word() + (self.word() if self.chance(0.2) else ""))

    def name_of(self, kind):
        names = [n for n, k in self.names if k in (kind, "any")]
        return self.rng.choice(names) if names and self.chance(0.6) else None

    # --- typed expressions: any(kind, depth) is text of an expression that mostly has that type

    KINDS = ("string", "number", "bool", "list", "tuple", "map", "object", "set") * 3 + ("null",)

    def any(self, kind=None, depth=None):
        depth = self.depth if depth is None else depth
        if kind is None or self.chance(0.04):
            kind = self.rng.choice(self.KINDS)
        if self.chance(0.015):
            return "null"
        if self.chance(0.03):
            return self.unknown(kind)
        if depth > 0 and self.chance(0.03):
            return "sensitive(%s)" % self.any(kind, depth - 1)
        named = self.name_of(kind)
        if named:
            return named
        if depth > 0 and self.chance(0.2):
            return self.general(kind, depth - 1)
        return getattr(self, "make_" + kind)(depth - 1)

    def unknown(self, kind):
        names = {"string": ("us", "ux"), "number": ("un", "ux"), "bool": ("ub",), "list": ("ul", "ux"), "tuple": ("ul", "uo.c"), "map": ("um", "ut", "uo"),
                 "object": ("uo", "um"), "set": ("uz",), "null": ("ux",)}
        return "local." + self.rng.choice(names[kind])

    def general(self, kind, depth):
        """What gives any type: conditionals, indexes, try, for, parentheses ..."""
        make = lambda: self.any(kind, depth)
        return self.rng.choice([
            lambda: "(%s)" % make(),
            lambda: "(%s ? %s : %s)" % (self.any("bool", depth), make(), self.any(kind if self.chance(0.8) else None, depth)),
            lambda: "[%s, %s][%s]" % (make(), make(), self.pick("0", "1", "0", "1", '"0"', "2", "-1", "0.5", "local.un")),
            lambda: "{ a = %s, b = %s }%s" % (make(), make(), self.pick(".a", ".b", '["a"]', '["b"]', '["c"]', ".c", "[local.us]")),
            lambda: "try(%s, %s)" % (make(), make()),
            lambda: "one([%s])" % make(),
            lambda: "element([%s, %s], %s)" % (make(), make(), self.any("number", 0)),
            lambda: "coalesce(%s, %s)" % (make(), make()),
            lambda: "lookup({ a = %s, b = %s }, %s, %s)" % (make(), make(), self.pick('"a"', '"c"', '"b"'), make()),
            lambda: "values({ a = %s })[0]" % make(),
            lambda: "[for v in [%s] : v][0]" % make(),
            lambda: '"${%s}"' % make(),
            lambda: "nonsensitive(sensitive(%s))" % make(),
            lambda: "ephemeralasnull(%s)" % make(),
            lambda: "jsondecode(jsonencode(%s))" % make(),
            lambda: "yamldecode(yamlencode(%s))" % make(),
            lambda: "merge({ a = %s }, { b = %s }).a" % (make(), make()),
            lambda: "flatten([[%s], %s])[0]" % (make(), make()),
        ])()

    def make_null(self, depth):
        return self.pick("null", "tostring(null)", "tonumber(null)", "tobool(null)", "tolist(null)", "tomap(null)", "toset(null)")

    def make_bool(self, depth):
        if depth <= 0:
            return self.pick("true", "false", "true", "false", '"true"', '"false"')
        b, n, s = (lambda k: lambda: self.any(k, depth))("bool"), (lambda: self.any("number", depth)), (lambda: self.any("string", depth))
        return self.rng.choice([
            lambda: "%s %s %s" % (b(), self.pick("&&", "||"), b()),
            lambda: "!%s" % b(),
            lambda: "%s %s %s" % (n(), self.pick("<", "<=", ">", ">="), n()),
            lambda: "%s %s %s" % (self.any(None, depth), self.pick("==", "!="), self.any(None, depth)),
            lambda: "%s %s %s" % ((lambda k: (self.any(k, depth), self.pick("==", "!="), self.any(k, depth)))(self.rng.choice(self.KINDS))),
            lambda: "contains(%s, %s)" % (self.any(self.pick("list", "tuple", "set"), depth), self.any(None, depth)),
            lambda: "can(%s)" % self.any(None, depth),
            lambda: "startswith(%s, %s)" % (s(), s()), lambda: "endswith(%s, %s)" % (s(), s()), lambda: "strcontains(%s, %s)" % (s(), s()),
            lambda: "alltrue([%s, %s])" % (b(), b()), lambda: "anytrue([%s, %s])" % (b(), b()),
            lambda: "tobool(%s)" % self.any(None, depth), lambda: "issensitive(%s)" % self.any(None, depth),
        ])()

    def make_number(self, depth):
        if depth <= 0:
            return self.rng.choice(NUMBERS) if self.chance(0.9) else '"%s"' % self.rng.choice(NUMBERS)
        n = lambda: self.any("number", depth)
        s = lambda: self.any("string", depth)
        return self.rng.choice([
            lambda: "%s %s %s" % (n(), self.pick("+", "-", "*", "/", "%"), n()),
            lambda: "%s %s %s %s %s" % (n(), self.pick("+", "-", "*", "/", "%"), n(), self.pick("+", "-", "*", "/", "%"), n()),
            lambda: "-%s" % n(),
            lambda: "%s(%s)" % (self.pick("abs", "ceil", "floor", "signum"), n()),
            lambda: "%s(%s)" % (self.pick("max", "min"), ", ".join(n() for _ in range(self.rng.randint(1, 3)))),
            lambda: "length(%s)" % self.any(self.pick("string", "list", "map", "object", "set", "tuple"), depth),
            lambda: "sum([%s, %s])" % (n(), n()),
            lambda: "pow(%s, %s)" % (self.pick("2", "10", "0.5", "3", "1.5"), self.pick("2", "0", "3", "10")),
            lambda: "log(%s, %s)" % (self.pick("8", "100", "1", "2"), self.pick("2", "10")),
            lambda: "parseint(%s, %s)" % (self.pick('"ff"', '"10"', '"-7"', '"zz"', s()), self.pick("16", "10", "2", "36", "62", "8")),
            lambda: "tonumber(%s)" % self.any(self.pick("number", "string", "bool", None), depth),
            lambda: "index(%s, %s)" % (self.any("list", depth), self.any(None, depth)),
            lambda: "timecmp(%s, %s)" % (self.time(), self.time()),
        ])()

    def time(self):
        if self.chance(0.1):
            return self.string_leaf()
        r = self.rng
        return '"%04d-%02d-%02dT%02d:%02d:%02d%s"' % (r.choice([1, 1969, 1999, 2000, 2024, 9999]), r.randint(0, 13), r.randint(0, 31), r.randint(0, 24), r.randint(0, 59),
                                                  r.randint(0, 60), r.choice(["Z", "Z", "+02:00", "-07:30", ".5Z", ".123456789Z", ""]))

    def cidr(self):
        if self.chance(0.08):
            return self.string_leaf()
        if self.chance(0.6):
            return '"%d.%d.%d.%d/%d"' % (*(self.rng.choice([0, 1, 10, 127, 192, 255]) for _ in range(4)), self.rng.randint(0, 33))
        return '"%s/%d"' % (self.pick("::", "fd00::", "2001:db8::1", "fe80::1:2", "1:2:3:4:5:6:7:8", "ffff::"), self.rng.randint(0, 129))

    def template(self, depth):
        parts = []
        for _ in range(self.rng.randint(1, 3)):
            parts.append(self.rng.choice([
                lambda: self.quoted(self.word())[1:-1],
                lambda: "${%s%s%s}" % (self.pick("", "", "~ "), self.any(None if self.chance(0.2) else self.pick("string", "number", "bool"), depth), self.pick("", "", " ~")),
                lambda: "%%{ if %s }%s%%{ else }%s%%{ endif }" % (self.any("bool", depth), self.quoted(self.word())[1:-1], self.quoted(self.word())[1:-1]),
                lambda: "%%{ for v in %s %s}[${v}]%%{ endfor }" % (self.any(self.pick("list", "set", "tuple"), depth), self.pick("", "~")),
                lambda: " ",
            ])())
        return '"' + "".join(parts) + '"'

    def heredoc(self, depth):
        lines = [self.pick("", "  ", "    ", "\t") + self.pick("text", "${%s}" % self.any(self.pick("string", "number"), 0), "$${x}", "%{ if true ~}", "%{ endif ~}", "a \\n b", "")
                 for _ in range(self.rng.randint(0, 4))]
        if sum("if true" in l for l in lines) != sum("endif" in l for l in lines):
            lines = [l for l in lines if "%{" not in l]
        return "<<%sEOT\n%s%sEOT\n" % (self.pick("", "-"), "".join(l + "\n" for l in lines), self.pick("", "  "))

    FORMATS = ["%s", "%d", "%v", "%q", "%#v", "%x", "%X", "%o", "%b", "%e", "%g", "%f", "%t", "%5d", "%-5s|", "%05d", "%+d", "% d", "%.2f", "%8.3f", "%.3s", "%5t", "%%", "%[2]s", "%[1]v", "%s %s", "%d%%",
               "%E", "%G", "%j", "%10q", "%x", "%#x", "%.0f", "%6.2e", "%c", "%U", "%*d", "%", "%s%v"]

    def make_string(self, depth):
        if depth <= 0:
            return self.string_leaf()
        s = lambda: self.any("string", depth)
        n = lambda: self.any("number", depth)
        lists = lambda: self.any("list", depth)
        return self.rng.choice([
            s, lambda: self.template(depth), lambda: self.template(depth),
            lambda: "%s(%s)" % (self.pick("upper", "lower", "title", "trimspace", "chomp", "strrev", "base64encode", "md5", "sha1", "sha256", "sha512", "base64sha256", "base64sha512", "urlencode",
                                         "basename", "dirname", "tostring"), s()),
            lambda: "base64decode(%s)" % self.pick('"aGVsbG8="', '"w6k="', '"aGVsbG8"', '"/w=="', '""', s()),
            lambda: "%s(%s, %s)" % (self.pick("trim", "trimprefix", "trimsuffix"), s(), s()),
            lambda: "replace(%s, %s, %s)" % (s(), self.pick(s(), '"/[a-z]+/"', '"/(.)(.)/"', '"/x*/"', '"/^/"'), self.pick(s(), '"<$1>"', '"$${1}x"', '"$$"')),
            lambda: "substr(%s, %s, %s)" % (s(), n(), n()),
            lambda: "join(%s, %s)" % (s(), lists()),
            lambda: "indent(%s, %s)" % (self.pick("0", "1", "2", "4"), s()),
            lambda: "format(%s, %s)" % (self.quoted(self.word() + self.rng.choice(self.FORMATS) + (self.rng.choice(self.FORMATS) if self.chance(0.4) else "")),
                                        ", ".join(self.any(self.pick("string", "number", "bool", None), depth) for _ in range(self.rng.randint(1, 2)))),
            lambda: "jsonencode(%s)" % self.any(None, depth), lambda: "yamlencode(%s)" % self.any(None, depth), lambda: "tostring(%s)" % self.any(None, depth),
            lambda: "formatdate(%s, %s)" % (self.quoted("".join(self.pick("YYYY", "YY", "MM", "M", "MMM", "MMMM", "DD", "D", "EEE", "EEEE", "hh", "h", "HH", "H", "AA", "aa", "mm", "ss", "s", "Z", "ZZZ",
                                                                     "ZZZZ", "ZZZZZ", "-", " ", "'x'", "T") for _ in range(self.rng.randint(1, 4)))), self.time()),
            lambda: "timeadd(%s, %s)" % (self.time(), self.pick('"1h"', '"-90m"', '"1.5s"', '"1h2m3s"', '"x"', '"24h"', '"1us"', '"0"')),
            lambda: "cidrhost(%s, %d)" % (self.cidr(), self.rng.choice([0, 1, 5, 255, 256, 70000])),
            lambda: "cidrnetmask(%s)" % self.cidr(),
            lambda: "cidrsubnet(%s, %d, %d)" % (self.cidr(), self.rng.randint(0, 10), self.rng.choice([0, 1, 3, 17])),
            lambda: "uuidv5(%s, %s)" % (self.pick('"dns"', '"url"', '"oid"', '"x500"', '"6ba7b810-9dad-11d1-80b4-00c04fd430c8"', '"x"'), s()),
            lambda: "textencodebase64(%s, %s)" % (s(), self.pick('"UTF-8"', '"UTF-16LE"', '"ISO-8859-1"', '"windows-1252"', '"Shift_JIS"', '"nope"')),
            lambda: "textdecodebase64(%s, %s)" % (self.pick('"aABlAGwA"', '"6Q=="', '"gqA="', s()), self.pick('"UTF-16LE"', '"ISO-8859-1"', '"windows-1252"', '"Shift_JIS"', '"UTF-8"')),
            lambda: "templatestring(local.e_template, { a = %s })" % self.any(None, depth),
        ])()

    def items(self, depth, kind):
        return ", ".join(self.any(kind, depth) for _ in range(self.rng.choice([0, 1, 2, 2, 3])))

    def element_kind(self):
        return self.pick("string", "string", "number", "bool", None, "list", "object")

    def make_tuple(self, depth):
        if depth <= 0:
            return self.pick("[]", "[1]", '["a", "b"]', '[1, "a"]', "[true, null]", "[[1], [2]]", '["b", "a", "a"]')
        kind = self.element_kind()
        return self.rng.choice([
            lambda: "[%s]" % self.items(depth, kind), lambda: "[%s]" % self.items(depth, None),
            lambda: self.for_tuple(depth), lambda: self.for_tuple(depth),
            lambda: "%s[*]%s" % (self.any(None, depth), self.pick("", ".a", "[0]", ".b.c")),
            lambda: "%s.*%s" % (self.any(self.pick("list", "tuple", "object"), depth), self.pick("", ".a", "[0]")),
            lambda: "concat(%s, %s)" % (self.any(self.pick("list", "tuple"), depth), self.any(self.pick("list", "tuple"), depth)),
            lambda: "flatten(%s)" % self.any(self.pick("list", "tuple"), depth),
            lambda: "reverse(%s)" % self.any(self.pick("tuple", "list"), depth),
            lambda: "slice(%s, %s, %s)" % (self.any("tuple", depth), self.pick("0", "1"), self.pick("1", "2", "0")),
            lambda: "values(%s)" % self.any(self.pick("object", "map"), depth),
            lambda: "setproduct(%s, %s)" % (self.any(self.pick("list", "set", "tuple"), depth), self.any(self.pick("list", "set", "tuple"), depth)),
            lambda: "coalescelist(%s, %s)" % (self.any("tuple", depth), self.any("tuple", depth)),
            lambda: "formatlist(%s, %s)" % (self.quoted(self.rng.choice(self.FORMATS)), self.any("list", depth)),
            lambda: "csvdecode(%s)" % self.pick('"a,b\\n1,2\\n"', '"a\\n\\"x,y\\"\\n"', '"a,a\\n1,2"', '"a,b\\n1\\n"', '""', self.any("string", depth)),
            lambda: "jsondecode(%s)" % self.quoted(self.pick("[1,2]", '[1.50,"x",null]', "[]", "[01]", '["\\u00e9"]', "[1e400]")),
            lambda: "yamldecode(%s)" % self.quoted(self.pick("- 1\n- a\n", "[1, ~, yes, 0o17, 0x1f, .inf, 1_000]", "- 'x'\n- \"y\"\n- 2001-01-01\n", "[a: 1]", "- *x", "- &x 1\n- *x\n", "- |\n  a\n  b\n- >\n  a\n  b\n")),
        ])()

    def make_list(self, depth):
        if depth <= 0:
            return self.pick("tolist([])", 'tolist(["a", "b"])', "tolist([1, 2])", "tolist([true])", 'tolist([{ a = 1 }, { a = 2 }])', '["b", "a"]', "[1, 2, 3]")
        kind = self.element_kind()
        return self.rng.choice([
            lambda: "tolist([%s])" % self.items(depth, kind), lambda: "tolist(%s)" % self.any(None, depth),
            lambda: "split(%s, %s)" % (self.any("string", depth), self.any("string", depth)),
            lambda: "sort(%s)" % self.any("list", depth), lambda: "compact(%s)" % self.any("list", depth), lambda: "distinct(%s)" % self.any("list", depth),
            lambda: "chunklist(%s, %s)" % (self.any("list", depth), self.pick("1", "2", "0", "3")),
            lambda: "range(%s)" % ", ".join(self.pick("0", "1", "3", "5", "-2", "0.5", "2") for _ in range(self.rng.randint(1, 3))),
            lambda: "keys(%s)" % self.any(self.pick("object", "map"), depth), lambda: "values(%s)" % self.any("map", depth),
            lambda: "matchkeys(%s, %s, %s)" % (self.any("list", depth), self.any("list", depth), self.any("list", depth)),
            lambda: "cidrsubnets(%s, %d, %d)" % (self.cidr(), self.rng.randint(1, 6), self.rng.randint(1, 6)),
            lambda: "slice(%s, %s, %s)" % (self.any("list", depth), self.pick("0", "1"), self.pick("1", "2", "0")),
            lambda: "regexall(%s, %s)" % (self.pick('"[a-z]"', '"(.)(.)"', '"(?P<x>.)"', '"a*"'), self.any("string", depth)),
            lambda: "concat(%s, %s)" % (self.any("list", depth), self.any("list", depth)),
            lambda: self.make_tuple(depth),
        ])()

    def make_set(self, depth):
        if depth <= 0:
            return self.pick("toset([])", 'toset(["a", "b"])', "toset([1, 2])", 'toset(["b", "a", "b"])', "toset([true, false])", "toset([1.5, 1])")
        return self.rng.choice([
            lambda: "toset([%s])" % self.items(depth, self.element_kind()), lambda: "toset(%s)" % self.any(None, depth),
            lambda: "%s(%s, %s)" % (self.pick("setunion", "setintersection", "setsubtract"), self.any(self.pick("set", "list"), depth), self.any(self.pick("set", "list"), depth)),
            lambda: "toset(%s)" % self.any("list", depth),
        ])()

    def key(self, depth):
        return self.rng.choice([lambda: self.quoted(self.rng.choice(KEYS)), lambda: self.pick("a", "b", "c", "if", "for", "null", "true"), lambda: "(%s)" % self.any("string", min(depth, 1)),
                                lambda: self.pick("1", "1.5"), lambda: '"x${%s}"' % self.any("string", 0)])()

    def make_object(self, depth):
        if depth <= 0:
            return self.pick("{}", "{ a = 1 }", '{ a = "x", b = 2 }', "{ a = null }", '{ a = [1], b = { c = "d" } }', '{ "k y" = 1 }')
        return self.rng.choice([
            lambda: "{ %s }" % ", ".join("%s %s %s" % (self.key(depth), self.pick("=", "=", ":"), self.any(None, depth)) for _ in range(self.rng.choice([0, 1, 2, 2, 3]))),
            lambda: self.for_object(depth), lambda: self.for_object(depth),
            lambda: "merge(%s, %s)" % (self.any(self.pick("object", "map"), depth), self.any(self.pick("object", "map"), depth)),
            lambda: "zipmap(%s, %s)" % (self.any("list", depth), self.any(self.pick("list", "tuple"), depth)),
            lambda: "jsondecode(%s)" % self.quoted(self.pick('{"a":1}', '{"a":{"b":[1,"x",null]}}', '{"a":1,"a":2}', "{}", '{"é":1}', "{a:1}")),
            lambda: "yamldecode(%s)" % self.quoted(self.pick("a: 1\nb: x\n", "a: [1, {b: c}]\n", "? a\n: 1\n", "1: x\ntrue: y\n", "a: &x {b: 1}\nc:\n  <<: *x\n  d: 2\n", "a: 1\na: 2\n", "a: b: c", "{}")),
            lambda: "regex(%s, %s)" % (self.pick('"(?P<a>.)(?P<b>.)"', '"(?P<y>[0-9]+)"'), self.any("string", depth)),
        ])()

    def make_map(self, depth):
        if depth <= 0:
            return self.pick("tomap({})", 'tomap({ a = "x" })', "tomap({ a = 1, b = 2 })", 'tomap({ b = "y", a = "x" })', "{ a = 1, b = 2 }")
        kind = self.element_kind()
        return self.rng.choice([
            lambda: "tomap({ %s })" % ", ".join("%s = %s" % (self.key(depth), self.any(kind, depth)) for _ in range(self.rng.choice([0, 1, 2, 3]))),
            lambda: "tomap(%s)" % self.any(self.pick("object", "map", None), depth),
            lambda: "merge(%s, %s)" % (self.any("map", depth), self.any("map", depth)),
            lambda: "transpose({ a = %s, b = %s })" % (self.any("list", depth), self.any("list", depth)),
            lambda: "zipmap(%s, %s)" % (self.any("list", depth), self.any("list", depth)),
            lambda: self.make_object(depth),
        ])()

    def bound(self, depth):
        kind = self.pick("list", "tuple", "map", "object", "set")
        collection = self.any(kind, depth)
        first, second = self.pick(("k", "v"), ("i", "x"))
        if self.chance(0.5):
            return "%s in %s" % (second, collection), [(second, "any")]
        return "%s, %s in %s" % (first, second, collection), [(first, "string" if kind in ("map", "object") else "any"), (second, "any")]

    def within(self, names, make):
        before = self.names
        self.names = before + names
        try:
            return make()
        finally:
            self.names = before

    def condition(self, depth):
        return " if %s" % self.any("bool", depth) if self.chance(0.3) else ""

    def for_tuple(self, depth):
        head, names = self.bound(depth)
        return self.within(names, lambda: "[for %s : %s%s]" % (head, self.any(None, depth), self.condition(depth)))

    def for_object(self, depth):
        head, names = self.bound(depth)
        return self.within(names, lambda: "{ for %s : %s => %s%s%s }" % (head, self.pick(names[0][0], self.any("string", depth)), self.any(None, depth),
                                                                      self.pick("", "", "..."), self.condition(depth)))


def module_of(name, text):
    return {name + ".tf": 'locals {\n  %s = %s\n}\noutput "%s" {\n  value     = [local.%s, issensitive(local.%s)]\n  sensitive = true\n}\n' % (name, text, name, name, name)}


def case(rng, name):
    maker = Maker(rng, rng.choice([1, 2, 2, 3, 3, 4]))
    text = maker.heredoc(1) if rng.random() < 0.02 else maker.any()
    return text, module_of(name, text)
