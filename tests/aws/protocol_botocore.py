#!/usr/bin/env python3
"""Random calls of every service in src/provider/services, serialised by pipectl and by botocore, and random answers made from
AWS's models, read by pipectl. Needs tests/awsgate/requirements.txt.

    protocol_botocore.py BUILD [ROUNDS] [SEED]      BUILD is the folder that holds protocol_test
"""
import base64
import glob
import json
import os
import random
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from urllib.parse import parse_qsl, quote
from xml.sax.saxutils import escape

import botocore.serialize
import botocore.session
import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..')
LETTERS = 'abcXYZ019-._~ /+=&%$:;<>"\'üé€'
WORDS = ('protocol', 'version', 'target', 'namespace', 'endpoint', 'always', 'checksum', 'headers', 'calls', 'lists', 'spelled')


def load(name):
    with open(f'{ROOT}/src/provider/services/{name}.yaml', encoding='utf-8') as file:
        words = yaml.safe_load(file)
    return {'name': name, **{word: words[word] for word in WORDS if word in words}}


class Maker:
    """Random values of a model's shapes: for botocore, and as pipectl's types would write them."""
    def __init__(self, rng, service):
        self.rng, self.lists = rng, service.get('lists', {})
        self.is_json, self.is_xml = 'json' in service['protocol'], service['protocol'] == 'rest_xml'

    def has_place(self, name, shape):
        """The service's file says how the list travels. What it lacks is the affair of the types that want it."""
        if not self.is_xml or shape.type_name != 'list' or shape.serialization.get('location'):
            return True
        element = shape.serialization.get('name', name)
        if not shape.serialization.get('flattened'):
            element += '/' + shape.member.serialization.get('name', 'member')
        return self.lists.get(name) == element

    def text(self, shape, plain=False):
        if getattr(shape, 'enum', None):
            return self.rng.choice(shape.enum)
        return ''.join(self.rng.choice(LETTERS[:14] if plain else LETTERS) for _ in range(self.rng.randint(1, 9)))

    def structure(self, shape, depth, only=None):
        names = [name for name in shape.members if (only is None or name in only) and self.has_place(name, shape.members[name])]
        chosen = [name for name in names if name in shape.required_members or self.rng.random() < 0.6]
        if getattr(shape, 'is_tagged_union', False):
            chosen = chosen[:1] or names[:1]
        theirs, ours = {}, {}
        for name in chosen:
            made = self.make(shape.members[name], depth + 1, name == shape.serialization.get('payload'))
            if made is not None:
                theirs[name], ours[name] = made
        return theirs, ours

    def make(self, shape, depth, is_body=False):
        """A pair, or None for what is too deep or has no equal in pipectl's types."""
        kind = shape.type_name
        plain = shape.serialization.get('location') in ('header', 'headers')
        if depth > 8 or kind == 'timestamp':
            return None
        if kind == 'structure':
            return self.structure(shape, depth)
        if kind == 'list':
            items = [self.make(shape.member, depth + 1) for _ in range(self.rng.randint(1, 3))]
            return None if None in items else ([item[0] for item in items], [item[1] for item in items])
        if kind == 'map':
            items = {self.text(shape.key, True): self.make(shape.value, depth + 1) for _ in range(self.rng.randint(1, 3))}
            return None if None in items.values() else ({k: v[0] for k, v in items.items()}, {k: v[1] for k, v in items.items()})
        if kind == 'blob':
            content = self.text(shape).encode()
            return content, base64.b64encode(content).decode() if self.is_json and not is_body else content.decode()
        value = {'string': lambda: self.text(shape, plain), 'character': lambda: 'c', 'boolean': lambda: self.rng.random() < 0.5,
                 'integer': lambda: self.rng.randint(0, 10**6), 'long': lambda: self.rng.randint(0, 10**15),
                 'float': lambda: 0.5, 'double': lambda: 2.25}[kind]()
        return value, value


# --- requests

def xml_tree(text):
    """Nested tuples that do not depend on the order of different elements."""
    def of(node):
        children = [of(child) for child in node]
        return node.tag, tuple(sorted(node.attrib.items())), (node.text or '') if not children else '', tuple(sorted(children, key=lambda child: child[0]))
    return of(ElementTree.fromstring(text)) if text else None


def form(text):
    return sorted(parse_qsl(text, keep_blank_values=True))


def flat_query(query):
    pairs = []
    for name, value in (query or {}).items():
        pairs += [(name, str(each)) for each in (value if isinstance(value, list) else [value])]
    return pairs


def their_request(protocol, serialized):
    body, query = serialized['body'], flat_query(serialized['query_string'])
    path, _, fixed = serialized['url_path'].partition('?')
    query += parse_qsl(fixed, keep_blank_values=True)
    if isinstance(body, dict):
        body = '&'.join(f'{quote(str(k), safe="")}={quote(str(v), safe="")}' for k, v in body.items())
    body = body.decode() if isinstance(body, bytes) else body or ''
    headers = {k.lower(): str(v) for k, v in serialized['headers'].items() if k.lower() != 'content-type'}
    return {'method': serialized['method'], 'path': path, 'query': sorted((k, v or '') for k, v in query), 'headers': headers,
            'body': comparable_body(protocol, body)}


def our_request(protocol, made, always):
    path, _, query = made['target'].partition('?')
    bucket = '/' + made['bucket'] if 'bucket' in made else ''
    drop = {'content-type', *(name.lower() for name in always)}
    headers = {k.lower(): v for k, v in made['headers'].items() if k.lower() not in drop and not k.lower().startswith('x-amz-checksum-crc32')}
    return {'method': made['method'], 'path': bucket + path if bucket and path != '/' else bucket or path, 'query': form(query),
            'headers': headers, 'body': comparable_body(protocol, made.get('body', ''))}


def comparable_body(protocol, body):
    if protocol == 'query':
        return form(body)
    try:
        return xml_tree(body) if body.startswith('<') else json.loads(body or '{}')
    except (ValueError, ElementTree.ParseError):
        return body                     # a text as it is


def placeable(service, operation):
    """Members that the service's file has a place for; what it lacks is the affair of tests/types."""
    call, shape = service.get('calls', {}).get(operation.name), operation.input_shape
    if shape is None or call is None:
        return None
    text = call if isinstance(call, str) else call['is']
    payload = shape.serialization.get('payload')
    names = set()
    for name, member in shape.members.items():
        location = member.serialization.get('location')
        if location in ('header', 'headers'):
            placed = service.get('headers', {}).get(name)
        elif location:
            placed = '{' + name in text
        else:
            placed = name == payload or not payload
        if placed and name not in ('ChecksumAlgorithm',) and not name.startswith('Checksum'):
            names.add(name)
    return names


# --- answers

class Renderer:
    """A value as AWS would send it."""
    def __init__(self, rng):
        self.rng = rng

    def xml(self, shape, value, name):
        if shape.type_name == 'structure':
            attributes = ''.join(f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {member.serialization["name"]}="{escape(value[key], {chr(34): "&quot;"})}"'
                                 for key, member in shape.members.items() if member.serialization.get('xmlAttribute') and key in value)
            inner = [self.xml(member, value[key], member.serialization.get('name', key)) for key, member in shape.members.items()
                     if key in value and not member.serialization.get('xmlAttribute')]
            self.rng.shuffle(inner)
            return f'<{name}{attributes}>{"".join(inner)}</{name}>'
        if shape.type_name == 'list':
            if shape.serialization.get('flattened'):
                return ''.join(self.xml(shape.member, item, name) for item in value)
            item_name = shape.member.serialization.get('name', 'member')
            return f'<{name}>{"".join(self.xml(shape.member, item, item_name) for item in value)}</{name}>'
        if shape.type_name == 'map':
            entries = (f'<entry>{self.xml(shape.key, key, "key")}{self.xml(shape.value, item, "value")}</entry>' for key, item in value.items())
            return f'<{name}>{"".join(entries)}</{name}>'
        return f'<{name}>{escape(scalar(value))}</{name}>'

    def json(self, shape, value):
        if shape.type_name == 'structure':
            return {shape.members[key].serialization.get('name', key): self.json(shape.members[key], inner) for key, inner in value.items()}
        if shape.type_name == 'list':
            return [self.json(shape.member, item) for item in value]
        return {key: self.json(shape.value, inner) for key, inner in value.items()} if shape.type_name == 'map' else value


def scalar(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def as_strings(value):
    if isinstance(value, dict):
        return {key: as_strings(inner) for key, inner in value.items()}
    return [as_strings(item) for item in value] if isinstance(value, list) else scalar(value)


def holds(actual, wanted, path=''):
    """None, or the path of the first thing in [wanted] that [actual] does not have. More may be there."""
    if isinstance(wanted, dict):
        if not wanted and actual in ('', {}):
            return None
        if not isinstance(actual, dict):
            return path or '.'
        for key, inner in wanted.items():
            if key not in actual:
                return f'{path}.{key}'
            found = holds(actual[key], inner, f'{path}.{key}')
            if found:
                return found
        return None
    if isinstance(wanted, list):
        if not isinstance(actual, list) or len(actual) != len(wanted):
            return path
        return next(filter(None, (holds(a, w, f'{path}[{i}]') for i, (a, w) in enumerate(zip(actual, wanted)))), None)
    return None if actual == wanted else path


def answer_line(service, operation, maker, renderer):
    """The line for protocol_test, and the members that must come out."""
    protocol, shape = service['protocol'], operation.output_shape
    if shape is None:
        return None
    payload = shape.serialization.get('payload')
    body_members = {name for name, member in shape.members.items() if not member.serialization.get('location')}
    _, value = maker.structure(shape, 0, {payload} if payload else body_members)
    if payload and payload not in value:
        return None
    if protocol in ('json', 'rest_json'):
        if payload:
            return None
        body, wanted = json.dumps(renderer.json(shape, value)), value
    elif protocol == 'query':
        inner = renderer.xml(shape, value, operation.name + 'Result')
        body, wanted = f'<{operation.name}Response>{inner}</{operation.name}Response>', as_strings(value)
    elif payload:
        member = shape.members[payload]
        is_text = member.type_name in ('blob', 'string')
        body = value[payload] if is_text else renderer.xml(member, value[payload], member.serialization.get('name', payload))
        wanted = as_strings(value)
    else:
        body, wanted = renderer.xml(shape, value, operation.name + 'Output'), as_strings(value)
    if payload and body.lstrip().startswith('<') and wanted[payload] == body:
        return None                             # a policy never looks like XML
    return {'service': service, 'operation': operation.name, 'answer': {'body': body}}, wanted


# --- both

def run(build, lines):
    text = ''.join(json.dumps(line) + '\n' for line in lines)
    done = subprocess.run([os.path.join(build, 'protocol_test'), '-lines'], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    build, rounds, seed = sys.argv[1], int((sys.argv[2:] or [20])[0]), int((sys.argv[3:] or [random.randrange(1 << 30)])[0])
    rng, session, wrong, counts = random.Random(seed), botocore.session.get_session(), {}, [0, 0]
    for path in sorted(glob.glob(f'{ROOT}/src/provider/services/*.yaml')):
        service = load(os.path.basename(path)[:-5])
        model, protocol = session.get_service_model(service['name']), service['protocol']
        maker, renderer = Maker(rng, service), Renderer(rng)
        serializer = botocore.serialize.create_serializer(model.metadata['protocol'], False)
        names = list(service.get('calls') or model.operation_names)
        requests, answers = [], []
        for name in names * rounds:
            operation = model.operation_model(name)
            theirs, ours = maker.structure(operation.input_shape, 0, placeable(service, operation)) if operation.input_shape else ({}, {})
            if isinstance(ours.get('Bucket'), str):
                ours['Bucket'] = theirs['Bucket'] = 'a-bucket'
            serialized = serializer.serialize_to_request(theirs, operation)
            requests.append(({'service': service, 'operation': name, 'members': ours}, their_request(protocol, serialized)))
            answers += [each for each in [answer_line(service, operation, maker, renderer)] if each]
        for (line, theirs), made in zip(requests, run(build, [line for line, _ in requests]), strict=True):
            ours = our_request(protocol, made, service.get('always', {})) if 'why' not in made else made
            if ours != theirs:
                wrong.setdefault(f'{service["name"]} {line["operation"]} request', (line['members'], ours, theirs))
        for (line, wanted), made in zip(answers, run(build, [line for line, _ in answers]), strict=True):
            lacks = holds(made, wanted)
            if lacks:
                wrong.setdefault(f'{service["name"]} {line["operation"]} answer{lacks}', (line['answer'], made, wanted))
        counts[0], counts[1] = counts[0] + len(requests), counts[1] + len(answers)
    for name, parts in wrong.items():
        print(name, *(json.dumps(part, ensure_ascii=False, default=str) for part in parts), '', sep='\n  ')
    print(f'{counts[0]} requests and {counts[1]} answers (seed {seed}): {len(wrong)} calls differ')
    print(f'{sum(counts) - len(wrong)} passed, {len(wrong)} failed')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main())
