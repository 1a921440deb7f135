"""Writes Fixtures/delta: payloads of every kind, and what they mean; and those that the fuzzer starts from.

    python3 Tests/Interop/make_delta_goldens.py

A second writer of Documentation/Format-delta.md. What a payload means is known here from what was to be written;
`decode_delta.py` must find the same. Python alone, no packages; the same bytes every time.
"""

import json
import math
import pathlib
import random
import struct
from fractions import Fraction

import decode_delta as reader

ROOT = pathlib.Path(__file__).parents[2]
FIXTURES = ROOT / "Fixtures" / "delta"
CORPUS = ROOT / "Tests" / "Fuzz" / "Corpus" / "delta"
# What the fuzzer has of them, under its own names.
SEEDS = {
    "corrected": "corrected",
    "fine-corrected": "fine",
    "dense-zero-coded": "coded",
    "dense-spans": "spans",
}


# MARK: Bytes and bits


def varint(value):
    result = b""
    while value > 127:
        result, value = result + bytes([value & 127 | 128]), value >> 7
    return result + bytes([value])


def zigzag(value):
    return 2 * value if value >= 0 else -2 * value - 1


def framed(content):
    return varint(len(content)) + content


def header(kind, rows, columns, grid, version=None):
    version = version or (2 if kind == 3 else 1)
    return b"EMD" + bytes([version, kind]) + varint(rows) + varint(columns) + varint(zigzag(grid))


class Bits:
    def __init__(self):
        self.value = self.count = 0

    def put(self, value, count):
        assert value < 1 << count
        self.value |= value << self.count
        self.count += count

    def escape_code(self, value, order):
        value += 1 << order
        bits = value.bit_length()
        ones = bits - 1 - order
        self.put((1 << ones) - 1, ones + 1)
        self.put(value & ((1 << (bits - 1)) - 1), bits - 1)

    def bytes(self):
        return self.value.to_bytes((self.count + 7) // 8, "little")


class Coder:
    """Symbols and bits in the order in which they will be read; `bytes` puts the symbols backwards."""

    def __init__(self):
        self.symbols, self.bits = [], Bits()

    def symbol(self, frequencies, symbol):
        self.symbols.append((frequencies[symbol], sum(frequencies[:symbol])))

    def bytes(self):
        state, words = 1 << 31, []
        for frequency, start in reversed(self.symbols):
            if state >= frequency << 51:
                words.append(state & 0xFFFFFFFF)
                state >>= 32
            state = (state // frequency << 12) + state % frequency + start
        stored = b"".join(struct.pack("<I", word) for word in reversed(words))
        return varint(len(words)) + struct.pack("<Q", state) + stored + self.bits.bytes()

    def column(self, shape, width, values):
        k, reach, frequencies = model(shape, width)
        for value in values:
            h, low = divmod(value + (1 << k) // 2, 1 << k)
            if abs(h) <= reach:
                self.symbol(frequencies, h + reach)
            else:
                self.symbol(frequencies, 2 * reach + 1)
                self.bits.put(int(h < 0), 1)
                self.bits.escape_code(abs(h) - reach - 1, 2)
            self.bits.put(low, k)

    def table(self, frequencies):
        self.bits.put(len(frequencies) - 1, 8)
        for frequency in frequencies:
            self.bits.escape_code(frequency, 4)

    def short_table(self, frequencies):
        shift = min((f & -f).bit_length() - 1 for f in frequencies if f)
        self.bits.put(len(frequencies) - 1, 8)
        self.bits.put(12 - shift, 4)
        for frequency in frequencies:
            self.bits.escape_code(frequency >> shift, 0)

    def token(self, frequencies, value):
        """A number by its token, and in bits what stands beside that."""
        token, beside, count = token_of(value)
        if frequencies[-1] < 4096:
            self.symbol(frequencies, token)
        self.bits.put(beside, count)


def model(shape, width):
    k = max(0, width // 8 - 3)
    return k, *reader.table(shape, width - 8 * k)


def token_of(value):
    if value < 16:
        return value, 0, 0
    beside = value.bit_length() - 3
    token = 16 + 4 * (value.bit_length() - 5) + (value >> beside & 3)
    return token, value & ((1 << beside) - 1), beside


def frequencies_of(symbols):
    """Frequencies with a sum of 4,096, of which those that occur are not 0."""
    counts = [symbols.count(symbol) for symbol in range(max(symbols) + 1)]
    result = [max(1, 4096 * count // len(symbols)) if count else 0 for count in counts]
    result[result.index(max(result))] += 4096 - sum(result)
    return result


def coarse_frequencies_of(symbols, precision):
    """The same, as multiples of 2^(12 - precision)."""
    counts = [symbols.count(symbol) for symbol in range(max(symbols) + 1)]
    result = [max(1, (count << precision) // len(symbols)) if count else 0 for count in counts]
    while (excess := sum(result) - (1 << precision)) != 0:
        result[result.index(max(result))] -= 1 if excess > 0 else -1
    return [frequency << (12 - precision) for frequency in result]


# MARK: Kinds


def low_rank(rows, columns, grid, directions):
    """Directions are (mantissa, exponent, (shape, width, values of a), (shape, width, values of b))."""
    coder = Coder()
    before, widths = grid, [72, 72]
    for mantissa, exponent, *sides in directions:
        coder.bits.escape_code(zigzag(exponent - before), 1)
        coder.bits.put(mantissa - 64, 6)
        before = exponent
        for side, (shape, width, _) in enumerate(sides):
            coder.bits.put(shape, 1)
            coder.bits.escape_code(zigzag(width - widths[side]), 1)
            widths[side] = width
    for _, _, *sides in directions:
        for side in sides:
            coder.column(*side)
    content = coder.bytes() if directions else b""
    exact = [
        sum(m * Fraction(2) ** (e - grid) * a[2][i] * b[2][j] for m, e, a, b in directions)
        for i in range(rows)
        for j in range(columns)
    ]
    return header(0, rows, columns, grid) + varint(len(directions)) + content, list(map(round, exact))


def coded(step, shape, width, values):
    coder = Coder()
    coder.column(shape, width, values)
    block = b"\1" + varint(step) + framed(bytes([shape, width + 24]) + coder.bytes())
    return block, [value * step for value in values]


def zeros(count):
    return b"\0", [0] * count


def gaps(step, values):
    places, between, classes, numbers = parts_of(values)
    assert 0 < len(places) < 1024
    coder = Coder()
    coder.bits.put(len(places) - 1, 16)
    table = reader.known_gaps(len(places), len(values))[0]
    few(coder, values, table, coder.table, frequencies_of)
    return b"\4" + varint(step) + framed(coder.bytes()), [value * step for value in values]


def span(step, values, tells_gaps, precision):
    """As many blocks as the values fill, with frequencies of a precision."""
    places, between, classes, numbers = parts_of(values)
    coder = Coder()
    coder.bits.put(len(places) - 1, 16)
    coder.bits.put(int(tells_gaps), 1)
    table = reader.known_gaps(len(places), len(values))[0]
    nearest = lambda symbols: coarse_frequencies_of(symbols, precision)
    if tells_gaps:
        table = nearest([token_of(gap)[0] for gap in between])
        coder.short_table(table)
    few(coder, values, table, coder.short_table, nearest)
    blocks = varint((len(values) + 65535) // 65536)
    return b"\5" + blocks + varint(step) + framed(coder.bytes()), [v * step for v in values]


def parts_of(values):
    """Places, gaps, trailing zeros and what they leave of the numbers that are not 0."""
    places = [place for place, value in enumerate(values) if value]
    between = [b - a - 1 for a, b in zip([-1] + places, places)]
    classes = [(abs(values[place]) & -abs(values[place])).bit_length() - 1 for place in places]
    numbers = [abs(values[place]) >> z + 1 for place, z in zip(places, classes)]
    return places, between, classes, numbers


def few(coder, values, gap_table, write_table, nearest):
    places, between, classes, numbers = parts_of(values)
    class_table = nearest(classes)
    tokens = {
        z: nearest([token_of(v)[0] for v, own in zip(numbers, classes) if own == z])
        for z in sorted(set(classes))
    }
    write_table(class_table)
    for table in tokens.values():
        write_table(table)
    for place, gap, z, v in zip(places, between, classes, numbers):
        coder.token(gap_table, gap)
        if class_table[-1] < 4096:
            coder.symbol(class_table, z)
        coder.token(tokens[z], v)
        coder.bits.put(int(values[place] < 0), 1)


def dense(rows, columns, grid, *blocks, version=1):
    integers = [n for _, numbers in blocks for n in numbers]
    assert len(integers) == rows * columns
    return header(1, rows, columns, grid, version) + b"".join(block for block, _ in blocks), integers


def corrected(rows, columns, grid, low, correction):
    payload = header(2, rows, columns, grid) + framed(low[0]) + correction[0]
    return payload, [a + b for a, b in zip(low[1], correction[1])]


def fine(rows, columns, grid, inner, terms):
    payload = header(3, rows, columns, grid) + framed(inner[0]) + varint(len(terms))
    last = 0
    for element, exponent, value in terms:
        payload += varint(element - last) + varint(zigzag(exponent - grid)) + varint(zigzag(value))
        last = element
    return payload, inner[1], terms


# MARK: What is written

GRID = -44
chance = random.Random(20)


def gaussian(count, deviation):
    """Integers by a sum of uniform ones, which is the same everywhere."""
    return [
        int((sum(chance.randrange(1 << 20) for _ in range(12)) - (6 << 20)) * deviation) >> 20
        for _ in range(count)
    ]


def laplace(count, scale):
    return [
        (-1) ** chance.randrange(2) * next(n for n in range(1 << 20) if chance.randrange(scale) == 0)
        for _ in range(count)
    ]


def directions(rows, columns):
    return [
        (101, GRID + 1, (0, 60, gaussian(rows, 180)), (1, 48, laplace(columns, 64))),
        (64, GRID - 9, (0, 20, gaussian(rows, 6)), (1, 9, laplace(columns, 3))),
        (77, GRID - 16, (1, 40, laplace(rows, 40)), (0, 31, gaussian(columns, 15))),
    ]


def sparse(count):
    return [
        chance.choice([1, -1, 3, -2, 8, 700, -1 << 40]) if chance.randrange(20) == 0 else 0
        for _ in range(count)
    ]


def few_of(count, numbers, within=1):
    """So many numbers that are not 0, in the first of `within` parts, and one at the end."""
    values = [0] * count
    for place in chance.sample(range(count // within), numbers - 1) + [count - 1]:
        values[place] = chance.choice([1, -1, 3, -2, 8, 700, -1 << 30])
    return values


def number(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def below(weights):
    """Terms of the smallest weights, which lie far below the grid."""
    smallest = sorted(range(1, len(weights)), key=lambda element: weights[element] & 0x7FFFFFFF)[:9]
    terms = []
    for turn, element in enumerate(sorted(smallest)):
        mantissa, exponent = math.frexp(number(weights[element]))
        whole, exponent = int(math.ldexp(mantissa, 24)), exponent - 24
        # Taken away; all but a last place; taken away and a little more, which leaves -0.0; any number; two of them.
        terms += [
            [(element, exponent, -whole)],
            [(element, exponent, 1 - whole)],
            [(element, exponent, -whole), (element, -1140, -1)],
            [(element, -149, chance.randrange(1, 1 << 30))],
            [(element, -160, (1 << 62) + 12345), (element, -100, -321)],
        ][turn % 5]
    return terms


def halfway(weights, integers):
    """Terms that bring changed weights between two float32 numbers: exactly, a little less, a little more."""
    terms = []
    chosen = [e for e, bits in enumerate(weights) if bits & 0x7FFFFFFF > 107 << 23 and integers[e]]
    for turn, element in enumerate(chosen[:12]):
        sum = Fraction(number(weights[element])) + integers[element] * Fraction(2) ** GRID
        bits = reader.nearest_float32(sum)
        between = (Fraction(number(bits)) + Fraction(number(bits + 1))) / 2 - sum
        exponent = 1 - between.denominator.bit_length()
        terms.append((element, exponent, int(between / Fraction(2) ** exponent)))
        if turn % 3:
            terms.append((element, -1140, [-1, 1][turn % 3 - 1]))
    return terms


def fine_with_all(rows, columns, inner):
    weights = reader.base(rows * columns)
    terms = below(weights) + halfway(weights, inner[1])
    return fine(rows, columns, GRID, inner, sorted(terms, key=lambda term: term[0]))


def goldens():
    rows, columns = 12, 31
    count = rows * columns
    low = low_rank(rows, columns, GRID, directions(rows, columns))
    correction = dense(rows, columns, GRID, gaps(1 << 6, sparse(count)))
    yield "nothing", low_rank(rows, columns, GRID, [])
    yield "low-rank", low
    yield "dense-coded", dense(rows, columns, GRID, coded(48, 1, 70, laplace(count, 500)))
    # A block of zeros before one of few elements, with escapes: the width is far too small.
    yield "dense-zero-coded", dense(
        66, 1000, GRID, zeros(65536), coded(1, 0, 2, gaussian(464, 40)))
    yield "dense-zeros", dense(66, 1000, GRID, zeros(65536), zeros(464))
    yield "corrected", corrected(rows, columns, GRID, low, correction)
    yield "corrected-coded", corrected(
        rows, columns, GRID, low, dense(rows, columns, GRID, coded(5, 0, 12, gaussian(count, 3))))
    yield "fine-low-rank", fine_with_all(rows, columns, low)
    # Here nothing else touches the small weights.
    yield "fine-dense", fine_with_all(rows, columns, dense(rows, columns, GRID, zeros(count)))
    yield "fine-corrected", fine_with_all(
        rows, columns, corrected(rows, columns, GRID, low, correction))
    # Two blocks as a span, one of zeros, and two again, the last of them short.
    yield "dense-spans", dense(
        280, 1000, GRID,
        span(3 << 9, few_of(131072, 60), False, 6),
        zeros(65536),
        span(1, few_of(83392, 1400, 9), True, 9),
        version=3)
    spans = dense(rows, columns, GRID, span(1 << 6, sparse(count), True, 5), version=3)
    yield "corrected-span", corrected(rows, columns, GRID, low, spans)


def main():
    FIXTURES.mkdir(exist_ok=True)
    entries = []
    for name, (payload, integers, *terms) in goldens():
        delta = reader.Delta(payload)
        assert delta.integers == integers, name
        assert delta.fine == (terms[0] if terms else []), name
        (FIXTURES / name).write_bytes(payload)
        if name in SEEDS:
            (CORPUS / SEEDS[name]).write_bytes(payload)
        entries.append(
            {
                "name": name,
                "rows": delta.rows,
                "columns": delta.columns,
                "terms": len(delta.fine),
                "integers": reader.digest("q", integers),
                "weights": reader.digest("I", delta.float32(reader.base(len(integers)))),
            }
        )
        changed = sum(n != 0 for n in integers)
        print(f"{name}: {len(payload)} bytes, {changed} elements, {len(delta.fine)} terms")
    (FIXTURES / "goldens.json").write_text(json.dumps(entries, indent=1) + "\n")


if __name__ == "__main__":
    main()
