"""Reads delta payloads as Documentation/Format-delta.md describes them: a second reader, for tests.

    python3 decode_delta.py FILE...

prints for each payload its kind, shape, rank, and the SHA-256 of N as little-endian 64-bit integers.
Dense payloads with zstd planes need the `zstandard` package. Slow: for small payloads.
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

    first = [v if v < 16 else (4 + v % 4) << ((v - 16) // 4 + 2) for v in range(65)]
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
    bits = coder.bits
    count = bits.read(16) + 1
    assert count < size
    gap_table = transmitted(bits, 64) if count >= 1024 else known_gaps(count, size)
    classes = transmitted(bits, 62)
    tables = [transmitted(bits, 244) if frequency > 0 else None for frequency in classes[0]]
    values, place = [0] * size, -1
    for _ in range(count):
        place += 1 + with_bits(bits, source(coder, *gap_table))
        zeros = source(coder, *classes)
        magnitude = (2 * with_bits(bits, source(coder, *tables[zeros])) + 1) << zeros
        assert place < size and magnitude < 1 << 62
        values[place] = -magnitude if bits.read(1) else magnitude
    coder.end()
    return values


def dense(reader, rows, columns):
    result, count = [], rows * columns
    while len(result) < count:
        size = min(65536, count - len(result))
        method = reader.take(1)[0]
        if method == 0:
            result += [0] * size
            continue
        step = reader.varint()
        if method == 1:
            content = Bytes(reader.take(reader.varint()))
            shape, width = content.take(2)
            coder = Coder(content)
            q = coder.column(shape, width - 24, size)
            coder.end()
        elif method in (3, 4):
            q = [tokens, gaps][method - 3](Bytes(reader.take(reader.varint())), size)
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


def decode(data):
    reader = Bytes(data)
    assert reader.take(3) == b"EMD"
    version, kind = reader.take(2)
    assert version == (2 if kind == 3 else 1)
    rows, columns, grid = reader.varint(), reader.varint(), reader.signed()
    if kind == 0:
        rank, integers = low_rank(reader, rows, columns, grid)
    elif kind == 1:
        rank, integers = None, dense(reader, rows, columns)
    elif kind == 3:
        # What is added below the grid is read and checked; the integers are those of the payload inside.
        inner = reader.take(reader.varint())
        assert inner[4] != 3
        *header, rank, integers = decode(inner)
        assert header == [rows, columns, grid]
        element = 0
        for _ in range(reader.varint()):
            element += reader.varint()
            exponent, value = grid + reader.signed(), reader.signed()
            assert element < rows * columns and -1140 <= exponent <= 1100 and value != 0
    else:
        assert kind == 2
        parts = [reader.take(reader.varint()), reader.take(len(data) - reader.at)]
        assert [part[4] for part in parts] == [0, 1]
        (*header, rank, low), (*other, _, rest) = map(decode, parts)
        assert header == other == [rows, columns, grid]
        integers = [a + b for a, b in zip(low, rest)]
    assert reader.at == len(data), "trailing bytes"
    return rows, columns, grid, rank, integers


if __name__ == "__main__":
    for path in sys.argv[1:]:
        with open(path, "rb") as file:
            rows, columns, grid, rank, integers = decode(file.read())
        digest = hashlib.sha256(b"".join(struct.pack("<q", n) for n in integers))
        kind = "dense" if rank is None else f"rank {rank}"
        print(f"{path}: {kind}, {rows} x {columns}, grid 2^{grid}, {digest.hexdigest()}")
