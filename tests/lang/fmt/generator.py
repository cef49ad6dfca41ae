"""Random files in native syntax, with random white space: everything that the grammar allows, and what people
write. One seed is one file."""
import random

NAMES = ["a", "bb", "ccc", "name", "count", "for_each", "type", "très", "a-b", "in", "for", "if", "null", "true", "x1"]
ROOTS = ["var.x", "local.name", "each.key", "aws_kinesis_stream.main", "data.aws_region.current", "path.module", "x"]
TEXTS = ["", "a", "some text", "é", "日本", "e\u0301", "a\\nb", "\\\"q\\\"", "$", "$$", "%", "$${x}", "%%{y}", "a$b",
         "# no comment", "{", "}", "[ ( ", "a = 1", "\\u00e9", "👩‍👩‍👧", " padded ", "\\\\"]
LABELS = ["foo", "\"foo\"", "\"a b\"", "\"\"", "\"é\"", "\"a\\nb\"", "\"$\"", "\"a-b\"", "bar_1", "\"\\u200b\""]
BLOCKS = ["resource", "variable", "output", "locals", "provider", "module", "lifecycle", "dynamic", "terraform", "b"]
TYPES = ["string", "\"string\"", "list", "\"list\"", "map", "\"map\"", "set", "any", "list(string)", "\"bool\"",
         "object({ a=string,b = optional( number,1 ) })", "\"${string}\"", "( \"string\" )", "map( any )"]
KEYWORDS = ["true", "false", "null"]
OPERATORS = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"]
COMMENTS = ["/* c */", "/**/", "/* a\n   b */", "/* é */"]
LINE_COMMENTS = ["#", "# comment", "// comment", "#    é日", "//", "# ${x", "# trailing   "]


class Writer:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.out = []
        self.depth = 0
        self.newline = "\r\n" if self.chance(0.06) else "\n"
        self.comments = self.random.choice([0, 0, 0.02, 0.1])
        self.blanks = self.random.choice([["", " "], [" "], ["", " ", "  ", "\t", " \t "], ["   "]])

    def chance(self, p):
        return self.random.random() < p

    def pick(self, choices):
        return self.random.choice(choices)

    def gap(self, needed=False):
        """What may stand between two tokens of a line."""
        if self.chance(self.comments):
            return self.pick(self.blanks) + self.pick(COMMENTS) + self.pick(self.blanks)
        blank = self.pick(self.blanks)
        return blank or (" " if needed else "")

    def wide(self):
        """The same inside brackets, where lines may end."""
        if self.chance(0.12):
            comment = self.pick(LINE_COMMENTS) if self.chance(0.2) else ""
            lines = self.newline * self.pick([1, 1, 1, 2])
            return self.gap() + comment + lines + self.pick(["", "  ", "\t", "      "])
        return self.gap()

    # --- expressions: each returns text; [wide] says whether lines may end inside

    def expression(self, wide=False, depth=None):
        self.depth += 1
        makers = [self.literal, self.literal, self.traversal, self.traversal, self.string]
        if self.depth < 5:
            makers += [self.binary, self.unary, self.conditional, self.tuple, self.object, self.call, self.for_tuple,
                       self.for_object, self.parentheses, self.index, self.splat, self.template, self.template]
        text = self.pick(makers)(wide)
        self.depth -= 1
        return text

    def between(self, wide):
        return self.wide() if wide else self.gap()

    def literal(self, wide):
        return self.pick(["1", "0", "1.50", "1e10", "true", "false", "null", "-1", "- 1", "123456789"])

    def traversal(self, wide):
        text = self.pick(ROOTS)
        while self.chance(0.3):
            b = self.between(wide) if self.chance(0.1) else ""
            text += self.pick([f"{b}.{b}id", f"{b}[{b}0{b}]", f"[{b}\"k\"{b}]", ".0", "[*]", ".*", ".*.id"]) \
                if not text.endswith(("0", "*")) else "[1]"
        return text

    def string(self, wide):
        return '"' + "".join(self.pick(TEXTS) for _ in range(self.pick([0, 1, 1, 2]))) + '"'

    def binary(self, wide):
        return (self.expression(wide) + self.between(wide) + self.pick(OPERATORS) + self.between(wide)
                + self.expression(wide))

    def unary(self, wide):
        return self.pick(["-", "!"]) + self.between(wide) + self.pick([self.traversal, self.parentheses, self.literal])(wide)

    def conditional(self, wide):
        b = self.between
        return (self.expression(wide) + b(wide) + "?" + b(wide) + self.expression(wide) + b(wide) + ":" + b(wide)
                + self.expression(wide))

    def items(self, make, opening, closing, empty=True):
        count = self.pick([0, 1, 2, 3] if empty else [1, 2, 3])
        text = opening + self.wide()
        for i in range(count):
            text += make() + self.wide()
            if i + 1 < count or self.chance(0.2):
                text += "," + self.wide()
        return text + closing

    def tuple(self, wide):
        return self.items(lambda: self.expression(True), "[", "]")

    def call(self, wide):
        name = self.pick(["f", "max", "merge", "provider::aws::arn_parse", "provider ::aws:: f"])
        text = self.items(lambda: self.expression(True), name + self.pick(["", "", " "]) + "(", ")", empty=not self.chance(0.2))
        if self.chance(0.2):
            text = text[:-1].rstrip().rstrip(",") + self.gap() + "..." + self.gap() + ")" if not text[:-1].rstrip().endswith(("(", "\n")) and "#" not in text and "//" not in text else text
        return text

    def key(self):
        return self.pick([lambda: self.pick(NAMES[:8]), lambda: self.string(False), lambda: "(" + self.expression(True) + ")",
                          lambda: self.pick(NAMES[:8]), lambda: "1", lambda: "\"${" + self.traversal(False) + "}\"",
                          lambda: "var.x"])()

    def object(self, wide):
        text = "{" + self.gap()
        for _ in range(self.pick([0, 1, 2, 3])):
            if self.chance(0.6):
                text += self.comment() + self.newline + self.pick(["", "  ", "\t", "        "])
            text += self.key() + self.gap() + self.pick(["=", "=", "=", ":"]) + self.gap() + self.expression(False)
            text += self.gap()
            if self.chance(0.4):
                text += "," + self.gap()
            else:
                text += self.comment() + self.newline
        return text + "}"

    def for_clause(self):
        names = self.pick(["v", "k, v", "k,v", "k ,v"])
        return f"for {names} in" + self.gap(True) + self.expression(True) + self.wide() + ":" + self.wide()

    def for_end(self):
        return self.wide() + ("if" + self.gap(True) + self.expression(True) + self.wide() if self.chance(0.3) else "")

    def for_tuple(self, wide):
        return "[" + self.wide() + self.for_clause() + self.expression(True) + self.pick(["", " "]) + " " + self.for_end() + "]"

    def for_object(self, wide):
        return ("{" + self.wide() + self.for_clause() + self.expression(True) + self.wide() + "=>" + self.wide()
                + self.expression(True) + self.pick(["", "...", " ..."]) + " " + self.for_end() + "}")

    def parentheses(self, wide):
        return "(" + self.wide() + self.expression(True) + self.wide() + ")"

    def index(self, wide):
        key = self.expression(True)
        if key in KEYWORDS:         # terraform loses these
            key = "0"
        return self.pick(ROOTS) + self.gap() + "[" + self.wide() + key + self.wide() + "]"

    def splat(self, wide):
        return self.pick(ROOTS) + self.pick([".*", "[*]", "[ * ]", " [*]", ".*.id", "[*].id"])

    def sequence(self):
        wide = self.chance(0.15)
        between = self.wide if wide else self.gap
        return (self.pick(["${", "${", "${", "${~"]) + between() + self.expression(wide) + between()
                + self.pick(["}", "}", "}", "~}"]))

    def directive(self, text):
        b = self.gap
        if self.chance(0.5):
            other = "%{" + b() + "else" + b() + "}" + text() if self.chance(0.4) else ""
            return "%{" + b() + "if " + self.expression() + b() + "}" + text() + other + "%{" + b() + "endif" + b() + "}"
        return "%{" + b() + "for x in" + b() + " " + self.expression() + b() + "}" + text() + "%{endfor" + b() + "}"

    def template_part(self, text):
        if self.chance(0.5):
            return text()
        return self.sequence() if self.chance(0.8) else self.directive(text)

    def template(self, wide):
        if self.chance(0.3):
            return '"' + self.sequence() + '"'
        return '"' + "".join(self.template_part(lambda: self.pick(TEXTS)) for _ in range(self.pick([1, 2, 3]))) + '"'

    def heredoc(self):
        def line():
            return self.pick(["", "  text", "\ttab", "    deeper  ", "{", "}}", "a = 1 # no", "$${x}", "EOTX", "é", "[("])
        marker = self.pick(["EOT", "EOF", "END_1"])
        text = self.pick(["<<", "<<-"]) + marker + self.newline
        for _ in range(self.pick([0, 1, 2, 4])):
            text += "".join(self.template_part(line) for _ in range(self.pick([1, 1, 2]))) + self.newline
        return text + self.pick(["", "  ", "\t"]) + marker

    # --- bodies

    def comment(self):
        return self.gap() + self.pick(LINE_COMMENTS) if self.chance(0.15) else self.gap()

    def add(self, *parts):
        self.out.extend(parts)

    def end_line(self):
        self.add(self.comment(), self.newline)
        if self.chance(0.15):
            self.add(self.pick(["", "  "]), self.newline * self.pick([1, 2]))

    def value(self):
        if self.chance(0.08):
            return self.heredoc()
        if self.chance(0.12):
            return '"' + "${" + self.wide() + self.expression(True) + self.wide() + "}" + '"'
        return self.expression()

    def argument(self, name):
        if name == "type" and self.chance(0.8):
            value = self.pick(TYPES)
        else:
            value = self.value()
        self.add(name, self.gap(), "=", self.gap(), value)

    def block(self, depth):
        self.add(self.pick(BLOCKS))
        for _ in range(self.pick([0, 0, 1, 2])):
            self.add(self.gap(True), self.pick(LABELS))
        self.add(self.gap(), "{")
        if self.chance(0.15):
            self.add(self.gap())
            if self.chance(0.6):
                self.argument(self.pick(NAMES))
                self.add(self.gap())
        else:
            self.add(self.comment(), self.newline)
            self.body(depth + 1)
            self.add(self.indent(depth))
        self.add("}")

    def indent(self, depth):
        return self.pick(["  " * depth, "  " * depth, "\t" * depth, "", " "])

    def body(self, depth):
        names = NAMES[:]
        self.random.shuffle(names)
        for _ in range(self.pick([0, 1, 2, 4, 6]) if depth else self.pick([1, 3, 5, 8])):
            self.add(self.indent(depth))
            if self.chance(0.12):
                self.add(self.pick(LINE_COMMENTS + COMMENTS[:2]), self.newline)
                continue
            if self.chance(0.05):
                self.add(self.pick(COMMENTS), self.gap())
            if depth < 4 and self.chance(0.45 if depth == 0 else 0.25):
                self.block(depth)
            elif names:
                self.argument(names.pop())
            self.end_line()

    def file(self):
        if self.chance(0.04):
            self.add("\ufeff")
        self.body(0)
        text = "".join(self.out)
        return text if self.chance(0.9) else text.rstrip("\r\n") + self.pick(["", "", "  ", "\t"])


def spoil(text, rng):
    """A small change somewhere, which mostly makes the file wrong."""
    at = rng.randrange(len(text) + 1)
    cut = text[at:at + rng.choice([1, 1, 2, 5])]
    return rng.choice([text[:at] + text[at + len(cut):], text[:at] + rng.choice("{}[]()\"=,\n\t#*?:.$%<-~'") + text[at:]])


def generate(seed):
    """A file; about one in ten with a mistake in it."""
    writer = Writer(seed)
    text = writer.file()
    return spoil(text, writer.random) if writer.chance(0.1) and text else text
