"""Reads delta payloads as Documentation/Format-delta.md describes them: a second reader, for tests.

    python3 decode_delta.py FILE...

prints for each payload its kind, shape, rank and number of fine terms, the SHA-256 of N as little-endian 64-bit
integers, and that of the float32 weights to which it turns those of `base`. Dense payloads with zstd planes need
the `zstandard` package. Slow: for small payloads.
"""

import hashlib
import math
import struct
import sys
from fractions import Fraction

GAUSSIAN = [
    0x9B4597E37CB04FF3,
    0xA820ECBEF4986210,
    0xB3C2A028D327CD57,
    0xBE29706C5A1E2C87,
]
LAPLACE = [
    0x3E3CE5F781592F41,
    0x45FD2E3348D1C95B,
    0x4DF142566EFB93AB,
    0x5607197541235164,
    0x5E2D58D8B3BCDF1A,
    0x6653B527D41FBB0E,
    0x6E6B3AF6ABB5C836,
    0x766680142124A927,
]


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        assert count <= len(self.data) - self.at, "truncated"
        self.at += count
        return self.data[self.at - count : self.at]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            assert shift == 0 or byte != 0, "not the shortest form"
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                assert value < 1 << 64
                return value

    def signed(self):
        return unzigzag(self.varint())


class Bits:
    def __init__(self, data):
        self.value, self.left = int.from_bytes(data, "little"), 8 * len(data)

    def read(self, count):
        assert count <= self.left, "truncated"
        self.left -= count
        result = self.value & ((1 << count) - 1)
        self.value >>= count
        return result

    def escape_code(self, order):
        ones = 0
        while self.read(1):
            ones += 1
        bits = ones + 1 + order
        return (self.read(bits - 1) | 1 << (bits - 1)) - (1 << order)


def unzigzag(value):
    return (value >> 1) ^ -(value & 1)


def high(a, b):
    return a * b >> 64


def table(shape, width):
    constants = [GAUSSIAN, LAPLACE][shape]
    octave, index = divmod(width, len(constants))
    ratio = constants[index]
    for _ in range(octave):
        ratio = math.isqrt(ratio << 64)
    for _ in range(-octave):
        ratio = high(ratio, ratio)
    growth = high(ratio, ratio)
    weights = [1 << 48]
    while len(weights) < 256:
        following = high(weights[-1], ratio)
        if following == 0:
            break
        weights.append(following)
        if shape == 0:
            ratio = high(ratio, growth)
    total = 2 * sum(weights) - weights[0]
    share = lambda weight: (4096 * weight + total // 2) // total
    shares = []
    for weight in weights[1:]:
        if share(weight) == 0:
            break
        shares.append(share(weight))
    reach = len(shares)
    escape = max(1, share(total - weights[0] - 2 * sum(weights[1 : reach + 1])))
    zero = 4096 - escape - 2 * sum(shares)
    return reach, shares[::-1] + [zero] + shares + [escape]


def slots_of(frequencies):
    slots, start = [], 0
    for symbol, frequency in enumerate(frequencies):
        slots += [(symbol, frequency, start)] * frequency
        start += frequency
    return slots


class Coder:
    def __init__(self, reader):
        count = reader.varint()
        (self.state,) = struct.unpack("<Q", reader.take(8))
        self.words = list(struct.unpack(f"<{count}I", reader.take(4 * count)))[::-1]
        self.bits = Bits(reader.take(len(reader.data) - reader.at))
        assert 1 << 31 <= self.state < 1 << 63

    def symbol(self, slots):
        symbol, frequency, start = slots[self.state & 4095]
        self.state = frequency * (self.state >> 12) + (self.state & 4095) - start
        if self.state < 1 << 31:
            self.state = self.state << 32 | self.words.pop()
        return symbol

    def column(self, shape, width, count):
        assert -24 <= width <= 231
        k = max(0, (width // 8) - 3)
        reach, frequencies = table(shape, width - 8 * k)
        slots = slots_of(frequencies)
        half = (1 << k) // 2
        values = []
        for _ in range(count):
            symbol = self.symbol(slots)
            h = symbol - reach
            if symbol == 2 * reach + 1:
                negative = self.bits.read(1)
                h = reach + 1 + self.bits.escape_code(2)
                h = -h if negative else h
            values.append((h << k) + self.bits.read(k) - half)
            assert abs(values[-1]) <= 1 << 30
        return values

    def end(self):
        assert self.state == 1 << 31 and not self.words
        assert self.bits.left < 8 and self.bits.value == 0


def low_rank(reader, rows, columns, grid):
    rank = reader.varint()
    assert rank <= min(rows, columns)
    if rank == 0:
        return rank, [0] * (rows * columns)
    coder = Coder(reader)
    bits, exponent, widths, directions = coder.bits, grid, [72, 72], []
    for _ in range(rank):
        exponent += unzigzag(bits.escape_code(1))
        mantissa = 64 + bits.read(6)
        shapes = []
        for side in range(2):
            shapes.append(bits.read(1))
            widths[side] += unzigzag(bits.escape_code(1))
        directions.append((exponent, mantissa, shapes, list(widths)))
    terms = []
    for exponent, mantissa, shapes, widths in directions:
        a = coder.column(shapes[0], widths[0], rows)
        b = coder.column(shapes[1], widths[1], columns)
        terms.append((mantissa * Fraction(2) ** (exponent - grid), a, b))
    coder.end()
    # Python's round() of a fraction goes to the nearest integer, ties to the even one.
    return rank, [
        round(sum(scale * a[i] * b[j] for scale, a, b in terms))
        for i in range(rows)
        for j in range(columns)
    ]


def transmitted(bits, limit):
    count = bits.read(8) + 1
    assert count <= limit
    frequencies = [bits.escape_code(4) for _ in range(count)]
    assert sum(frequencies) == 4096 and frequencies[-1] > 0
    return frequencies, slots_of(frequencies)


def tokens(reader, size):
    coder = Coder(reader)
    bits = coder.bits
    frequencies, classes = transmitted(bits, 63)
    tables = [
        transmitted(bits, 244)[1] if group > 0 and frequency > 0 else None
        for group, frequency in enumerate(frequencies)
    ]
    values = []
    for _ in range(size):
        group = coder.symbol(classes)
        if group == 0:
            values.append(0)
            continue
        v = coder.symbol(tables[group])
        if v >= 16:
            beside = (v - 16) // 4 + 2
            v = (4 + (v - 16) % 4) << beside | bits.read(beside)
        magnitude = (2 * v + 1) << (group - 1)
        assert magnitude < 1 << 62
        values.append(-magnitude if bits.read(1) else magnitude)
    coder.end()
    return values


def short_table(bits, limit):
    count = bits.read(8) + 1
    precision = bits.read(4)
    assert count <= limit and precision <= 12
    frequencies = [bits.escape_code(0) << (12 - precision) for _ in range(count)]
    assert sum(frequencies) == 4096 and frequencies[-1] > 0
    return frequencies, slots_of(frequencies)


def source(coder, frequencies, slots):
    """The next symbol of a table; one that stands alone takes nothing from the coder."""
    if frequencies[-1] == 4096:
        return len(frequencies) - 1
    return coder.symbol(slots)


def with_bits(bits, token):
    if token < 16:
        return token
    beside = (token - 16) // 4 + 2
    return (4 + (token - 16) % 4) << beside | bits.read(beside)


def known_gaps(count, size):
    q = ((size - count) << 64) // size

    def at_least(gap):
        power, square = (1 << 64) - 1, q
        while gap:
            if gap & 1:
                power = high(power, square)
            square, gap = high(square, square), gap >> 1
        return power

    first = [v if v < 16 else (4 + v % 4) << ((v - 16) // 4 + 2) for v in range(125)]
    counts = [
        max(1, (at_least(a) - at_least(b)) >> 40) if a < size else 0
        for a, b in zip(first, first[1:])
    ]
    total = sum(counts)
    while counts[-1] == 0:
        counts.pop()
    frequencies = [max(1, (4096 * c + total // 2) // total) for c in counts]
    while (excess := sum(frequencies) - 4096) != 0:
        largest = frequencies.index(max(frequencies))
        frequencies[largest] -= min(excess, frequencies[largest] // 2)
    return frequencies, slots_of(frequencies)


def gaps(reader, size):
    coder = Coder(reader)
    count = coder.bits.read(16) + 1
    assert count < size
    gap_table = transmitted(coder.bits, 64) if count >= 1024 else known_gaps(count, size)
    return few(coder, count, size, gap_table, transmitted)


def span(reader, size):
    coder = Coder(reader)
    count = coder.bits.read(16) + 1
    assert count < size
    gap_table = short_table(coder.bits, 124) if coder.bits.read(1) else known_gaps(count, size)
    return few(coder, count, size, gap_table, short_table)


def few(coder, count, size, gap_table, read_table):
    bits = coder.bits
    classes = read_table(bits, 62)
    tables = [read_table(bits, 244) if frequency > 0 else None for frequency in classes[0]]
    values, place = [0] * size, -1
    for _ in range(count):
        place += 1 + with_bits(bits, source(coder, *gap_table))
        zeros = source(coder, *classes)
        magnitude = (2 * with_bits(bits, source(coder, *tables[zeros])) + 1) << zeros
        assert place < size and magnitude < 1 << 62
        values[place] = -magnitude if bits.read(1) else magnitude
    coder.end()
    return values


def dense(reader, rows, columns, version):
    result, count = [], rows * columns
    while len(result) < count:
        size = min(65536, count - len(result))
        method = reader.take(1)[0]
        if method == 0:
            result += [0] * size
            continue
        if method == 5:
            assert version == 3
            blocks = reader.varint()
            assert 1 <= blocks <= min(1 << 15, (count - len(result) + 65535) // 65536)
            size = min(65536 * blocks, count - len(result))
        step = reader.varint()
        if method == 1:
            content = Bytes(reader.take(reader.varint()))
            shape, width = content.take(2)
            coder = Coder(content)
            q = coder.column(shape, width - 24, size)
            coder.end()
        elif method in (3, 4, 5):
            q = [tokens, gaps, span][method - 3](Bytes(reader.take(reader.varint())), size)
        else:
            assert method == 2
            import zstandard

            width = reader.take(1)[0]
            planes = zstandard.ZstdDecompressor().decompress(reader.take(reader.varint()))
            assert len(planes) == width * size
            q = [
                unzigzag(sum(planes[p * size + i] << 8 * p for p in range(width)))
                for i in range(size)
            ]
        result += [value * step for value in q]
    return result


def fine_terms(reader, elements, grid):
    """The terms as (element, exponent, value): value · 2^exponent is added to the element."""
    terms, element = [], 0
    count = reader.varint()
    assert count >= 1
    for _ in range(count):
        element += reader.varint()
        exponent, value = grid + reader.signed(), reader.signed()
        assert element < elements and -1140 <= exponent <= 1100
        assert value != 0 and value > -(1 << 63)
        terms.append((element, exponent, value))
    return terms


class Delta:
    """What a payload says: N as `integers`, row-major, and the `fine` terms beside it."""

    def __init__(self, data):
        reader = Bytes(data)
        assert reader.take(3) == b"EMD"
        version, self.kind = reader.take(2)
        assert version in {0: [1], 1: [1, 3], 2: [1], 3: [2]}[self.kind]
        self.rows, self.columns, self.grid = reader.varint(), reader.varint(), reader.signed()
        assert max(self.rows, self.columns) < 1 << 31 and abs(self.grid) <= 600
        self.rank, self.fine = None, []
        if self.kind == 0:
            self.rank, self.integers = low_rank(reader, self.rows, self.columns, self.grid)
        elif self.kind == 1:
            self.integers = dense(reader, self.rows, self.columns, version)
        elif self.kind == 2:
            low = self.part(reader.take(reader.varint()), [0])
            rest = self.part(reader.take(len(data) - reader.at), [1])
            self.rank = low.rank
            self.integers = [a + b for a, b in zip(low.integers, rest.integers)]
        else:
            assert self.kind == 3
            inner = self.part(reader.take(reader.varint()), [0, 1, 2])
            self.rank, self.integers = inner.rank, inner.integers
            self.fine = fine_terms(reader, self.rows * self.columns, self.grid)
        assert reader.at == len(data), "trailing bytes"

    def part(self, data, kinds):
        assert data[4] in kinds
        part = Delta(data)
        assert (part.rows, part.columns, part.grid) == (self.rows, self.columns, self.grid)
        return part

    def float32(self, base):
        """The weights W', as bit patterns, of float32 weights W given likewise."""
        terms = {}
        for element, exponent, value in self.fine:
            terms[element] = terms.get(element, 0) + value * Fraction(2) ** exponent
        result = []
        for element, (bits, n) in enumerate(zip(base, self.integers)):
            (weight,) = struct.unpack("<f", struct.pack("<I", bits))
            if element in terms:
                exact = Fraction(weight) + n * Fraction(2) ** self.grid + terms[element]
                result.append(nearest_float32(exact))
            elif n != 0:
                changed = weight + math.ldexp(float(n), self.grid)
                result += struct.unpack("<I", struct.pack("<f", changed))
            else:
                result.append(bits)
        return result


def nearest_float32(exact):
    """The bit pattern of the float32 number next to a fraction, of two as near the even one."""
    sign = 1 << 31 if exact < 0 else 0
    magnitude = abs(exact)
    exponent = -126
    while magnitude >= Fraction(2) ** (exponent + 1):
        exponent += 1
    # A subnormal number's pattern is its multiple of 2^-149; the carry of rounding up runs into the exponent.
    steps = round(magnitude / Fraction(2) ** (exponent - 23))
    bits = steps + ((exponent + 126) << 23)
    assert bits < 0x7F800000
    return sign | bits


def base(count):
    """Weights below 2 of every exponent that float32 has, as bit patterns."""
    return [element * 0x9E3779B1 & 0xBFFFFFFF for element in range(count)]


def digest(code, numbers):
    return hashlib.sha256(struct.pack(f"<{len(numbers)}{code}", *numbers)).hexdigest()


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            delta = Delta(file.read())
        rank = "dense" if delta.rank is None else f"rank {delta.rank}"
        print(f"{path}: kind {delta.kind}, {rank}, {delta.rows} x {delta.columns}, grid 2^{delta.grid}")
        print(f"  N       {digest('q', delta.integers)}, {len(delta.fine)} fine terms")
        print(f"  weights {digest('I', delta.float32(base(len(delta.integers))))}")
