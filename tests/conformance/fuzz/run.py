#!/usr/bin/env python3
"""Random cases, answered by Terraform and by a tool: they must agree in acceptance, value, type, what is unknown and
what is sensitive.

    run.py --tool PATH [--oracle terraform] [--kinds expressions,conversions,regex,tfvars,json] [--cases N] [--seed TEXT]
           [--batch N] [--jobs N] [--words] [--case NUMBER]

Cases are made from the seed, the kind and the number of the batch, so that a batch can be run again: --seed S
--kinds K --only BATCH. --words also shows refusals with different summaries, which are no failures. Where Terraform is
not installed everything is skipped. Ends with `N passed, N failed, N skipped`.
"""
import argparse
import concurrent.futures
import os
import random
import shutil
import sys

import conversions
import documents
import expressions
import judge
import regex

KINDS = {
    "expressions": (expressions.COMMON, expressions.case),
    "conversions": (conversions.COMMON, conversions.case),
    "regex": (regex.COMMON, regex.case),
    "tfvars": (documents.COMMON, documents.tfvars_case),
    "json": (documents.COMMON, documents.json_case),
}


def batch_of(kind, seed, number, size):
    """name → (text for people, files)"""
    rng = random.Random("%s %s %d" % (seed, kind, number))
    return {"e%03d" % i: KINDS[kind][1](rng, "e%03d" % i) for i in range(size)}


def run_batch(options, kind, number):
    cases = batch_of(kind, options.seed, number, min(options.batch, options.cases - number * options.batch))
    files = {name: case[1] for name, case in cases.items()}
    want = judge.Answers(options.oracle, files, KINDS[kind][0])
    got = judge.Answers(options.tool, files, KINDS[kind][0])
    lines, failed = [], 0
    for name, (text, _) in cases.items():
        wrong = got.trouble.get(name) or judge.difference(want.of[name], got.of[name])
        failed += wrong is not None
        if not wrong and options.words and want.of[name][0] == "refused" and want.of[name] != got.of[name]:
            wrong = "other words: %s, want %s" % (got.of[name][1], want.of[name][1])
        if wrong:
            lines.append("%s %d %s: %s\n    %s" % (kind, number, name, wrong, text))
    return len(cases), failed, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--oracle", default="terraform")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--cases", type=int, default=300, help="of each kind")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--only", type=int, help="this batch only")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--words", action="store_true")
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    if not shutil.which(options.oracle):
        print("%s is not installed\n0 passed, 0 failed, %d skipped" % (options.oracle, options.cases * len(kinds)))
        return 0
    options.oracle, options.tool = shutil.which(options.oracle), os.path.abspath(shutil.which(options.tool) or options.tool)
    numbers = range((options.cases + options.batch - 1) // options.batch) if options.only is None else [options.only]
    jobs = [(kind, number) for kind in kinds for number in numbers]
    cases = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for count, wrong, lines in pool.map(lambda job: run_batch(options, *job), jobs):
            cases, failed = cases + count, failed + wrong
            if lines:
                print("\n".join(lines), flush=True)
    print("seed %s\n%d passed, %d failed, 0 skipped" % (options.seed, cases - failed, failed))
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
