"""Random conversions and unifications: small values of all kinds one in the other, with nulls, unknowns and secrets in any
place, made a collection, unified by a conditional or a function, or given to a variable with `any` in its type."""
import expressions
from expressions import COMMON

WRAPS = ["tolist(%s)", "tolist(%s)", "toset(%s)", "tomap(%s)", "tomap(%s)", "tolist(toset(%s))", "toset(tolist(%s))", "concat(%s, [])", "flatten(%s)", "distinct(tolist(%s))",
         "values(tomap(%s))", "[for v in %s : v]", "one(%s)", "merge(%s, {})", "length(%s)", "element(%s, 0)"]
PAIRS = ["true ? %s : %s", "false ? %s : %s", "local.ub ? %s : %s", "coalesce(%s, %s)", "tolist([%s, %s])", "toset([%s, %s])", "tomap({ a = %s, b = %s })", "setunion(%s, %s)", "concat(%s, %s)",
         "setintersection(%s, %s)", "setsubtract(%s, %s)", "setproduct(%s, %s)", "merge(%s, %s)", "%s == %s", "contains(%s, %s)", "coalescelist(%s, %s)", "zipmap(%s, %s)",
         "lookup(%s, \"a\", %s)", "[%s...]", "matchkeys(%s, %s, [])"]
PRIMITIVES = ["1", "2", '"a"', '"1"', "true", '"true"', "null", "1.5"]
UNKNOWN = ["local.us", "local.un", "local.ub", "local.ux", "local.ul", "local.uz", "local.um", "local.ut"]


def value(rng, depth):
    share = rng.random()
    if share < 0.06:
        return rng.choice(UNKNOWN)
    if share < 0.1 and depth > 0:
        return "sensitive(%s)" % value(rng, depth - 1)
    if share < 0.16:
        return rng.choice(["null", "[]", "{}", "tolist([])", "tomap({})", "toset([])", "tostring(null)", "tolist(null)", "tomap(null)", "tonumber(null)"])
    if depth <= 0 or share < 0.22:
        return rng.choice(PRIMITIVES)
    kind = rng.choice(["tuple", "tuple", "object", "object", "list", "set", "map", "pair"])
    if kind == "pair":
        return "(%s)" % (rng.choice(PAIRS[:3]) % (value(rng, depth - 1), value(rng, depth - 1)))
    count = rng.choice([0, 1, 1, 2, 2, 3])
    if kind in ("object", "map"):
        text = "{ %s }" % ", ".join("%s = %s" % (name, value(rng, depth - 1)) for name in sorted(rng.sample("abc", count)))
        return text if kind == "object" else "tomap(%s)" % text
    text = "[%s]" % ", ".join(value(rng, depth - 1) for _ in range(count))
    return text if kind == "tuple" else "to%s(%s)" % (kind, text)


def alike(rng, text):
    """The same again with another primitive or two: what unifies, mostly."""
    for _ in range(rng.randint(0, 2)):
        old, new = rng.choice(PRIMITIVES), rng.choice(PRIMITIVES)
        text = text.replace(old, new, 1) if rng.random() < 0.7 else text.replace("tolist", "toset", 1)
    return text


def expression(rng):
    first = value(rng, rng.choice([1, 2, 2, 3, 3]))
    if rng.random() < 0.4:
        return rng.choice(WRAPS) % first
    form = rng.choice(PAIRS)
    if form.count("%s") == 1:
        return form % first
    return form % (first, alike(rng, first) if rng.random() < 0.5 else value(rng, rng.choice([1, 2, 3])))


def constraint(rng, depth):
    if depth <= 0 or rng.random() < 0.25:
        return rng.choice(["any", "any", "any", "string", "number", "bool"])
    kind = rng.choice(["list", "set", "map", "object", "object", "tuple"])
    if kind == "object":
        forms = ["%s", "%s", "optional(%s)", "optional(%s, null)"]
        return "object({ %s })" % ", ".join("%s = %s" % (name, rng.choice(forms) % constraint(rng, depth - 1)) for name in rng.sample("abc", rng.randint(0, 2)))
    if kind == "tuple":
        return "tuple([%s])" % ", ".join(constraint(rng, depth - 1) for _ in range(rng.randint(0, 2)))
    return "%s(%s)" % (kind, constraint(rng, depth - 1))


def fitting(rng, kind):
    """An expression that mostly converts to a type constraint."""
    share = rng.random()
    if share < 0.05:
        return "null"
    if share < 0.1 or kind == "any":
        return value(rng, rng.choice([0, 1, 2]))
    if "(" not in kind:
        return rng.choice(PRIMITIVES)
    head, inside = kind.split("(", 1)
    parts = members(inside[:-1].strip("{}[] "))
    if head == "object":
        return "{ %s }" % ", ".join("%s = %s" % (part.split(" = ", 1)[0], fitting(rng, bare(part.split(" = ", 1)[1]))) for part in parts if rng.random() < 0.9)
    if head == "tuple":
        return "[%s]" % ", ".join(fitting(rng, part) for part in parts)
    items = [fitting(rng, inside[:-1]) for _ in range(rng.choice([0, 1, 2, 2, 3]))]
    return "{ %s }" % ", ".join("%s = %s" % pair for pair in zip("abc", items)) if head == "map" else "[%s]" % ", ".join(items)


def bare(kind):
    """Without optional() and its default."""
    return members(kind[len("optional("):-1])[0] if kind.startswith("optional(") else kind


def members(text):
    """What stands between the commas of the outermost level."""
    parts, depth = [""], 0
    for c in text:
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip()]


def literal(text):
    return not any(word in text for word in ("local.", "to", "sensitive", "?"))


def variable(rng, name):
    kind, given = constraint(rng, rng.choice([1, 2, 2, 3])), "local.us"
    while not literal(given):
        given = fitting(rng, kind)
    declared = 'variable "%s" {\n  type = %s\n}\nlocals {\n  %s = var.%s\n}\noutput "%s" {\n  value = [local.%s]\n}\n' % ((name, kind) + (name,) * 4)
    return "%s := %s" % (kind, given), {name + ".tf": declared, name + ".auto.tfvars": "%s = %s\n" % (name, given)}


def case(rng, name):
    if rng.random() < 0.3:
        return variable(rng, name)
    text = expression(rng)
    return text, expressions.module_of(name, text)
