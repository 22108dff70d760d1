"""Writes the table of canonical mappings and the test cases of Unicode normalisation form C.

Needs the PyPI package unicodedata2 17.0.0, which holds the Unicode Character Database 17.0.0.

    python3 Tools/make_composition_table.py \
        Sources/BitNetTokenizers/Normalization/CanonicalMappings.swift \
        Tests/Fixtures/normalization/composition.txt
"""

import random
import sys

import unicodedata2 as ucd

HANGUL = range(0xAC00, 0xAC00 + 11172)
SCALARS = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
HEADER = '''/// The canonical decompositions of the Unicode Character Database {version}, without those of Hangul.
///
/// Written by `Tools/make_composition_table.py`.
enum CanonicalMappings {{
    /// Mappings of successive code points, in hexadecimal, separated by white space.
    ///
    /// `C0:` gives the code point of the mapping that follows. `41+300` is a pair that composes
    /// again, `!915+93C` one that does not, `8C48` a single scalar.
    static let list = """
'''


def nfc(text):
    return ucd.normalize("NFC", text)


def nfd(text):
    return ucd.normalize("NFD", text)


def mappings():
    """Each code point with a canonical decomposition, and its one or two scalars."""
    result = {}
    for code in SCALARS:
        fields = ucd.decomposition(chr(code)).split()
        if fields and not fields[0].startswith("<") and code not in HANGUL:
            result[code] = [int(field, 16) for field in fields]
    return result


def word(code, scalars):
    excluded = len(scalars) == 2 and nfc(chr(code)) != chr(code)
    return "!" * excluded + "+".join(f"{scalar:X}" for scalar in scalars)


def words(table):
    previous = None
    for code, scalars in table.items():
        start = "" if previous is not None and code == previous + 1 else f"{code:X}:"
        yield start + word(code, scalars)
        previous = code


def check_range():
    """The engine takes scalars outside this range as they are."""
    for code in SCALARS:
        if nfd(chr(code)) != chr(code) or ucd.combining(chr(code)):
            assert 0xC0 <= code < 0x30000, hex(code)
            assert code >= 0x300 or nfc(chr(code)) == chr(code), hex(code)


def write_table(table, path):
    lines, line = [], ""
    for item in words(table):
        if len(line) + len(item) > 91:
            lines.append(line)
            line = ""
        line += " " * bool(line) + item
    lines.append(line)
    with open(path, "w") as file:
        file.write(HEADER.format(version=ucd.unidata_version))
        file.writelines(f"        {line}\n" for line in lines)
        file.write('        """\n}\n')


def random_texts(table):
    """Words of composed and decomposed letters, Hangul and marks in any order."""
    rng = random.Random(15)
    marks = [c for c in SCALARS if ucd.combining(chr(c))]
    pairs = [c for c, s in table.items() if len(s) == 2]
    jamo = list(range(0x1100, 0x1113)) + list(range(0x1161, 0x1176)) + list(range(0x11A7, 0x11C3))
    pools = [range(0x61, 0x7B), marks, range(0x300, 0x345), pairs, list(table), jamo, HANGUL]
    pools += [[s for c in pairs for s in table[c]], SCALARS]
    for _ in range(400):
        chosen = rng.sample(pools, 3)
        yield "".join(chr(rng.choice(rng.choice(chosen))) for _ in range(rng.randint(1, 9)))
    for _ in range(60):
        yield nfd(chr(rng.choice(HANGUL))) + rng.choice(["", "\u11a8", "\u0301"])
    yield "e" + "\u0301\u0323" * 40


def write_cases(table, path):
    texts = [chr(code) for code in table] + list(random_texts(table))
    with open(path, "w") as file:
        file.write("# source; its NFC; its NFD, as made by Tools/make_composition_table.py\n")
        for text in texts:
            fields = [" ".join(f"{ord(c):X}" for c in t) for t in (text, nfc(text), nfd(text))]
            file.write(";".join(fields) + "\n")


def main(table_path, cases_path):
    table = mappings()
    check_range()
    write_table(table, table_path)
    write_cases(table, cases_path)


main(*sys.argv[1:])
