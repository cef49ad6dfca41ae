"""Random type constraints with optional() and defaults, and values for them in tfvars files of both syntaxes; and
values in JSON configuration."""
import json

from expressions import Maker

COMMON = {"common.tf": 'locals {\n  known = "k"\n  list  = ["x", 1]\n}\n'}
NAMES = ["a", "b", "c", "k_y"]
TEXTS = ["", "a", "1", "1.5", "true", "${x}", "%{ if }", "é", "a\nb", "null", "$${a}", "${local.known}", "${1 + 1}", "x ${local.known}"]


def constraint(rng, depth, optional=False):
    if depth <= 0 or rng.random() < 0.35:
        return rng.choice(["string", "number", "bool", "any", "string", "number", "list(string)", "map(any)", "set(number)"])
    kind = rng.choice(["list", "set", "map", "object", "object", "object", "tuple"])
    if kind == "object":
        members = []
        for name in rng.sample(NAMES, rng.randint(0, 3)):
            inner = constraint(rng, depth - 1)
            if rng.random() < 0.5:
                default = value(rng, rng.choice([0, 1]), inner) if rng.random() < 0.7 else None
                inner = "optional(%s%s)" % (inner, ", " + hcl(default) if default is not None else "")
            members.append("%s = %s" % (name, inner))
        return "object({ %s })" % ", ".join(members)
    if kind == "tuple":
        return "tuple([%s])" % ", ".join(constraint(rng, depth - 1) for _ in range(rng.randint(0, 3)))
    return "%s(%s)" % (kind, constraint(rng, depth - 1))


def value(rng, depth, like=""):
    """Python data; mostly of the shape that [like], a constraint, wants."""
    if rng.random() < 0.06:
        return None
    kind = next((k for k in ("object", "map", "list", "set", "tuple", "string", "number", "bool") if like.startswith(k) or like.startswith("optional(" + k)), "")
    if not kind or rng.random() < 0.1:
        kind = rng.choice(["object", "map", "list", "string", "number", "bool"])
    if kind in ("object", "map"):
        return {n: value(rng, depth - 1, inner_of(like, n)) for n in rng.sample(NAMES, rng.randint(0, 3) if depth > 0 else rng.randint(0, 1))}
    if kind in ("list", "set", "tuple"):
        return [value(rng, depth - 1, inner_of(like, None)) for _ in range(rng.randint(0, 3) if depth > 0 else 0)]
    if kind == "number":
        return rng.choice([0, 1, -1, 1.5, 12345678901234567890, 1e3, "1", "x", True, 0.1])
    if kind == "bool":
        return rng.choice([True, False, "true", "false", "x", 1])
    return rng.choice(TEXTS[:10] + [1, True, 2.5])


def inner_of(like, name):
    """Roughly what stands inside: enough to guess well."""
    inside = like[like.find("(") + 1:] if "(" in like else ""
    if name and name + " = " in inside:
        return inside[inside.find(name + " = ") + len(name) + 3:]
    return inside.lstrip("[{ ")


def hcl(data):
    if isinstance(data, dict):
        return "{ %s }" % ", ".join("%s = %s" % (k, hcl(v)) for k, v in data.items())
    if isinstance(data, list):
        return "[%s]" % ", ".join(map(hcl, data))
    if isinstance(data, str):
        return json.dumps(data, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
    return json.dumps(data)


def tfvars_case(rng, name):
    kind = constraint(rng, rng.randint(1, 3))
    given = value(rng, 3, kind)
    options = "".join(rng.choice(["", "", "  %s\n" % line]) for line in ("nullable = false", "sensitive = true", "default = " + hcl(value(rng, 2, kind))))
    declared = 'variable "%s" {\n  type = %s\n%s}\nlocals {\n  %s = var.%s\n}\noutput "%s" {\n  value     = [local.%s]\n  sensitive = true\n}\n' % ((name, kind, options) + (name,) * 4)
    files = {name + ".tf": declared}
    if rng.random() < 0.5:
        files[name + ".auto.tfvars"] = "%s = %s\n" % (name, hcl(given))
    else:
        files[name + ".auto.tfvars.json"] = json.dumps({name: given}, ensure_ascii=rng.random() < 0.3) + "\n"
    return "%s%s := %s" % (kind, " " + options.replace("\n", ";") if options else "", hcl(given)), files


def json_value(rng, depth):
    if depth <= 0 or rng.random() < 0.4:
        if rng.random() < 0.4:
            maker = Maker(rng, 1)
            text = "%s${%s}%s" % (rng.choice(["", "", "x"]), maker.any().replace("local.u", "local.known #")[:60], rng.choice(["", "", "y"]))
            return text if "#" not in text and "\n" not in text else "${local.list}"
        return rng.choice(TEXTS + [0, 1.5, -1, True, False, None, 1e30, 12345678901234567890])
    if rng.random() < 0.5:
        return [json_value(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    return {rng.choice(NAMES + ["${local.known}", "x${1}", "//", "k y", "${null}"]): json_value(rng, depth - 1) for _ in range(rng.randint(0, 3))}


def json_case(rng, name):
    text = json.dumps(json_value(rng, 3), ensure_ascii=rng.random() < 0.3)
    if rng.random() < 0.12 and len(text) > 2:      # broken: one character goes, or another one comes
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(["", ",", "}", "]", '"', "x", ":", "0", "."]) + text[at + rng.randint(0, 1):]
    document = '{"locals": {"%s": %s}, "output": {"%s": {"value": "${[local.%s]}", "sensitive": true}}}' % (name, text, name, name)
    return text, {name + ".tf.json": document}
