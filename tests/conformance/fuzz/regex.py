"""Random regular expressions of RE2's grammar, and some that RE2 refuses, against random texts."""
from expressions import Maker

COMMON = {"common.tf": ""}
LITERALS = "abcxyzAB019 _-é日."
TEXTS = ["", "a", "ab", "aab", "abcabc", "xyz 123", "ABab", "a\nb", "  ", "foo-bar", "é日x", "1.5e3", "a_b", "\t", "aaa", "baab", "x9", "AbC"]
CLASSES = [r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", r"\pL", r"\p{Greek}", r"\PN", r"\p{Lu}", r"\p{^Ll}", "[[:alpha:]]", "[[:^digit:]]", "[[:word:]]", ".", r"\pZ", r"\p{Han}", r"\C", r"\p{Nope}", "[[:nope:]]"]
ESCAPES = [r"\.", r"\\", r"\n", r"\t", r"\x41", r"\x{e9}", r"\101", r"\Q.*\E", r"\-", r"\a", r"\f", r"\v", r"\z", r"\A", r"\b", r"\B", r"\Z", r"\1", r"\e", r"\cA", r"\8", r"\x{110000}", r"\u0041", r"\Qab", r"\E", r"\07"]
QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,}", "{,2}", "{2}?", "{1,3}?", "**", "*+", "{2}{3}", "{1001}", "{3,1}", "{", "{a}", "++"]
GROUPS = ["(?:%s)", "(%s)", "(?P<n%d>%s)", "(?i:%s)", "(?i)%s", "(?s:%s)", "(?m:%s)", "(?U:%s)", "(?-s:%s)", "(?is-m:%s)", "(?=%s)", "(?!%s)", "(?<n%d>%s)", "(?x:%s)", "(?>%s)", "(?P=n)%s", "(?#%s)", "(?'n'%s)", "(?m)%s"]


class Pattern:
    def __init__(self, rng):
        self.rng, self.groups = rng, 0

    def member(self):
        return self.rng.choice([lambda: self.rng.choice(LITERALS), lambda: self.rng.choice(["a-z", "0-9", "A-Fx", "b-b", "z-a", "é-日", r"\d-z", "a-", "-a", "^", "]", "[", r"\]", r"\-", "&&", "~~", "."]),
                                lambda: self.rng.choice(CLASSES), lambda: self.rng.choice([r"\n", r"\x41", r"\b", r"\.", r"\Q", r"\101"])])()

    def set(self):
        return "[%s%s]" % (self.rng.choice(["", "", "^"]), "".join(self.member() for _ in range(self.rng.randint(0, 3))))

    def atom(self, depth):
        r = self.rng.random()
        if r < 0.5:
            return self.rng.choice(LITERALS)
        if r < 0.62:
            return self.rng.choice(CLASSES[:14] if self.rng.random() < 0.85 else CLASSES)
        if r < 0.72:
            return self.rng.choice(ESCAPES[:15] if self.rng.random() < 0.8 else ESCAPES)
        if r < 0.82:
            return self.set()
        if r < 0.88:
            return self.rng.choice(["^", "$", "|", "(", ")", "]", "}", "()", "(|a)"]) if self.rng.random() < 0.5 else self.rng.choice("^$")
        if depth <= 0:
            return self.rng.choice(LITERALS)
        form = self.rng.choice(GROUPS[:9] if self.rng.random() < 0.85 else GROUPS)
        inner = self.alternatives(depth - 1)
        if "%d" in form:
            self.groups += self.rng.random() < 0.9
            return form % (self.groups, inner)
        return form % inner

    def piece(self, depth):
        atom = self.atom(depth)
        if self.rng.random() < 0.3:
            atom += self.rng.choice(QUANTIFIERS[:12] if self.rng.random() < 0.85 else QUANTIFIERS)
        return atom

    def alternatives(self, depth):
        return "|".join("".join(self.piece(depth) for _ in range(self.rng.randint(0 if depth < 2 else 1, 4))) for _ in range(self.rng.choice([1, 1, 1, 2])))


def case(rng, name):
    pattern, maker = Pattern(rng).alternatives(2), Maker(rng)
    text = maker.quoted("".join(rng.choice(TEXTS) for _ in range(rng.randint(1, 3))))
    quoted = '"' + pattern.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{") + '"'
    slashed = '"/' + pattern.replace("/", "").replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{") + '/"'
    call = rng.choice(["regexall(%s, %s)", "regexall(%s, %s)", "regex(%s, %s)", "can(regex(%s, %s))"]) % (quoted, text)
    if rng.random() < 0.3:
        call = "replace(%s, %s, %s)" % (text, slashed, rng.choice(['"<$0>"', '"$1-"', '"$${1}x"', '"$n1"', '"$$"', '"$1x"', '""', '"\\\\1"', '"$${n1}"', '"$"', '"${"$"}{"', '"é"']))
    return call, {name + ".tf": 'locals {\n  %s = %s\n}\noutput "%s" {\n  value = [local.%s]\n}\n' % (name, call, name, name)}
