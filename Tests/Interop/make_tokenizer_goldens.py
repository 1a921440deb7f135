#!/usr/bin/env python3
"""Writes Fixtures/tokenizers: strings, and what the reference library makes of them.

The reference is the PyPI package `tokenizers`; its version is written into the folder. Everything is
drawn from fixed seeds and from the other fixtures, so that a second run gives the same files.

  python3 -m venv VENV && VENV/bin/pip install tokenizers==0.23.3
  VENV/bin/python Tests/Interop/make_tokenizer_goldens.py
"""
import json
import random
import struct
import unicodedata
from collections import Counter
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

FIXTURES = Path(__file__).resolve().parents[2] / "Fixtures"
OUT = FIXTURES / "tokenizers"

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BYTES = sorted(pre_tokenizers.ByteLevel.alphabet())
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

SPACES = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2003\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
NOT_SPACES = "\u180e\u200b\u200c\u200d\u2060\ufeff\x1c\x1d\x1e\x1f"
SPECIALS = ["<|endoftext|>", "<|begin_of_text|>", "<|end_of_text|>", "<s>", "</s>", "<unk>", "<mask>", "[R]", "word",
            "<|reserved|>", "<|reserved|>x", "<0x0A>", "<0xE2>", "\u2581", "\u00e9t\u00e9", "e\u0301te\u0301"]


# ---------------------------------------------------------------------------------------- strings

def curated():
    """Edges that someone thought of, one by one."""
    words = ["I", "you", "They", "it", "L", "d"]
    for word in words:
        for mark in ("'", "\u2019"):
            for ending in ("s", "t", "re", "ve", "m", "ll", "d", "S", "T", "RE", "Ve", "vE", "M", "LL", "lL", "D", "\u017f",
                           "r", "v", "l", "x", "", "st", "res", "lls", " s"):
                yield f"{word}{mark}{ending}"
    yield ""
    for space in SPACES + NOT_SPACES:
        for pattern in ("{0}", "{0}{0}", "a{0}b", "a{0}{0}b", " {0}b", "{0} b", "1{0}1", "!{0}!", "a{0}", "{0}\n{0}b", "\r\n{0}x"):
            yield pattern.format(space)
    for run in range(1, 20):
        for unit in (" ", "\n", "\t", "\r\n", " \n", "a", "ab", "\u00e9", "1", "12", "!", "\u2581", "'", "\u4e2d", "\U0001f600"):
            yield unit * run
            yield "x" + unit * run + "y"
    for special in SPECIALS:
        for pattern in ("{0}", "a{0}b", "a {0} b", "{0}{0}", " {0} ", "{0}\n", "\t{0}\u00a0b", "_{0}_", "9{0}9", "{0}a {0}",
                        "\u0301{0}\u0301", "-{0}-", "a  {0}  {0}  b"):
            yield pattern.format(special)
    yield from ["\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466", "\U0001f44d\U0001f3fd", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7",
                "1\ufe0f\u20e3 \u2764\ufe0f", "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
                "\u0627\u0644\u0633\u0644\u0627\u0645 \u0639\u0644\u064a\u0643\u0645", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd \u202ertl\u202c", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0967\u0968\u0969",
                "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0e51\u0e52\u0e53", "\u1100\u1161\u11a8 \uac01 \ud55c\uad6d\uc5b4", "\u212b \u00c5 A\u030a", "\ufb01 \u017f \u1e9b\u0323 \u2126 \u03a9",
                "q\u0307\u0323 q\u0323\u0307", "\u0958 \u0915\u093c", "\u2460\u00bd\u2167\u09e7\uff11\U0001d7d8", "x\u00b2+y\u00b3", "\x00\x01\x7f\x80\x9f", "\ufdd0\uffff\U0010ffff",
                "e" + "\u0301" * 40, "\u0344\u0308\u0301", "\u0b47\u0b3e \u0dd9\u0dcf\u0dca \u1025\u102e", "caf\u00e9 cafe\u0301 CAF\u00c9",
                "def f(x):\n    return x**2  # ok\n\n\n", "https://example.org/a_b?c=1&d=%20#e", "a\tb\t\tc", "...!!!???---", "$1,234.56 (7%)"]
    yield "lorem ipsum dolor " * 100
    yield "a" * 1000
    yield " " * 1000
    yield "\u4e2d\u6587" * 300


def of_fixtures(rng):
    facts = json.loads((FIXTURES / "fictional/facts.json").read_text())
    real = json.loads((FIXTURES / "counterfact/counterfact_500.json").read_text())
    for record in facts + real:
        rewrite = record["requested_rewrite"]
        yield rewrite["prompt"].format(rewrite["subject"]) + " " + rewrite["target_new"]["str"]
        yield from record["paraphrase_prompts"]
        yield record["neighborhood_prompts"][0]
    for record in json.loads((FIXTURES / "fictional/zsre.json").read_text()):
        yield record["src"] + " " + record["answers"][0]
        yield record["loc"]
    invented = (FIXTURES / "fictional/corpus.txt").read_text().split("\n\n")
    yield from rng.sample(invented, 250)
    lines = (FIXTURES / "counterfact/corpus.txt").read_text().split("\n")
    yield from rng.sample(lines, 400)


def of_scripts(rng):
    """Text-like strings from every run of 64 assigned code points."""
    blocks = []
    for start in range(0, 0x32000, 64):
        block = [chr(v) for v in range(start, start + 64) if unicodedata.category(chr(v)) not in ("Cn", "Cs", "Co")]
        if len(block) >= 4:
            blocks.append(block)
    for block in blocks:
        if ord(block[0]) in range(0x3400, 0x4DC0) or 0x20000 <= ord(block[0]):
            if rng.random() < 0.9:
                continue
        for _ in range(5):
            words = ["".join(rng.choices(block, k=rng.randint(1, 9))) for _ in range(rng.randint(1, 5))]
            yield rng.choice([" ", " ", "  ", "\n", "-", "\u3000", ", "]).join(words)
    everything = [c for block in blocks for c in block]
    marks = [c for c in everything if unicodedata.category(c)[0] == "M"]
    digits = [c for c in everything if unicodedata.category(c)[0] == "N"]
    for _ in range(1200):
        yield "".join(rng.choice([rng.choice(everything), rng.choice(marks), rng.choice(digits), rng.choice(SPACES), rng.choice("abcXYZ'019 .")])
                      for _ in range(rng.randint(1, 24)))


def of_noise(rng):
    for _ in range(1500):
        yield rng.randbytes(rng.randint(1, 48)).decode("utf-8", "replace")
    for _ in range(1000):
        yield rng.randbytes(rng.randint(1, 64)).decode("utf-8", "ignore")
    for _ in range(1500):
        yield "".join(chr(v) for v in (rng.choice([rng.randrange(0x80), rng.randrange(0x800), rng.randrange(0x10000), rng.randrange(0x110000)])
                                       for _ in range(rng.randint(1, 24))) if not 0xD800 <= v < 0xE000)
    pool = "abstrevmld'STREVMLD \n\r\t019.,!?\u00e9\u017f<|>"
    for _ in range(3000):
        yield "".join(rng.choices(pool, k=rng.randint(1, 30)))


def all_strings():
    rng = random.Random(20261122)
    edges = list(curated())
    rest = [*of_fixtures(rng), *of_scripts(rng), *of_noise(rng)]
    few = edges[::2] + rest[::11]
    return edges + rest, few


# ------------------------------------------------------------------------------------- tokenizers

def special(content, **flags):
    return AddedToken(content, special=True, normalized=False, **flags)


def training_text():
    rng = random.Random(7)
    text = (FIXTURES / "fictional/corpus.txt").read_text().split("\n")[:3000]
    text += (FIXTURES / "counterfact/corpus.txt").read_text().split("\n")[:1000]
    return text + [s for s in of_scripts(rng) if len(s) < 40] + ["  indented", "    deeper", "x  y"] * 20


def trained(pre_tokenizer, size, specials, alphabet, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator(training_text(), trainers.BpeTrainer(
        vocab_size=size, special_tokens=specials, initial_alphabet=list(alphabet), limit_alphabet=len(alphabet), show_progress=False))
    return tokenizer


def byte_level(use_regex, prefix=False):
    return pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=use_regex)


def split_then_bytes(pattern):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated", invert=False), byte_level(False)])


def template(start, end=None):
    """A TemplateProcessing as tokenizer.json writes it; start and end are (token, id)."""
    entries = [e for e in (start, end) if e]
    return {"type": "TemplateProcessing",
            "single": ([{"SpecialToken": {"id": start[0], "type_id": 0}}] + [{"Sequence": {"id": "A", "type_id": 0}}]
                       + ([{"SpecialToken": {"id": end[0], "type_id": 0}}] if end else [])),
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {t: {"id": t, "ids": [i], "tokens": [t]} for t, i in entries}}


def llama3():
    tokenizer = trained(split_then_bytes(LLAMA3), 1400, [special("<|begin_of_text|>"), special("<|end_of_text|>"), special("<|reserved|>"),
                                                         special("<|reserved|>x")], alphabet=BYTES)
    tokenizer.decoder = decoders.ByteLevel()
    form = json.loads(tokenizer.to_str())
    form["model"]["ignore_merges"] = True
    # Words that no merge makes: only a tokenizer that looks whole words up first finds them.
    for word in ("ĠKethic", "ĠParis", "aaaa", "ĠĠĠĠ", "ÃŃn"):
        form["model"]["vocab"].setdefault(word, len(form["model"]["vocab"]))
    form["post_processor"] = {"type": "Sequence", "processors": [
        {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
        template(("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>")))]}
    return form


def qwen2():
    tokenizer = trained(split_then_bytes(QWEN2), 1200, [special("<|endoftext|>")], BYTES, normalizers.NFC())
    tokenizer.decoder = decoders.ByteLevel()
    return json.loads(tokenizer.to_str())


def neox():
    tokenizer = trained(byte_level(True), 1200, [special("<|endoftext|>"), special("<|padding|>")], BYTES, normalizers.NFC())
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in (24, 12, 6, 4, 3, 2)] + [AddedToken("e\u0301te\u0301", normalized=True)])
    return json.loads(tokenizer.to_str())


def prefix_space():
    """Digits apart, a space in front, tokens with every flag, merges in the older form, no type in the model."""
    tokenizer = trained(byte_level(True), 1100, [special("<s>"), special("</s>")], alphabet=BYTES)
    tokenizer.pre_tokenizer = byte_level(True, prefix=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([special("<mask>", lstrip=True), special("[R]", rstrip=True)])
    tokenizer.add_tokens([AddedToken("word", single_word=True, normalized=True)])
    form = json.loads(tokenizer.to_str())
    form["model"]["merges"] = [" ".join(pair) for pair in form["model"]["merges"]]
    form["model"].update(continuing_subword_prefix="", end_of_word_suffix="")
    del form["model"]["type"], form["model"]["ignore_merges"], form["pre_tokenizer"]["use_regex"]
    form["post_processor"] = template(("<s>", tokenizer.token_to_id("<s>")), ("</s>", tokenizer.token_to_id("</s>")))
    return form


def digits():
    tokenizer = trained(pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(True)]), 1000, [special("<|endoftext|>")],
                        alphabet=BYTES)
    tokenizer.decoder = decoders.ByteLevel()
    return json.loads(tokenizer.to_str())


def sentencepiece(size=1300):
    """The vocabulary of a SentencePiece model: unknown, boundaries, 256 bytes, then pieces."""
    first = ["<unk>", "<s>", "</s>"]
    # The trainer's own choice of rare characters changes from run to run.
    common = Counter("".join(training_text()).replace(" ", "\u2581")).most_common()
    alphabet = [c for c, _ in sorted(common, key=lambda item: (-item[1], item[0]))[:400]]
    tokenizer = trained(pre_tokenizers.Metaspace(), size, first + [f"<0x{b:02X}>" for b in range(256)], alphabet)
    form = json.loads(tokenizer.to_str())
    form["added_tokens"] = [t for t in form["added_tokens"] if t["content"] in first]
    for token in form["added_tokens"]:
        token["normalized"] = False
    form["model"].update(unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    form["post_processor"] = template(("<s>", 1))
    return form


def sentencepiece_prepend():
    form = sentencepiece()
    for token in form["added_tokens"]:
        token["normalized"] = token["content"] == "</s>"  # Found only behind a mark, as old files of this kind have it.
    form["pre_tokenizer"] = None
    form["normalizer"] = {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "\u2581"}, {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"}]}
    form["decoder"] = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    return form


def sentencepiece_metaspace():
    form = sentencepiece_prepend()
    for token in form["added_tokens"]:
        token["normalized"] = False
    form["normalizer"] = None
    form["pre_tokenizer"] = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": False}
    return form


def metaspace_unknown():
    """No byte fallback: characters outside the alphabet become the unknown token, each by itself."""
    form = sentencepiece(900)
    form["model"].update(fuse_unk=False, byte_fallback=False)
    form["pre_tokenizer"] = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    form["decoder"] = {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": True}
    return form


KINDS = {"llama3": llama3, "qwen2": qwen2, "neox": neox, "prefix-space": prefix_space, "digits": digits,
         "sentencepiece-prepend": sentencepiece_prepend, "sentencepiece-metaspace": sentencepiece_metaspace,
         "metaspace-unknown": metaspace_unknown}


# ---------------------------------------------------------------------------------------- writing

def write_lines(path, values):
    path.write_text("".join(json.dumps(v, ensure_ascii=False, separators=(",", ":")) + "\n" for v in values), encoding="utf-8", newline="\n")


def write_expected(folder, tokenizer, strings, rng):
    """ids.bin: for each string a count and the ids, UInt16 little-endian; every second string with the template's tokens."""
    folder.mkdir(parents=True, exist_ok=True)
    out = bytearray()
    for index, string in enumerate(strings):
        ids = tokenizer.encode(string, add_special_tokens=index % 2 == 1).ids
        out += struct.pack(f"<{len(ids) + 1}H", len(ids), *ids)
    (folder / "ids.bin").write_bytes(bytes(out))
    size = max(tokenizer.get_vocab(with_added_tokens=True).values()) + 1
    # By id: the library's own skip_special_tokens overlooks special tokens that a normalizer has changed.
    special_ids = {i for i, token in tokenizer.get_added_tokens_decoder().items() if token.special}
    lines = []
    for index in range(400):
        ids = [rng.randrange(size) for _ in range(rng.randint(1, 12))] if index % 2 else tokenizer.encode(rng.choice(strings)).ids[:40]
        lines.append([ids, tokenizer.decode(ids, skip_special_tokens=False), tokenizer.decode([i for i in ids if i not in special_ids], skip_special_tokens=False)])
    write_lines(folder / "decoded.jsonl", lines)


def write_classes():
    """classes.txt: what \\p{L}, \\p{N} and \\s are to the reference, as runs of code points."""
    tests = {"letter": Regex(r"\p{L}"), "number": Regex(r"\p{N}"), "space": Regex(r"\s")}
    splits = {name: pre_tokenizers.Split(pattern, "removed") for name, pattern in tests.items()}
    runs = []
    for value in range(0x110000):
        if 0xD800 <= value < 0xE000:
            continue
        kind = next((name for name, split in splits.items() if not split.pre_tokenize_str(chr(value))), "other")
        if runs and runs[-1][2] == kind and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value, kind])
    (OUT / "classes.txt").write_text("".join(f"{a:04X} {b:04X} {kind}\n" for a, b, kind in runs if kind != "other"))


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "VERSION").write_text(f"tokenizers {tokenizers.__version__}\n")
    strings, few = all_strings()
    write_lines(OUT / "strings.jsonl", strings)
    write_lines(OUT / "strings-few.jsonl", few)
    rng = random.Random(1)
    for name in ("fictional", "counterfact"):
        write_expected(OUT / name, Tokenizer.from_file(str(FIXTURES / name / "model/tokenizer.json")), strings, rng)
    for name, make in KINDS.items():
        text = json.dumps(make(), ensure_ascii=False, indent=0, separators=(",", ":"))
        (OUT / name).mkdir(exist_ok=True)
        (OUT / name / "tokenizer.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        write_expected(OUT / name, Tokenizer.from_str(text), few, rng)
    write_classes()
    print(f"{len(strings)} strings for the two models, {len(few)} for each of {', '.join(KINDS)}")


if __name__ == "__main__":
    main()
