"""The words of the type language (src/provider/TYPES.md, in its order), and YAML files as the tool reads them."""
import re

import yaml

WORDS = {name: set(words.split()) for name, words in {
    'type': 'service schema id import find lane tags timeouts settle retry check refused upgrade attributes blocks groups read create update put delete',
    'data': 'service id attributes blocks check read',
    'timeouts': 'create read update delete', 'settle': 'within times', 'retry': 'on like when for', 'check': 'that error exactly_one at_most_one',
    'row words': 'required computed output replaces sensitive kept local',
    'row': 'wire default empty sent read null_as cleared patch same new_with is one_of', 'wire': 'send update read',
    'block': 'at_least at_most set attributes blocks',
    'step': 'call send with patch for_each changed when absent empty failed again take set as then ready',
    'failed': 'on like when say', 'again': 'on like when for from',
    'service': 'protocol version target namespace endpoint names rates always headers calls lists spelled pages checksum iam lane retry tags',
    'calls': 'is body answer', 'pages': 'next send items more size', 'tags': 'list add remove key with wire',
    'implicit rows': 'id tags tags_all timeouts',
    'scope': 'self prior configured provider answer taken each sent wire block groups intent is_new',
    'functions': 'percent_decode query_string unique_name unique_prefix json_pointer added removed changed'}.items()}
WORDS['block'] |= WORDS['row words'] | WORDS['row']


class Findings(list):
    """What is wrong, once each."""

    def add(self, where, what):
        if f'{where}: {what}' not in self:
            self.append(f'{where}: {what}')


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def row(spec):
    """Type, words and options of a row."""
    words = spec[1:] if isinstance(spec, list) else []
    options = {key: value for word in words if isinstance(word, dict) for key, value in word.items()}
    return spec[0] if isinstance(spec, list) else spec, {word for word in words if isinstance(word, str)}, options


def check_words(findings, where, mapping, kind):
    """Every key is a word of this kind, and so inside the keys that have words of their own."""
    for key in mapping if isinstance(mapping, (dict, set)) else ():
        if key not in WORDS[kind] and not key.startswith('x-'):
            findings.add(where, f'unknown word {key}')
        elif isinstance(mapping, dict) and key in WORDS:
            for value in mapping[key].values() if key in ('calls', 'pages') else listed(mapping[key]):
                check_words(findings, f'{where} {key}', value, key)


class Loader(yaml.SafeLoader):
    """YAML 1.2, in which only true and false are booleans (`on` is a word here)."""
    yaml_implicit_resolvers = {first: [each for each in resolvers if not each[0].endswith(':bool')]
                               for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


Loader.add_implicit_resolver('tag:yaml.org,2002:bool', re.compile('true|false'), 'tf')


def load(findings, path):
    with open(path, encoding='utf-8') as file:
        text = file.read()
    for event in yaml.parse(text):
        if isinstance(event, yaml.ScalarEvent) and event.style in (None, '"') and re.search(r'\$\{.*(==|"| : )', event.value, re.S):
            findings.add(f'{path}:{event.start_mark.line + 1}', 'an expression with quotes, == or " : " outside single quotes')
    for anchor in set(re.findall(r'(?<=[ \[{,])&(\w+)', text)) - set(re.findall(r'(?<=[ \[{,])\*(\w+)', text)):
        findings.add(path, f'anchor {anchor} is unused')
    return yaml.load(text, Loader)
