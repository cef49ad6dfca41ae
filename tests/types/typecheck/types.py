"""Type files: rows and blocks against the provider's schema, steps against botocore's models."""
import os
import re

from .expressions import check_expressions
from .services import Service, is_beyond
from .words import WORDS, check_words, listed, load, row

TEXTS = ('policy', 'inline_policy', 'json', 'time')                          # strings with a meaning
ROW_TYPE = re.compile(r'string|number|bool|(list|set|map)\((string|number|bool)\)|' + '|'.join(TEXTS))


class Type:
    def __init__(self, findings, path, schema, services):
        self.findings, self.data = findings, path.startswith('data/')
        self.name, self.words, self.schema = os.path.basename(path)[:-5], load(findings, path), schema
        name = self.words.get('service')
        if name and name not in services:
            services[name] = Service(findings, name)
        self.service = services.get(name)
        self.attributes, self.blocks = self.words.get('attributes', {}), self.words.get('blocks', {})
        self.groups = self.words.get('groups', {})
        self.rows = {*WORDS['implicit rows'], *self.attributes, *self.blocks, *self.groups}
        self.steps = [(section, step) for section in ('find', 'read', 'create', 'update', 'put', 'delete')
                      for step in listed(self.words.get(section)) if step != 'read']
        self.kept, self.filled = {step['as'] for _, step in self.steps if 'as' in step}, set()

    def check(self):
        check_words(self.findings, self.name, self.words, 'data' if self.data else 'type')
        for word in ('id', 'lane', 'retry', 'check', 'groups', 'tags'):
            check_expressions(self.findings, f'{self.name} {word}', self.words.get(word), rows=self.rows)
        for each in listed(self.words.get('check')):
            self.check_names('check', listed(each.get('exactly_one')) + listed(each.get('at_most_one')))
        for group, names in self.groups.items():
            self.check_names(f'groups {group}', names)
        if self.words.get('schema', 0) != self.schema['version']:
            self.findings.add(self.name, f'the schema is {self.schema["version"]}')
        self.check_rows('', self.attributes, self.blocks, self.schema['block'])
        self.check_implicit_rows()
        for section, step in self.steps:
            self.check_step(section, step)
        if self.service:
            self.service.check_codes(f'{self.name} retry', [code for rule in listed(self.words.get('retry')) for code in listed(rule.get('on'))])
        self.check_filled()
        self.check_tags()

    def check_implicit_rows(self):
        """A type has tags and timeouts in its file where it has them in the schema."""
        theirs = {**self.schema['block'].get('attributes', {}), **self.schema['block'].get('block_types', {})}
        tagged = 'tags' in self.words or any('tags_all' in str(step) for _, step in self.steps)
        for name, mine in (('tags', tagged), ('timeouts', 'timeouts' in self.words)):
            if mine != (name in theirs):
                self.findings.add(self.name, f'{name} are {"not " if mine else ""}in the schema')

    def check_rows(self, path, attributes, blocks, schema):
        """Rows and blocks, word by word, and against the provider's schema."""
        theirs = {**schema.get('attributes', {}), **schema.get('block_types', {})}
        for name in theirs.keys() - {*attributes, *blocks} - ({*WORDS['implicit rows'], *self.words.get('refused', {})} if not path else set()):
            self.findings.add(self.name, f'{path}{name} of the schema is missing')
        for name in {*attributes, *blocks} - theirs.keys():
            self.findings.add(self.name, f'{path}{name} is not in the schema')
        for name, spec in attributes.items():
            where, (kind, words, options) = f'{self.name} {path}{name}', row(spec)
            check_words(self.findings, where, words, 'row words')
            check_words(self.findings, where, options, 'row')
            self.check_names(where, listed(options.get('new_with')))
            check_expressions(self.findings, where, [options.get(word) for word in ('default', 'is', 'empty')], rows=self.rows)
            check_expressions(self.findings, where, [options.get(word) for word in ('sent', 'read', 'same')])
            self.check_given(where, words, theirs.get(name, {}))
            plain = kind if '(' not in kind else re.split(r'[()]', kind)[:2]
            if not ROW_TYPE.fullmatch(kind) or name in theirs and theirs[name]['type'] != ('string' if kind in TEXTS else plain):
                self.findings.add(where, f'{kind} is not {theirs.get(name, {}).get("type", "a type")}')
        for name, block in blocks.items():
            where, their = f'{self.name} {path}{name}', schema.get('block_types', {}).get(name, {'block': {}})
            check_words(self.findings, where, block, 'block')
            check_expressions(self.findings, where, [block.get('sent'), block.get('read')])
            if their.get('max_items', block.get('at_most')) != block.get('at_most') or (their.get('nesting_mode') == 'set') != block.get('set', False):
                self.findings.add(where, f'at_most is {their.get("max_items")}, {their.get("nesting_mode")}')
            self.check_rows(f'{path}{name}.', block.get('attributes', {}), block.get('blocks', {}), their['block'])

    def check_given(self, where, words, their):
        """Who says what the row holds: `required`, `computed`, `output` and none of them, as the schema has it."""
        mine = {word for word in ('required', 'computed', 'output') if word in words}
        wanted = {'required'} if their.get('required') else {'computed'} if their.get('computed') and their.get('optional') else \
            {'output'} if their.get('computed') else set()
        if their and mine != wanted:
            self.findings.add(where, f'is {" ".join(wanted) or "optional"} in the schema')

    def check_names(self, where, names):
        for name in listed(names):
            if '${' not in name and name not in self.rows:
                self.findings.add(f'{self.name} {where}', f'no row {name}')

    def named(self, names):
        """The rows and blocks behind a list of names."""
        for name in listed(names):
            yield from self.named(self.groups[name]) if isinstance(self.groups.get(name), list) else [name]

    def check_step(self, section, step):
        where = f'{self.name} {section} {step.get("call")}'
        check_words(self.findings, where, step, 'step')
        check_expressions(self.findings, where, step, self.kept, self.rows)
        for word in ('send', 'changed', 'patch'):
            self.check_names(f'{section} {word}', step.get(word))
        self.check_names(f'{section} set', [name.split('.')[0] for name in step.get('set', {})])
        if step.get('again', {}).get('from', 'nothing') not in self.kept | {'nothing'}:
            self.findings.add(where, f'no step is kept as {step["again"]["from"]}')
        if section == 'update' and not step.keys() & {'for_each', 'changed', 'patch'} and not any(map(self.can_change, self.named(step.get('send')))):
            self.findings.add(where, 'sends only what never changes, so it never runs')
        operation = self.service.operation(where, step.get('call')) if self.service else self.findings.add(where, 'no service')
        if operation:
            self.check_sent(where, 'update' if section == 'update' else 'send', step, operation)
        if operation:
            self.service.check_codes(where, codes_of(step))
        if operation and section in ('find', 'read'):
            self.check_read(where, step, operation.output_shape)

    def can_change(self, name):
        theirs = self.schema['block']['attributes'].get(name, {'optional': True})
        return 'replaces' not in row(self.attributes.get(name, ''))[1] and (theirs.get('optional') or theirs.get('required'))

    def check_sent(self, where, direction, step, operation):
        given, sent = operation.input_shape, set(step.get('with', {})) | ({'patchOperations'} if 'patch' in step else set())
        self.check_with(where, step.get('with', {}), given)
        for name in self.named(step.get('send')):
            if name == 'tags_all' and name not in self.attributes:
                sent |= {'Tags', 'tags'} & set(given.members)
            elif name in self.blocks:
                sent.add(self.check_block(where, name, self.blocks[name], given, direction))
            elif name in self.attributes and 'local' not in row(self.attributes[name])[1]:
                sent.add(self.check_member(where, name, row(self.attributes[name])[2], given, direction))
        for name in re.findall(r'(?<![\w.])wire\.(\w+)', str(step.get('with'))):      # a block that an expression puts in its place
            if name in self.blocks and self.service.wire(name, self.blocks[name], direction).split('.')[0].rstrip('[]') in given.members:
                self.check_block(where, name, self.blocks[name], given, direction)
        for member in set(given.required_members) - sent:
            self.findings.add(where, f'required member {member} is not sent')
        call = self.service.calls.get(operation.name, {}).get('is', '')
        for member in sent & set(given.members):
            if given.members[member].serialization.get('location') in ('uri', 'querystring') and not re.search(rf'\{{{member}[+*]?\}}', call):
                self.findings.add(where, f'{member} has no place in {call}')

    def check_with(self, where, value, shape):
        """Members that are written out: each is there."""
        if isinstance(value, list) and shape.type_name == 'list':
            for each in value:
                self.check_with(where, each, shape.member)
        elif isinstance(value, dict) and shape.type_name == 'structure':
            for member in value:
                if self.service.follow(where, shape, member) is None:
                    self.findings.add(where, f'no member {member} in {shape.name}')
                else:
                    self.check_with(where, value[member], shape.members[member])
        elif isinstance(value, (dict, list)) and shape.type_name not in ('map', 'blob'):
            self.findings.add(where, f'{value} where {shape.name} is wanted')

    def check_member(self, where, name, options, shape, direction, above=''):
        """A row finds its member; the answer is the first name of its path."""
        wire = self.service.wire(name, options, direction)
        member = wire and self.service.follow(where, shape, wire, above)
        if wire and member is None:
            self.findings.add(where, f'{name}: no member {wire} in {shape.name}')
        elif wire and 'sent' not in options:
            self.check_one_of(where, name, options, member)
        return wire and re.match(r'[^.\[]+', wire)[0]

    def check_one_of(self, where, name, options, member):
        """Legal values are some of those that botocore has."""
        values = getattr(member, 'enum', None)
        for value in options.get('one_of', ()) if values else ():
            if value not in values and not is_beyond('values', self.service.name, value):
                self.findings.add(where, f'{name}: {value} is none of {" ".join(values)}')

    def check_block(self, where, name, block, shape, direction, above=''):
        """A block finds its member, its rows find theirs in it, and required members have rows. What `sent` or `read` reshape is not looked into."""
        first, wire = self.check_member(where, name, block, shape, direction, above), self.service.wire(name, block, direction)
        inner = wire and self.service.follow(where, shape, wire)
        if not inner or ('read' if direction == 'read' else 'sent') in block:
            return first
        if (inner.type_name == 'list') != wire.endswith(']') and not wire.endswith('[0]'):
            self.findings.add(where, f'{name}: {wire} is a {inner.type_name}')
        while inner.type_name == 'list':
            inner = inner.member
        sent, above = set(), re.sub(r'\[.*?\]', '', wire).split('.')[-1]
        for part, spec in block.get('attributes', {}).items():
            _, words, options = row(spec)
            only_read = direction != 'read' and words & {'computed', 'output'} and self.service.wire(part, options, direction) not in inner.members and 'wire' not in options
            if 'local' not in words and not only_read:
                sent.add(self.check_member(where, part, options, inner, direction, above))
        for part, spec in block.get('blocks', {}).items():
            sent.add(self.check_block(where, part, spec, inner, direction, above))
        for member in set(inner.required_members) - sent if direction != 'read' else ():
            self.findings.add(where, f'{name}: required member {member} of {inner.name} has no row')
        return first

    def check_read(self, where, step, shape):
        """Notes what a read fills: what it sends, what it sets, and every row whose member the answer carries."""
        take = step.get('take', '')
        self.filled |= {*self.named(step.get('send')), *(name.split('.')[0] for name in step.get('set', {}))}
        if '${' in take:                            # what an expression takes has no shape here
            self.filled |= {name for name, spec in self.attributes.items() if self.service.wire(name, row(spec)[2], 'read')}
            return
        shape = shape and take and self.service.follow(where, shape, take) or (None if take else shape)
        if shape is None:
            return self.findings.add(where, f'no member {take} to take') if take else None
        for name, spec in {**self.attributes, **self.blocks}.items():
            wire = self.service.wire(name, spec if name in self.blocks else row(spec)[2], 'read')
            if wire and re.match(r'[^.\[]+', wire)[0] in shape.members and self.service.follow(where, shape, wire) is not None:
                self.filled.add(name)
                if name in self.blocks:
                    self.check_block(where, name, spec, shape, 'read')

    def check_filled(self):
        for name, spec in self.attributes.items():
            _, words, options = row(spec)
            if name not in self.filled and not words & {'local', 'kept'} and 'is' not in options and not (self.data and 'default' in options):
                self.findings.add(self.name, f'nothing reads {name}')
        for name, block in self.blocks.items():
            if name not in self.filled and not block.get('local') and not block.get('kept'):
                self.findings.add(self.name, f'nothing reads block {name}')

    def check_tags(self):
        own = self.words.get('tags')
        says = {**self.service.words.get('tags', {}), **(own if isinstance(own, dict) else {})} if own else {}
        for word in ('list', 'add', 'remove'):
            operation = says.get(word, 'none') != 'none' and self.service.operation(f'{self.name} tags', says[word])
            for member in [says['key']] if 'key' in says else says.get('with', ()):
                if operation and member not in operation.input_shape.members:
                    self.findings.add(f'{self.name} tags {word}', f'no member {member}')


def codes_of(step):
    """The error codes that a step names; what stands in ${} is an expression."""
    rules = [rule for word in ('failed', 'again') for rule in listed(step.get(word))]
    named = listed(step.get('absent')) + listed(step.get('empty')) + [code for rule in rules for code in listed(rule.get('on'))]
    return [code for code in named if '${' not in code]
