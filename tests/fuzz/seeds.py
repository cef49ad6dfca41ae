#!/usr/bin/env python3
"""seeds.py FOLDER: first inputs for the fuzz targets, one folder a target: what the other tests have already."""
import hashlib
import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
EXPRESSIONS = TESTS / "conformance" / "expressions"
LONGEST = 4000


def rows(name):
    return [json.loads(line) for line in (EXPRESSIONS / name).read_text().splitlines()]


def files(*endings):
    for path in sorted(TESTS.rglob("*")):
        if path.is_file() and path.name.endswith(endings) and path.stat().st_size <= LONGEST:
            yield path.read_bytes()


def seeds():
    expressions = [row["expr"] for row in rows("expressions.jsonl") + rows("failures.jsonl") if "expr" in row]
    types = [kind for row in rows("tfvars.jsonl") for kind in row.get("variables", {}).values()]
    native = list(files(".tf")) + [json.loads(line)[0].encode() for line in
                                   (TESTS / "lang" / "fmt" / "recorded.jsonl").read_text().splitlines()]
    yield "expression", [text.encode() for text in expressions]
    yield "template", [f"a ${{{text}}} b".encode() for text in expressions]
    yield "type", [text.encode() for text in types if isinstance(text, str)]
    yield "hcl", native
    yield "fmt", native
    yield "yaml", list(files(".yaml", ".yml"))
    yield "json", list(files(".json")) + [row["json"].encode() for row in rows("jsonsyntax.jsonl") if "json" in row]
    yield "tfvars", [row["tfvars"].encode() for row in rows("tfvars.jsonl") if "tfvars" in row]


def main():
    for target, texts in seeds():
        folder = Path(sys.argv[1]) / target
        folder.mkdir(parents=True, exist_ok=True)
        for text in texts:
            if len(text) <= LONGEST:
                (folder / hashlib.sha1(text).hexdigest()).write_bytes(text)


if __name__ == "__main__":
    main()
