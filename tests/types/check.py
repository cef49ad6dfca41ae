#!/usr/bin/env python3
"""Judges all files of src/provider/{types,data,services} without running them: words against TYPES.md, attributes against the provider's schema
(schema.json here), calls, paths, members, required members, legal values and error codes against botocore's models, and what expressions name.

    check.py                    each file is a test, and so is each mistake of mistakes.yaml: planted in a copy, it must be found
    check.py --folder FOLDER    another src/provider, without the mistakes
    check.py --reduce FULL      writes schema.json anew from `terraform providers schema -json`'s provider

Ends with `N passed, N failed`. Needs pyyaml and botocore (tests/awsgate/requirements.txt)."""
import argparse
import glob
import json
import os
import re
import shutil
import sys
import tempfile

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from typecheck.services import BEYOND, BEYOND_MET, Service                 # noqa: E402
from typecheck.types import Type                                         # noqa: E402
from typecheck.words import WORDS, Findings                                     # noqa: E402

PROVIDER = os.path.join(HERE, '../../src/provider')
FILES = ('types/*.yaml', 'data/*.yaml', 'services/*.yaml')


def find_files():
    return sorted(path for pattern in FILES for path in glob.glob(pattern))


def read_schemas():
    with open(os.path.join(HERE, 'schema.json'), encoding='utf-8') as file:
        return json.load(file)


def check_file(path, schemas):
    """The findings of one file of the current folder."""
    findings, name = Findings(), os.path.basename(path)[:-5]
    kind = {'types': 'resource_schemas', 'data': 'data_source_schemas'}.get(path.split('/')[0])
    if not kind:
        Service(findings, name)
    elif name not in schemas[kind]:
        findings.add(path, 'schema.json does not have it')
    else:
        Type(findings, path, schemas[kind][name], {}).check()
    return findings


def try_file(path, schemas):
    try:
        return check_file(path, schemas)
    except Exception as error:      # a file so wrong that it cannot be followed is wrong
        return [f'{path}: {type(error).__name__}: {error}']


def check_all(schemas):
    """(test, what is wrong) of each file, and of beyond.yaml."""
    for path in find_files():
        yield path, try_file(path, schemas)
    yield 'beyond.yaml', [f'{name} of {service} is named nowhere' for kind, services in BEYOND.items() for service, names in services.items()
                          for name in names if (kind, service, name) not in BEYOND_MET]


def check_language():
    """TYPES.md has every word; a word that it lacks was added here alone."""
    with open('TYPES.md', encoding='utf-8') as file:
        words = set(re.findall(r'[\w-]+', file.read()))
    yield 'TYPES.md', [f'{word} ({kind}) does not occur' for kind in WORDS for word in sorted(WORDS[kind] - words)]


def check_mistakes(schemas):
    """(test, what is wrong) of each planted mistake."""
    with open(os.path.join(HERE, 'mistakes.yaml'), encoding='utf-8') as file:
        mistakes = yaml.safe_load(file)
    for mistake in mistakes:
        with open(mistake['in'], encoding='utf-8') as file:
            text = file.read()
        with open(mistake['in'], 'w', encoding='utf-8') as file:
            file.write(text.replace(mistake['old'], mistake['new'], 1))
        found = try_file(mistake.get('by', mistake['in']), schemas)
        with open(mistake['in'], 'w', encoding='utf-8') as file:
            file.write(text)
        yield f"mistake {mistake['new'].strip().splitlines()[0] if mistake['new'].strip() else mistake['old'].strip()} in {mistake['in']}", judge(mistake, text, found)


def judge(mistake, text, found):
    if text.count(mistake['old']) < 1:
        return [f"{mistake['old']!r} is not there"]
    return [] if any(re.search(mistake['found'], each) for each in found) else [f"{mistake['found']!r} was not found, but {found}"]


def reduce_schema(path):
    """What schema.json keeps of the provider's schema: our types, without descriptions."""
    with open(path, encoding='utf-8') as file:
        full = json.load(file)
    os.chdir(PROVIDER)
    names = {kind: [os.path.basename(each)[:-5] for each in sorted(glob.glob(f'{folder}/*.yaml'))]
             for kind, folder in (('resource_schemas', 'types'), ('data_source_schemas', 'data'))}
    with open(os.path.join(HERE, 'schema.json'), 'w', encoding='utf-8') as file:
        kinds = [f'"{kind}": {{\n' + ',\n'.join(f'"{name}": {json.dumps(full[kind][name])}' for name in names[kind]) + '\n}' for kind in names]
        file.write('{' + ',\n'.join(kinds) + '}\n')


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument('--folder')
    options.add_argument('--reduce')
    options = options.parse_args()
    if options.reduce:
        return reduce_schema(options.reduce)
    schemas, failed, passed = read_schemas(), 0, 0
    with tempfile.TemporaryDirectory(prefix='types-') as copy:
        for folder in ('types', 'data', 'services'):
            shutil.copytree(os.path.join(options.folder or PROVIDER, folder), os.path.join(copy, folder))
        shutil.copy(os.path.join(options.folder or PROVIDER, 'TYPES.md'), copy)
        os.chdir(copy)
        tests = [*check_all(schemas), *check_language(), *(check_mistakes(schemas) if not options.folder else ())]
        os.chdir(HERE)
    for test, wrong in tests:
        passed, failed = passed + (not wrong), failed + bool(wrong)
        if wrong:
            print(f'FAILED {test}', *wrong, sep='\n    ')
    print(f'{passed} passed, {failed} failed')
    return bool(failed or not passed)


if __name__ == '__main__':
    sys.exit(main())
