#!/usr/bin/env python3
"""Make the small tokenizers and reference results under Tests/Fixtures/tokenizer-families.

Usage: make_tokenizer_fixtures.py Tests/Fixtures/tokenizer-families
Needs: pip install regex==2026.11.19 tokenizers==0.23.3 sentencepiece==0.2.3

* splits.json: random strings and the ends (in bytes) of the matches of three patterns, from `regex`.
* utf8.json: random bytes (as hexadecimal digits) and Python's decoding with replacement characters.
* gpt2/, qwen2/: tiny byte-level BPE tokenizers with ids and texts from `tokenizers`.
* llama2/: one tiny SentencePiece BPE model with byte fallback, as the values of a GGUF file with ids
  from `sentencepiece`, and as three tokenizer.json files with ids from `tokenizers`.
"""

import io
import json
import os
import random
import sys
import unicodedata

import regex
import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers import processors, trainers

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
PATTERNS = {
    "llama3": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}" + TAIL,
    "qwen2": CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}" + TAIL,
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
}

CORPUS = """\
The baker opened the shop before the sun came up, and the first loaves were already cooling.
A small boat crossed the harbour while the gulls argued over yesterday's bread on the wall.
She couldn't say whether the letter had been lost, or whether nobody had ever written it.
We'll meet at the bridge at 7:45, they said; it's 3 kilometres away and I'd rather walk.
In 1984 the library had 12,500 books, 340 maps, and one clock that they'd never repaired.
The teacher asked what the river was called, and the children answered all at the same time.
There isn't any reason to hurry: the train is late, the coffee is hot, the book is good.
He counted the stones in the garden, one hundred and seven of them, and began again.
On the table there were three cups, two spoons, a bowl of sugar and the morning paper.
Nobody knew who had painted the door blue, but everybody agreed that it looked better.
def area(width, height):
    return width * height  # square metres
for (int i = 0; i < 10; i++) { total += values[i]; }
Der Bäcker öffnete den Laden, bevor die Sonne aufging; über der Straße hing noch Nebel.
Les élèves ont répondu à la question: où est née la rivière, et combien de ponts a-t-elle?
El niño corrió mañana y tarde por la montaña, y la señora le dio pan y café con leche.
Мальчик считал камни в саду, а потом пошёл к реке, где уже ждала маленькая лодка.
老师问孩子们这条河叫什么名字，孩子们一起回答。火车晚点了，咖啡还是热的。
図書館には一万二千冊の本と古い時計があります。先生は橋のそばで待っています。
"""

TEXTS = [
    "", " ", "  ", "     ", "\n", "\n\n", " \n ", "\t", "a", " a", "a ", "  a", "Hello", "Hello world", " Hello", "Hello ", "  Hello  world  ",
    "The baker's shop", "couldn't isn't we'll I'd they've", "COULDN'T IT'S WE'LL", "in 1984 there were 12,500 books", "3.14159 1,000,000 007",
    "tabs\tand\nnewlines\r\nand more\n\n\n  indented", "x = y + z;", "for (int i = 0; i < 10; i++) {\n    total += values[i];\n}\n",
    "naïve café, señor, Straße", "cafe\u0301 and caf\u00e9", "A\u030angstro\u0308m \u212b \u00c5 \ufb01ne", "Мальчик считал камни", "老师问孩子们", "図書館の時計",
    "emoji 😀😃 👩‍👩‍👧 🇩🇪", "한국어 조선말", "हिन्दी में लिखा", "العربية من اليمين", "ℕ ⊂ ℤ ≠ ∅", "½ ² Ⅷ ٣ ৪", "zero\u200bwidth\ufeffmarks", "a\u00a0b\u2003c\u3000d",
    "\u0000\u0001\u007f", "▁", "▁a ▁▁b", "a▁b c", "the ▁ the", "<0x41> <0x0A>", "a" * 60, " " * 70, "ab" * 80, "\n" * 55, "the " * 40, "ſ 'ſ 'S",
    "the river that was called the river", "one hundred and seven", "garden,garden;garden", "https://example.org/a?b=c&d=e", "12 345 6789 0", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢",
]

SPECIAL_TEXTS = [
    "<s>", "<s>the baker", "<s> the baker</s>", "the</s>river", "the </s> river</s></s>", "</s>", "a <s> b", "<tool>", "use<tool>the", "use <tool> the", "<s", "s>", "<unk>",
    "<s><s>", "▁<s>▁a",
]


def assigned(character):
    return unicodedata.category(character) not in ("Cn", "Cs", "Co")


def random_texts(generator, count):
    """Strings of characters that were assigned by Unicode 14, with many of the difficult ones."""
    anything = [chr(code) for code in range(0x20, 0x32000) if assigned(chr(code))]
    pools = [
        list("abcXYZ"), list("stremvldSTREMVLDſ"), list("'"), list(" "), list("\n\r"), list("\t\x0b\x0c\x1c\x1f\x85\u00a0\u1680\u180e\u2000\u2028\u2029\u202f\u3000\u200b"),
        list("0123456789"), list("²½Ⅷ٣৪〇"), list(".,;:!?()[]{}<>=+-*/_#@&%$\"\\|~^`"), list("éÅßжЖ中あ한हिع"), list("\u0301\u0308\u20dd\u200d\ufe0f"), list("😀👩🇩🇪"), anything,
    ]
    for _ in range(count):
        length = generator.randint(1, 24)
        weights = [generator.random() ** 3 for _ in pools]
        yield "".join(generator.choice(generator.choices(pools, weights)[0]) for _ in range(length))


def splits(texts):
    compiled = {name: regex.compile(pattern) for name, pattern in PATTERNS.items()}
    cases = []
    for text in texts:
        case = {"text": text}
        for name, pattern in compiled.items():
            matches = list(pattern.finditer(text))
            assert "".join(match.group() for match in matches) == text
            case[name] = [len(text[: match.end()].encode()) for match in matches]
        cases.append(case)
    return {"patterns": PATTERNS, "cases": cases}


def broken_utf8(generator, count):
    """Sequences of leads, continuations and whole characters, so that every kind of damage occurs."""
    parts = [bytes([byte]) for byte in [0x41, *range(0x80, 0xC0, 0x0F), 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF]]
    parts += [text.encode() for text in "é中😀"] + [b"\xe0\xa0", b"\xed\xa0\x80", b"\xf0\x90\x80", b"\xf4\x90", b"\xf0\x9f\x98", b"\xe4\xb8"]
    cases = []
    for _ in range(count):
        data = b"".join(generator.choice(parts) for _ in range(generator.randint(1, 9)))
        cases.append({"bytes": data.hex(), "text": data.decode("utf-8", errors="replace")})
    return {"cases": cases}


def write(path, value):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file, ensure_ascii=True, separators=(",", ":"))
        file.write("\n")


def cases(tokenizer, texts):
    """What `tokenizers` gives; invalid sequences do not occur, so decoding is not ambiguous."""
    result = []
    for text in texts:
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        result.append({
            "text": text,
            "ids": ids,
            "decoded": tokenizer.decode(ids, skip_special_tokens=False),
            "decoded_skip_special": tokenizer.decode(ids, skip_special_tokens=True),
        })
    return result


def save(tokenizer, folder, texts):
    write(os.path.join(folder, "tokenizer.json"), json.loads(tokenizer.to_str()))
    write(os.path.join(folder, "cases.json"), {"cases": cases(tokenizer, texts)})


def byte_level(pre_tokenizer, normalizer, special, added=()):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(
        vocab_size=480, special_tokens=special, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(CORPUS.splitlines(keepends=True), trainer)
    tokenizer.add_tokens(list(added))
    return tokenizer


def make_byte_level(folder, texts):
    gpt2 = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), None, ["<|endoftext|>"])
    save(gpt2, os.path.join(folder, "gpt2"), texts + ["a<|endoftext|>b", "<|endoftext|> <|endoftext|>"])
    split = pre_tokenizers.Split(Regex(PATTERNS["qwen2"]), behavior="isolated")
    sequence = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    added = [
        AddedToken("<tool_call>", normalized=False), AddedToken("<left>", lstrip=True, normalized=False),
        AddedToken("<right>", rstrip=True, normalized=False), AddedToken("word", single_word=True, normalized=False),
        AddedToken("<tool_call>s", normalized=False),
    ]
    qwen2 = byte_level(sequence, normalizers.NFC(), ["<|endoftext|>", "<|im_start|>", "<|im_end|>"], added)
    extra = [
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "<|im_start|><|im_end|><|im_end", "a<tool_call>b</tool_call>", "<tool_call>st",
        "a  \n<left>  b", "a \u2003<left><left> b", "a  <right> \n\u00a0 b", "<left> <right>", "word words word. sword _word wordé (word) word", "wordword word",
    ]
    save(qwen2, os.path.join(folder, "qwen2"), texts + extra)


def train_sentencepiece():
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS.splitlines()), model_writer=model, model_type="bpe", vocab_size=620, byte_fallback=True,
        character_coverage=0.98, normalization_rule_name="identity", remove_extra_whitespaces=False, add_dummy_prefix=True,
        split_digits=True, allow_whitespace_only_pieces=True, user_defined_symbols=["<tool>"], num_threads=1, minloglevel=2)
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def token_type(model, index):
    if model.IsUnknown(index):
        return 2
    if model.IsControl(index):
        return 3
    if model.IsByte(index):
        return 6
    return 4 if model.IdToPiece(index) == "<tool>" else 1


def sentencepiece_cases(model, texts):
    result = []
    for text in texts:
        ids = model.EncodeAsIds(text)
        pieces = b"".join(
            bytes([int(piece[3:5], 16)]) if model.IsByte(index) else piece.replace("▁", " ").encode()
            for index, piece in ((index, model.IdToPiece(index)) for index in ids))
        decoded = pieces.decode("utf-8", errors="replace")
        result.append({"text": text, "ids": ids, "decoded": decoded[1:] if decoded.startswith(" ") else decoded})
    return result


def hugging_face(model, pieces, normalizer, pre_tokenizer):
    """The same model as a tokenizer.json: all ways to cut a piece in two, best scores first."""
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    merges = []
    for index, piece in enumerate(pieces):
        if token_type(model, index) != 1:
            continue
        parts = [(piece[:middle], piece[middle:]) for middle in range(1, len(piece))]
        known = [pair for pair in parts if pair[0] in vocabulary and pair[1] in vocabulary]
        merges += [(-model.GetScore(index), vocabulary[a], vocabulary[b], (a, b)) for a, b in known]
    merges.sort()
    tokenizer = Tokenizer(models.BPE(
        vocab=vocabulary, merges=[merge[3] for merge in merges], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", vocabulary["<s>"])])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in ["<unk>", "<s>", "</s>"]])
    tokenizer.add_tokens([AddedToken("<tool>", normalized=False)])
    return tokenizer


def make_llama2(folder, texts):
    model = train_sentencepiece()
    pieces = [model.IdToPiece(index) for index in range(model.GetPieceSize())]
    plain = [text for text in texts if "\0" not in text and "▁" not in text]
    write(os.path.join(folder, "llama2", "gguf.json"), {
        "tokens": pieces,
        "scores": [model.GetScore(index) for index in range(len(pieces))],
        "token_type": [token_type(model, index) for index in range(len(pieces))],
        "cases": sentencepiece_cases(model, plain),
    })
    replace = normalizers.Replace(" ", "▁")
    variants = {
        "llama2": (normalizers.Sequence([normalizers.Prepend("▁"), replace]), None),
        "llama2-first": (None, pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)),
        "llama2-always": (None, pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)),
    }
    for name, (normalizer, pre_tokenizer) in variants.items():
        save(hugging_face(model, pieces, normalizer, pre_tokenizer), os.path.join(folder, name), texts + SPECIAL_TEXTS)


def main():
    (folder,) = sys.argv[1:]
    generator = random.Random(158)
    drawn = list(random_texts(generator, 400))
    write(os.path.join(folder, "splits.json"), splits(TEXTS + drawn))
    write(os.path.join(folder, "utf8.json"), broken_utf8(generator, 300))
    texts = TEXTS + drawn[:40]
    make_byte_level(folder, texts)
    make_llama2(folder, texts)


if __name__ == "__main__":
    main()
