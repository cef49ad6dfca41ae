"""What expressions name is in scope, is a row, is a function. They are not parsed: the tool does that."""
import os
import re

from .words import WORDS

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../functions.txt'), encoding='utf-8') as names:
    FUNCTIONS = set(names.read().split()) | WORDS['functions']


def template(text, at=0, end=None):
    """The code in a text or in a quoted string, without its literal parts, and where it ends."""
    code = ''
    while at < len(text) and text[at] != end:
        if text.startswith('${', at) and not text.startswith('$${', at - 1):
            inner, at = expression(text, at + 2)
            code += f' {inner} '
        else:
            at += 2 if end and text[at] == '\\' else 1
    return code, at + 1


def expression(text, at):
    code, depth = '', 0
    while at < len(text) and (depth or text[at] != '}'):
        if text[at] == '"':
            inner, at = template(text, at + 1, '"')
            code += f'"{inner}"'
        else:
            depth += {'{': 1, '}': -1}.get(text[at], 0)
            code, at = code + text[at], at + 1
    return code, at + 1


def check_expressions(findings, where, value, kept=(), rows=None):
    """All expressions in a value, deep. `kept` are names of answers; without `rows` those of self are not looked at."""
    if isinstance(value, (dict, list)):
        for each in value.values() if isinstance(value, dict) else value:
            check_expressions(findings, where, each, kept, rows)
    elif isinstance(value, str) and '${' in value:
        check_code(findings, where, template(value)[0], kept, rows)


def check_code(findings, where, code, kept, rows):
    bound = {name for pair in re.findall(r'\bfor (\w+)(?:, (\w+))? in', code) for name in pair}
    for name in re.findall(r'(?<![\w.])([a-z_]\w*)[.\[]', code):
        if name not in WORDS['scope'] | set(kept) | bound:
            findings.add(where, f'{name} is not in scope')
    for name in re.findall(r'(?<![\w.])(\w+)\(', code):
        if name not in FUNCTIONS | {'in', 'if'}:
            findings.add(where, f'no function {name}')
    for root, name in re.findall(r'(?<![\w.])(self|prior|configured|sent|wire|groups)\.(\w+)', code):
        if rows is not None and name not in rows:
            findings.add(where, f'no row {name} for {root}.{name}')
