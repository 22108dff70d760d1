#!/usr/bin/env python3
"""Writes Tests/Fixtures/tokenizer/jinja_cases.json with Jinja2 as the reference.

The environment is that of transformers' apply_chat_template. Each case has a template (inline or by
name), a context (a JSON text, so that the order of keys is kept), and what Jinja made of it: the
rendered text, the message of raise_exception, or that it failed while compiling or rendering.

Usage: python3 Tools/make_jinja_cases.py   (needs jinja2 3.1)
"""
import datetime
import json
import pathlib
import re

import jinja2
import jinja2.ext
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = pathlib.Path(__file__).resolve().parent / "chat_templates"
NOW = datetime.datetime(2024, 7, 6, 9, 5, 3)


# Texts that only show Python's internals, which the interpreter refuses to print.
UNPORTABLE = re.compile(r"<[^<>]* at 0x|dict_(items|keys|values)\(|^range\(|<Namespace|<LoopContext")


class Raised(Exception):
    pass


class GenerationTag(jinja2.ext.Extension):
    """`{% generation %}` marks the assistant's text; its contents are rendered."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        call = self.call_method("_contents")
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _contents(self, caller):
        return caller()


def environment():
    def raise_exception(message):
        raise Raised(message)

    def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(
            x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
        )

    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[GenerationTag, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = lambda format: NOW.strftime(format)
    return env


def result(source, context):
    env = environment()
    try:
        template = env.from_string(source)
    except jinja2.TemplateSyntaxError:
        return {"error": "compile"}
    except SyntaxError:
        return {"error": "compile"}
    try:
        rendered = template.render(**context)
        return {"error": "unportable"} if UNPORTABLE.search(rendered) else {"rendered": rendered}
    except Raised as error:
        return {"raised": str(error)}
    except Exception:
        return {"error": "render"}


VALUES = {
    "t": True, "f": False, "n": None, "i": 42, "neg": -7, "x": 2.5, "s": "Hello World", "empty": "",
    "xs": [3, 1, 2], "words": ["pear", "Apple", "fig", "apple"], "nested": [[1, 2], [3]],
    "d": {"b": 2, "a": 1, "C": 3}, "pad": "  two words \n", "u": "héllo ✓ 日本 😀", "q": "it's \"q\"",
    "users": [{"name": "Zoe", "age": 30, "tags": ["x"]}, {"name": "Al", "age": 25},
              {"name": "Bo", "age": 30, "tags": []}],
    "m": {"role": "user", "content": "Hi", "items": "shadowed", "0": "zero"},
    "html": "<a href=\"x\">'&'</a>", "multi": "one\ntwo\n\nthree", "big": 1e20, "tiny": 1.5e-7,
}

EXPRESSIONS = r"""
1|2|text
'a' 'b' "c"
'tab\there' ~ '\x41\u00e9\U0001F600\101' ~ "\q\\"
'it\'s' ~ "\"q\""
1_000 + 0x1F + 0b101 + 0o17
1.5e3
2e2
1.0
[1, 2.0, 'x', none, true, [1], (1,), {'k': none}]
(1, 2)
()
(1,)
{'a': 1, 2: 'b', none: 3, true: 4}
{1: 'a', 1.0: 'b', true: 'c'}
'quote\'s'|list
["it's", 'say "x"', 'both \' "', 'nl\n\t\\', '\x00\x7f\u200b é']
true ~ True ~ false ~ False ~ none ~ None
7 // 2 ~ ' ' ~ -7 // 2 ~ ' ' ~ 7 // -2 ~ ' ' ~ 7 % 3 ~ ' ' ~ -7 % 3 ~ ' ' ~ 7 % -3
7 / 2
6 / 3
7.5 // 2 ~ ' ' ~ -7.5 // 2 ~ ' ' ~ 7.5 % 2 ~ ' ' ~ -7.5 % 2
2 ** 10
2 ** -1
2 ** 3 ** 2
2.0 ** 0.5
(-1) ** 3
1 / 0
1 % 0
5 // 0
1 + 2 * 3 - 4
(1 + 2) * 3
-i + 1
- -3
+5
-x
not true
not not 1
1 < 2 < 3
1 < 3 < 2
1 == 1.0
true == 1
'a' == 'a'
'a' != 'b'
1 == '1'
none == none
[1, 2] == [1, 2]
(1, 2) == [1, 2]
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
[1, 2] < [1, 3]
'abc' < 'abd'
'a' < 1
none < 1
2 > 1 and 'yes' or 'no'
'' or 'fallback'
0 and 1
[] or {}
n or i
'ell' in s
'z' not in s
1 in xs
9 not in xs
'a' in d
'z' in d
1 in 's'
missing in xs
'x' in missing
1 in 5
'é' == 'é'
'a' if t else 'b'
'a' if f else 'b'
'a' if f
1 if f else 2 if f else 3
'x' ~ 1 ~ 2.5 ~ none ~ true ~ missing
'a' * 3
3 * 'ab'
[1] * 2
'a' * -1
'a' + 1
1 + none
missing + 'x'
[1] + [2]
(1,) + (2,)
[1] + (2,)
1 + true
true + true
s + '!' * 2 ~ i
i|string + 'x'
-1|abs
-3.7|int
missing
missing.x
missing['x']
m.missing
m.missing.x
m.nope is defined
none.x
n.x is defined
m.role
m['role']
m.items
m['items']
m.0
m['0']
d.items()
d.keys()|list
d.values()|list
d.items()|list
d.get('a')
d.get('zz')
d.get('zz', 'dflt')
d['zz']
xs[0] ~ xs[-1] ~ xs[5]
xs.0
xs[1:]
xs[::-1]
xs[:-1]
xs[5:]
xs[-100:100:2]
xs[::0]
s[0] ~ s[-1]
s[99]
s[1:4]
s[::-1]
u[1:3] ~ u[-1]
(1, 2, 3)[1:]
missing[1:]
n[1:]
d[1:]
nested[0][1]
xs['a']
xs[1.0]
xs[true]
s.upper() ~ s.lower()
'hELLO wORLD'.capitalize() ~ 'hELLO wORLD'.title() ~ 'they\'re x-ray 3d'.title()
'aBc'.swapcase()
'ßtraße éclair ǆ'.capitalize() ~ 'ß'.upper()
pad.strip() ~ '|' ~ pad.lstrip() ~ '|' ~ pad.rstrip() ~ '|'
'xxabcxx'.strip('x') ~ 'abcba'.lstrip('ab') ~ 'abcba'.rstrip('ab')
'\u00a0\u2003x\u3000'.strip()
'a,b,,c'.split(',')
'a,b,c'.split(',', 1)
'a b  c\n d'.split()
' a b  c '.split(none, 1)
'a,b,c'.rsplit(',', 1)
'aaa'.split('aa')
'aaa'.rsplit('aa')
'abc'.split('')
'</think>x</think>y'.split('</think>')[-1]
'a-b-c'.partition('-')
'a-b-c'.rpartition('-')
'abc'.partition('z')
'abc'.rpartition('z')
'a\nb\r\nc\rd\n'.splitlines()
'a\nb\n'.splitlines(true)
s.startswith('Hell') ~ s.startswith(('x', 'H')) ~ s.endswith('World') ~ s.endswith(('a', 'b'))
s.startswith(1)
'a.b.c'.replace('.', '-') ~ 'aaa'.replace('a', 'b', 2) ~ 'ab'.replace('', '-')
s.find('o') ~ ' ' ~ s.rfind('o') ~ ' ' ~ s.find('zz') ~ ' ' ~ u.find('日') ~ ' ' ~ 'aaa'.rfind('aa')
'banana'.count('an') ~ 'aaaa'.count('aa') ~ 'abc'.count('')
', '.join(['a', 'b'])
', '.join([1, 2])
'-'.join('abc')
'{} and {}'.format('a', 1)
'{0}{1}{0} {{x}}'.format('a', 'b')
'{name}!'.format(name='Bo')
'{}'.format()
'12'.isdigit() ~ '1a'.isdigit() ~ 'ab'.isalpha() ~ 'a1'.isalnum() ~ ' \t'.isspace() ~ ''.isspace()
'AB'.isupper() ~ 'ab1'.islower() ~ '1'.isupper() ~ '²'.isdigit() ~ '²'.isdecimal() ~ '½'.isnumeric()
'x'.zfill(3) ~ '-5'.zfill(4) ~ 'ab'.ljust(4, '.') ~ 'ab'.rjust(4) ~ 'ab'.center(5, '*') ~ 'abc'.center(6, '*')
'prefix-x'.removeprefix('prefix-') ~ 'x.txt'.removesuffix('.txt') ~ 'x'.removeprefix('y')
xs.index(1) ~ xs.count(3)
xs.append(4)
' a b  '.split(none, 5)
d.update({'x': 1})
d.pop('a')
'x'.nope()
'x'.nope
missing()
i()
s|upper ~ s|lower ~ 'hELLO'|capitalize
'hello wORLD-foo (bar) it\'s'|title
pad|trim ~ '|'
'xxaxx'|trim('x')
42|trim
none|upper
missing|upper ~ missing|trim
s|length ~ xs|count ~ d|length ~ missing|length ~ u|length
42|length
xs|join ~ xs|join(', ') ~ 'abc'|join('-') ~ [1, none, true]|join('|')
users|join(', ', attribute='name')
s|replace('o', '0') ~ s|replace('o', '0', 1) ~ 123|replace('2', 'x')
missing|default('x') ~ empty|default('y') ~ empty|default('y', true) ~ n|d('z') ~ n|d('z', boolean=true) ~ missing|d
xs|first ~ xs|last ~ 'abc'|first ~ d|first ~ d|last
[]|first
[]|first is defined
[]|last|default('none')
'abc'|list ~ d|list
xs|reverse|list ~ 'abc'|reverse
xs|sort ~ xs|sort(reverse=true) ~ words|sort ~ words|sort(case_sensitive=true)
users|sort(attribute='age')|map(attribute='name')|list
users|sort(attribute='age,name')|map(attribute='name')|list
[1, 'a']|sort
words|unique|list
words|unique(case_sensitive=true)|list
[1, 1.0, true, 2]|unique|list
users|map(attribute='name')|list
users|map(attribute='tags.0', default='-')|list
words|map('upper')|join(' ')
words|map('replace', 'p', 'P')|list
xs|map('nope')|list
[0, 1, '', 'a', none]|select|list
xs|select('odd')|list ~ xs|reject('odd')|list ~ xs|select('gt', 1)|list
users|selectattr('age', 'equalto', 30)|map(attribute='name')|list
users|selectattr('tags')|map(attribute='name')|list
users|rejectattr('tags')|map(attribute='name')|list
users|selectattr('tags', 'defined')|list|length
users|selectattr('age', 'in', [25])|map(attribute='name')|first
users|selectattr('age', '>', 100)|list
d|dictsort
d|dictsort(true)
d|dictsort(false, 'value', true)
d|items|list
missing|items|list
xs|items|list
xs|sum ~ users|sum(attribute='age') ~ []|sum ~ [1.5]|sum(start=1)
['a']|sum
xs|min ~ xs|max ~ words|min ~ words|max ~ []|min
users|max(attribute='age')
'42'|int ~ ' 42.9 '|int ~ 'x'|int ~ 'x'|int(7) ~ '0x1A'|int(base=16) ~ '1_000'|int ~ true|int ~ 3.99|int ~ none|int
'101'|int(base=2) ~ '-12'|int ~ '+5'|int ~ ''|int ~ '--5'|int
missing|int
'1.5'|float ~ 'x'|float ~ 2|float ~ 'x'|float(1.5) ~ '1e3'|float ~ 'inf'|float ~ 'nan'|float ~ ' -2_0.5 '|float
-5|abs ~ (-2.5)|abs
'a'|abs
2.5|round ~ 3.5|round ~ 42.555|round(2) ~ 2.675|round(2) ~ 42|round ~ 1.25|round(1) ~ 0.125|round(2)
42.55|round(1, 'floor') ~ 42.51|round(1, 'ceil') ~ 42.1|round(method='ceil') ~ 1234|round(-2)
html|e
html|escape|length
html|safe
multi|indent ~ '#' ~ multi|indent(2, true) ~ '#' ~ multi|indent(2, blank=true) ~ '#' ~ multi|indent('> ')
'ab'|center(7) ~ '|' ~ 'abc'|center(6) ~ '|'
'two words, 3'|wordcount
42|string ~ [1]|string
[1, 2.5, 'é', none, true, {'a': [], 'b': {}}]|tojson
{'a': 1, 'b': [1, 2], 'c': {}}|tojson(indent=2)
{'a': [1, {'b': none}]}|tojson(indent=4)
{'b': 1, 'a': 2}|tojson(sort_keys=true)
{'a': [1, 2]}|tojson(separators=(',', ':'))
'é😀 \u007f'|tojson(ensure_ascii=true)
'é😀 <&> \u007f \u0001 "q" \\ / \n'|tojson
{1: 2, none: 3, true: 4, 1.5: 5}|tojson
missing|tojson
[missing]|tojson
(1, 2)|tojson
1e16
1e15
123456789.125
0.0001
0.00001
1.5e-7 ~ ' ' ~ 1e300 ~ ' ' ~ -0.0 ~ ' ' ~ 0.1 + 0.2 ~ ' ' ~ 12345678901234567890.0 ~ ' ' ~ 9007199254740993.0
big ~ ' ' ~ tiny
1e308 * 10
s is string ~ i is number ~ t is boolean ~ i is integer ~ x is float ~ t is integer ~ t is number
n is none ~ missing is defined ~ missing is undefined ~ s is defined ~ missing is none
d is mapping ~ xs is mapping ~ xs is iterable ~ s is iterable ~ i is iterable ~ missing is iterable
xs is sequence ~ d is sequence ~ s is sequence ~ i is sequence ~ missing is sequence
t is true ~ f is false ~ 1 is true ~ 0 is false
4 is even ~ 3 is odd ~ 9 is divisibleby 3 ~ 9 is divisibleby(4)
i is eq 42 ~ i is ne(42) ~ i is lt 50 ~ i is gt 50 ~ i is equalto 42 ~ i is ge 42 ~ i is le 1 ~ i is sameas i
1 is in [1, 2] ~ 'x' is not in 'abc' ~ 1 is in xs
range is callable ~ s is callable ~ s.upper is callable
'abc' is lower ~ 'ABC' is upper ~ '1' is lower
not s is string
s is not string
i is not none and s is defined
i is defined and not i is none
(i is number) is true
s is string is number
s is nope
s|nope
s|nope.nope
(s|nope) if f else 'skipped'
'skipped' if t else s is nope
range(5)|list ~ range(2, 5)|list ~ range(5, 0, -2)|list ~ range(0)|list
range(3)|length
range(200000)|length
range(1, 2, 0)
range('a')
dict(a=1, b='x')
dict({'a': 1}, b=2)
strftime_now('%d %b %Y') ~ strftime_now('%Y-%m-%d %H:%M:%S %A %a %B %j %y %p %I %e %-d %-m %% %w')
strftime_now('%F %T %D %R %c %x %X')
raise_exception('Stop: ' ~ i)
raise_exception('')
s.upper
namespace(a=1).a
namespace(a=1).b
namespace({'k': 'v'}).k
[1, 2,]
{'a': 1,}
dict(a=1,)
xs[0],
1, 2
[missing]
{'a': missing}
s.split(sep=' ')
s.split
s.lower().upper()|lower|upper
(s ~ '!')|upper
s ~ '!'|upper
'a' in 'abc' and 'b' in 'abc'
'a' in 'abc' == true
not 'a' in 'b'
1 + 1 == 2 and 2 * 2 == 4
xs|length > 2
xs|length - 1
(xs|length - 1)|string
xs | join ( ',' ) | upper
{'a': {'b': {'c': 1}}}.a.b.c
{'a': 1}['a']
[[1, 2], [3, 4]][1][0]
'abc'[1]
"abc"|length
1 +
)
(1
[1, 2
{'a' 1}
'unterminated
1 2
a b
x.
x..y
.x
x |
x is
not
1 = 2
@
x ? y
f(a=1, 2)
range(*xs)
{'a': 1}|tojson|length
u|upper ~ u|reverse
'İi'|lower ~ 'ŉ'|upper ~ 'ﬁ'|title
"""

TEMPLATES = [
    "a\n", "a\n\n", "\n", "", "  {{ 1 }}  \n", "a\r\nb\rc",
    "{% if t %}\nyes\n{% endif %}\nend", "  {% if t %}  \n  yes\n  {% endif %}  \n",
    "a {%- if t -%} b {%- endif -%} c", "a\n  {%+ if t %}\nb\n  {%+ endif +%}\nc",
    "a {{- ' b ' -}} c", "{{ 'x' }}\n{{ 'y' }}\n", "x\n  {# comment #}\ny", "x {#- c -#} y",
    "{# multi\nline #}\nz", "{# {{ not }} {% parsed %} #}", "{{ '{{' }}{{ '%}' }}{{ \"}}\" }}",
    "{% raw %}{{ x }}{% if %}{% endraw %}!", "a\n  {% raw %}\n b \n  {% endraw %}\nc",
    "a {%- raw -%} {{ b }} {%- endraw -%} c", "{{ {'a': {'b': 1}} }}", "{{ {'a': 1}}}",
    "{%- for x in xs -%} {{ x }} {%- endfor -%}",
    "{% for x in xs %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}"
    "{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }} {% endfor %}",
    "{% for x in xs %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }};{% endfor %}",
    "{% for x in xs %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for x in xs if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}",
    "{% for x in [] %}x{% else %}none{% endfor %}", "{% for x in xs if x > 9 %}x{% else %}none{% endfor %}",
    "{% for x in missing %}x{% else %}none{% endfor %}", "{% for x in 5 %}x{% endfor %}",
    "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k, v in d|dictsort %}{{ k }}={{ v }};{% endfor %}",
    "{% for k in d %}{{ k }}{% endfor %}", "{% for c in 'añ😀' %}[{{ c }}]{% endfor %}",
    "{% for a, b in [[1, 2], (3, 4)] %}{{ a }}{{ b }};{% endfor %}", "{% for a, b in [[1]] %}x{% endfor %}",
    "{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for x in xs %}{% for y in nested %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% for x in xs %}{% set outer = loop %}{% for y in 'ab' %}{{ outer.index }}{{ y }}{% endfor %}{% endfor %}",
    "{% for x in [1,2,3,4] %}{% if x == 2 %}{% continue %}{% endif %}{% if x == 4 %}{% break %}{% endif %}{{ x }}{% endfor %}",
    "{% break %}", "{% for x in xs %}{% endfor %}{% continue %}",
    "{% set x = 0 %}{% for i in xs %}{% set x = x + i %}{{ x }} {% endfor %}{{ x }}",
    "{% set ns = namespace(n=0, found=false) %}{% for i in xs %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}{{ ns.found }}",
    "{% set ns = {'a': 1} %}{% set ns.a = 2 %}{{ ns.a }}", "{% set nope.a = 2 %}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}", "{% set a, b = [1] %}",
    "{% set x %}block {{ i }}{% endset %}{{ x }}!", "{% set x | upper | trim %} block {% endset %}[{{ x }}]",
    "{% set ns = namespace() %}{% set ns.x %}cap{% endset %}{{ ns.x }}",
    "{% if t %}{% set y = 5 %}{% endif %}{{ y }}", "{% if f %}{% set y = 5 %}{% endif %}[{{ y }}]",
    "{% if f %}a{% elif n %}b{% elif i %}c{% else %}d{% endif %}", "{% if missing %}a{% else %}b{% endif %}",
    "{% if xs and not empty %}a{% endif %}", "{% if 0.0 %}a{% elif [] %}b{% elif {} %}c{% elif '' %}d{% else %}e{% endif %}",
    "{% if t: %}colon{% endif %}", "{% if xs|select('gt', 9) %}always{% endif %}",
    "{% if range(0) %}a{% else %}b{% endif %}",
    "{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }} {{ f(1, c='y') }} {{ f(1, 2, 3) }} {{ f() }}",
    "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}",
    "{% macro f(a, a2=a) %}[{{ a2 }}]{% endmacro %}{{ f(3) }}", "{% macro f(a=1, b) %}{% endmacro %}",
    "{% set g = 1 %}{% macro f() %}{{ g }}{{ loop }}{% endmacro %}{% set g = 2 %}{{ f() }}",
    "{% macro f(n) %}{{ n }}{% if n > 0 %},{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(4) }}",
    "{% macro f() %}  x  {% endmacro %}[{{ f()|trim }}]{{ f() ~ '!' }}{{ f is callable }}",
    "{%- macro f(x) -%}\n  {{- x -}}\n{%- endmacro -%}\n{{ f('a') }}{{ f('b')|upper }}",
    "{% for x in xs %}{% macro f() %}{{ x }}{% endmacro %}{{ f() }}{% endfor %}",
    "{% macro f(x) %}{% set y = x * 2 %}{{ y }}{% endmacro %}{{ f(2) }}[{{ y }}]",
    "{% filter upper %}abc {{ s }}{% endfilter %}", "{% filter upper|trim %} a {% endfilter %}!",
    "{% filter replace('a', 'b') %}banana{% endfilter %}",
    "{% with a = 1, b = i %}{{ a }}{{ b }}{% endwith %}[{{ a }}]", "{% with %}{% set z = 1 %}{% endwith %}[{{ z }}]",
    "{% generation %}gen {{ i }}{% set z = 1 %}{% endgeneration %}[{{ z }}]",
    "{% for x in xs %}{% generation %}{{ x }}{{ loop.last }}{% endgeneration %}{% endfor %}",
    "line 1\n{{ raise_exception('Conversation roles must alternate') }}", "{% if t %}{{ raise_exception('a\\nb') }}{% endif %}",
    "{% if f %}{{ raise_exception('x') }}{% endif %}ok", "{% if t %}", "{% for x in xs %}", "{% endif %}", "{% nope %}",
    "{% if %}{% endif %}", "{% for in xs %}{% endfor %}", "{% for x xs %}{% endfor %}", "{% set %}", "{% set 1 = 2 %}",
    "{% set true = 2 %}", "{{ }}", "{{ x", "{% if x", "{# x", "{% raw %}x", "{{ x }", "{% if t %}a{% else %}b{% else %}c{% endif %}",
    "{% if t %}{% endfor %}", "{% macro %}{% endmacro %}", "{% %}", "{{ x }}}", "{ { x } }", "{", "{{-1}}", "{{ -1 }}{{+2}}",
    "{% if f %}{{ s|nope }}{% endif %}ok", "{% if f %}{{ s is nope }}{% else %}ok{% endif %}", "{{ s|nope }}",
    "{% set content = m.content %}{% if content is string %}S{% elif content is iterable %}I{% endif %}",
    "{%- set messages = [{'role': 'a'}, {'role': 'b'}] -%}{{ messages[1:]|length }}{{ messages[-1].role }}{{ (messages|first)['role'] }}",
    "{{ loop }}", "{{ loop.index }}", "{% for x in xs %}{{ loop.nope }}{% endfor %}", "{% for x in xs %}{{ loop.nope.y }}{% endfor %}",
    "\t{% if t %}\n\tx\n\t{% endif %}\n", "a  {% if t %}b  {% endif %}  c", "{% if t %}   {% if t %}x{% endif %}{% endif %}",
    "{% if t %}\n   {% if t %}x{% endif %}\n{% endif %}\n", "{{ 'a' }}   {% if t %}x{% endif %}", "{{ 'a' }}\n   {% if t -%}\n\n  x{% endif %}",
    "{% if t %}\n\n\nx{% endif %}", "{% if t -%}\n  \n x {%- endif %}\n\ny", "{#- a -#}\n  b\n{# c -#}\n d",
    "{{ 'x' -}}\n\n  {%- if t %} y{% endif %}", "{% set a = 'x' -%}\n  {{ a }}", "é{{ 'ü' }}\u00a0{%- if t %}x{% endif %}",
    "{% set x = {'a': [1, 2, {'b': 'c'}]} %}{{ x.a[2].b }}{{ x['a'][-1]['b'] }}", "{% set f = s.upper %}{{ f() }}",
    "{% for a in [[3, 'c'], [1, 'a']]|sort %}{{ a }}{% endfor %}", "{% set xs2 = xs + [9] %}{{ xs2 }}{{ xs }}",
    "{% for u in users %}{{ u.name }}:{{ u.tags|default([])|join(',') }};{% endfor %}",
    "{% for x in xs %}{{ x }}{{ ', ' if not loop.last }}{% endfor %}", "{% for x in xs|sort if x != 2 %}{{ x }}{% endfor %}",
    "{% for x in xs recursive %}{% endfor %}{{ nope( }}",
]

TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather", "description": "Get the weather in a <city> & \"more\".",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "The city – näme"},
                "unit": {"type": "string", "enum": ["C", "F"]},
                "days": {"type": "integer", "default": 1},
            },
            "required": ["city"],
        },
    },
}
CALL = {"type": "function", "id": "abcdefghi", "function": {"name": "get_weather", "arguments": {"city": "Zürich", "days": 2}}}


def message(role, content, **more):
    return {"role": role, "content": content, **more}


CONVERSATIONS = {
    "one": [message("user", "Hello!")],
    "system": [message("system", "You are terse."), message("user", "Hi"), message("assistant", "Hello."), message("user", "Bye")],
    "dialogue": [message("user", "a"), message("assistant", "b"), message("user", "c"), message("assistant", "d"), message("user", "e")],
    "empty content": [message("system", ""), message("user", ""), message("assistant", ""), message("user", "")],
    "unicode and spaces": [message("system", "  Sie sind 日本\u00a0 "), message("user", "\n naïve 😀 \t\n"), message("assistant", " <b>&amp;</b> \n"), message("user", "{{ not }} {% code %} ")],
    "thinking": [message("user", "q"), message("assistant", "<think>\nhm\n</think>\n\nanswer"), message("user", "next")],
    "ends with assistant": [message("user", "Say it"), message("assistant", "Sure, ")],
    "bad roles": [message("user", "a"), message("user", "b")],
    "unknown role": [message("critic", "hmm"), message("user", "b")],
    "tool round": [message("system", "Use tools."), message("user", "Weather?"), message("assistant", "", tool_calls=[CALL]), message("tool", '{"temp": 21}', tool_call_id="abcdefghi", name="get_weather"), message("assistant", "21 degrees."), message("user", "Thanks")],
    "two tool results": [message("user", "Weather?"), message("assistant", None, tool_calls=[CALL]), message("tool", "1", tool_call_id="abcdefghi"), message("tool", "2", tool_call_id="abcdefghi")],
    "parts": [message("user", [{"type": "text", "text": "Look "}, {"type": "text", "text": "here"}])],
    "none": [],
}


def contexts():
    """The variables of each rendering of a conversation, by a label."""
    found = {}
    for name, messages in CONVERSATIONS.items():
        for tools in (None, [TOOL]):
            for prompt in (True, False):
                label = name + (", tools" if tools else "") + (", prompt" if prompt else "")
                found[label] = {
                    "messages": messages, "tools": tools, "documents": None,
                    "add_generation_prompt": prompt, "bos_token": "<s>", "eos_token": "</s>",
                }
    return found


def big_cases():
    for path in sorted(FOLDER.glob("*.jinja")):
        source = path.read_text(encoding="utf-8")
        for label, context in contexts().items():
            yield {"template": path.stem, "context": label, **result(source, context)}


def main():
    cases = []
    for line in EXPRESSIONS.strip("\n").split("\n"):
        source = "{{ " + line + " }}"
        cases.append({"source": source, **result(source, VALUES)})
    for source in TEMPLATES:
        cases.append({"source": source, **result(source, VALUES)})
    fixture = {
        "now": [NOW.year, NOW.month, NOW.day, NOW.hour, NOW.minute, NOW.second],
        "values": json.dumps(VALUES, ensure_ascii=False),
        "snippets": cases,
        "templates": {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.jinja"))},
        "contexts": {label: json.dumps(context, ensure_ascii=False) for label, context in contexts().items()},
        "conversations": list(big_cases()),
    }
    target = ROOT / "Tests/Fixtures/tokenizer/jinja_cases.json"
    target.write_text(json.dumps(fixture, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    kinds = {}
    for case in cases + fixture["conversations"]:
        kind = case.get("error") or ("raised" if "raised" in case else "rendered")
        kinds[kind] = kinds.get(kind, 0) + 1
    print(f"{len(cases)} snippets, {len(fixture['conversations'])} conversations: {kinds}")


if __name__ == "__main__":
    main()
