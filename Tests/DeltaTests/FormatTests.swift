import Checkpoint
import Delta
import Files
import TestSupport
import Testing

/// Payloads of version 1, as written when it was fixed, are read for ever. The digests were computed by
/// the second reader, `Tests/Interop/decode_delta.py`.
struct FormatTests {
  struct Golden: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rows: Int
    let columns: Int
    let payload: String
    /// The SHA-256 of N as little-endian 64-bit integers.
    let digest: String
  }

  static let goldens = [
    Golden(
      testDescription: "rank one", rows: 5, columns: 7,
      payload:
        "454d44010005075901026c3e7e7a010000009bc9bc947e1d46714f8fdef5f6de7c3a",
      digest: "e6fae6fa31ddf19ee1e48eef47696f175b09cd941647aa95e2d43a5a3b9958ad"),
    Golden(
      testDescription: "two Gaussian directions", rows: 33, columns: 70,
      payload:
        "454d440100214659020fffd098f95c0d00006c204abb1d1e39aef7d74bd7e502876259868c67d320"
        + "c9c40d6065ec0ef2f96564548fb60089fa4efc1389e864860f557ea1afe8a42c63d2443e187f1f53"
        + "f87ebf04bedd0a",
      digest: "90ece35f75b5c2aab8314af4fef54a1d492e5acef2604e3d6c3c7afec1c9e663"),
    Golden(
      testDescription: "heavy tails and escapes", rows: 60, columns: 40,
      payload:
        "454d4401003c283b021efb0f3d08ef01000041bb60c317fa55eba159b32edec7a18253ee4fc236be"
        + "1797596b8a63011502f0ac23b92e4facb23313d6768ac3bde5b397b5aade5fac4c3ca8701de2b334"
        + "6949b3b6439f971e458b7c4dcd2a69330355e3b8190d41b459fddf128b339a729059e872257397cf"
        + "d2ac70a18cc94fdbc515914ca7b7c4f0381f47e8135f7054fdfa17eeddbd131481a50e8f09d65bf0"
        + "49cb65cb54f8bba68d3d58467f70e905c23b843d005acaa2393c3440a48a6d5dfcd2fa752d18bed3"
        + "fd9c1ba56a45d2f5ff620d033c9487ae8ef72b6b2edaae5cdca2aa93",
      digest: "9091636fb8f2db4b2ac4f71adc033b790c850f7696c044dcbfe4f99d8ae185f0"),
    Golden(
      testDescription: "dense, zstd planes, two blocks", rows: 70, columns: 1000,
      payload:
        "454d44010146e8075902808080808040011928b52ffd6000ff7d00003800020406080a0c0100f67f"
        + "e9c50802808080808040011928b52ffd6070107d0000380406080a0c0002010066a1be1801",
      digest: "7beb5e6335a37e00db8b82ee5c4d78d45aaff0ac9f4ca47a81fb582e3fc9e150"),
    Golden(
      testDescription: "dense, tokens, most of them zeros", rows: 3, columns: 20,
      payload:
        "454d440101031457038080402d0185fb2196910100001dfda9e50d7f76becc28701900000000805100ff2000"
        + "e01f0408fc4100fc4100e01f04a8",
      digest: "13bd99d932c909ce07f90a888ccd29b834a3adde1c3c1e27db9012ee2c0cd604"),
    Golden(
      testDescription: "dense, gaps", rows: 3, columns: 20,
      payload:
        "454d44010103145704808040300102652ee66700000059e7cf6505000cbfb2be5de0571600000000c0b70be0"
        + "1f0400fc8300813f08803f0800fc830055",
      digest: "13bd99d932c909ce07f90a888ccd29b834a3adde1c3c1e27db9012ee2c0cd604"),
    Golden(
      testDescription: "dense, tokens", rows: 20, columns: 20,
      payload:
        "454d4401011414590301d4044feb73cc2552bc5800c59f8d4110dda0d96be7857299db03370156e0"
        + "a8e2c3cad04dd25eaa00fa4ee9a7a913e83fe887e5e66f0e12075948fc1d81f569d406bca0463950"
        + "df31db2ad73561dfa163cac3b63f798734d856a4be498b321421d3b375b09ed001a552d66fe2d698"
        + "d3d31a4341b72790071245ce9936e2a7e31729b9e3279384c54dcd24e24abb7dd532915a743ca333"
        + "91b306e93686e35a3bc088a457d48b0ca4c492083e8b2f85075949518d854beba98889dd2ec95f96"
        + "2bf72f47bdb256780661f9c286b6993f6571823e18540d2f16c255e994da44fdf1971634984d30a7"
        + "d2e372e8d763a514aba5be13986a6ffeab1f5d39e96998fd03f6588747f2516d3553a816bc0fe0ee"
        + "846def76b8ec30bd2f2922e39a965633a10d5844e91af6eaf730b787cac17f780b4f5050cf684b8f"
        + "aa9c90add271a1a73a8c788d6d3599616a256b7eb57c1a2e7e813511000000000000000000000000"
        + "0000804ff547e2f857e99569c5ae0bbe83eb5c67fa91a7378f3cfda91cf9e11e79fa8b7b712f6efa"
        + "f426c4937fa24ffec9bfa827fae45fc0c55e00183870e04030f0e00f02df8fef077884a73ce52907"
        + "7e57ffc27b848f10e01f0400fc83008aa33fbcc777f41772c6cb5ce6325b8ffe42ce983ffa651edf"
        + "0bb90cd8faf034dfd2d37c4b6fe969bef3e3bfa573ed3b1738d7f1cf65f083e753fc613be1a37b74"
        + "8f6ee00bfe979eb7f49602fe76f52b0be01f0400fc8380f94468dc6ca6346130a712c8427505d19b"
        + "78c0ab393b74a208f9514f2e785ce97560461391d5b3a1b5cfebbdf513f0b1cb4bc2e97ba3e132cd"
        + "57a049e0465bd700",
      digest: "bc0bd616ca025910ab5d0393ace50d520077e40ff71010247ec61fbce39aa852"),
  ]

  @Test("payloads of version 1 keep their meaning", arguments: goldens)
  func golden(_ golden: Golden) throws {
    let delta = try TensorDelta(
      payload: Self.bytes(golden.payload),
      limits: PayloadLimits(rows: golden.rows, columns: golden.columns))
    let integers = try gridIntegers([delta])
    #expect(integers.withUnsafeBytes { Digest(of: $0).hexadecimal } == golden.digest)
  }

  /// A payload of `Fixtures/delta`, which `Tests/Interop/make_delta_goldens.py` has written.
  struct Fixed: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rows: Int
    let columns: Int
    /// The SHA-256 of N as above.
    let integers: String
    /// The SHA-256 of the float32 weights to which it turns those of ``base``.
    let weights: String

    static func all() throws -> [Fixed] {
      let list = try JSONValue(parsing: Fixture.bytes("delta/goldens.json"), file: "goldens.json")
      return try #require(list.array).map { entry in
        Fixed(
          testDescription: try #require(entry["name"]?.string),
          rows: try #require(entry["rows"]?.integer),
          columns: try #require(entry["columns"]?.integer),
          integers: try #require(entry["integers"]?.string),
          weights: try #require(entry["weights"]?.string))
      }
    }
  }

  @Test(
    "payloads of every kind mean what a second writer wrote, down to the weights",
    arguments: try Fixed.all())
  func secondWriter(_ golden: Fixed) throws {
    let delta = try TensorDelta(
      payload: Fixture.bytes("delta/\(golden.testDescription)"),
      limits: PayloadLimits(rows: golden.rows, columns: golden.columns))
    let integers = try gridIntegers([delta], below: .anything)
    #expect(integers.withUnsafeBytes { Digest(of: $0).hexadecimal } == golden.integers)
    // Weights below 2 of every exponent that float32 has.
    let base = (0..<golden.rows * golden.columns).map {
      UInt32(truncatingIfNeeded: $0 &* 0x9E37_79B1) & 0xBFFF_FFFF
    }
    var weights: [UInt8] = []
    _ = try base.withUnsafeBytes { base in
      try Materialiser(elementType: .float32, grid: delta.grid).materialise(
        base, adding: StackSum(rows: delta.rows, columns: delta.columns, grid: delta.grid), of: 1,
        load: { _ in delta }, write: { weights += $0 })
    }
    #expect(Digest(of: weights).hexadecimal == golden.weights)
  }

  @Test("there is one of every kind, and the fuzzer starts from payloads that are read")
  func seeds() throws {
    func delta(_ path: String) throws -> TensorDelta {
      try TensorDelta(
        payload: readFile(path, limit: 1 << 20), limits: PayloadLimits(maximumBytes: 1 << 30))
    }
    let tests = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
    let corpus = tests + "/Fuzz/Corpus/delta"
    for directory in [corpus, Fixture.path("delta")] {
      let names = try listDirectory(directory).filter { !$0.contains(".") }
      let kinds = try names.map { name in
        switch try delta("\(directory)/\(name)") {
        case .lowRank: 0
        case .dense: 1
        case .corrected(_, let dense):
          try dense.frobeniusNorm() > 0 ? 2 : -1
        case .finer: 3
        }
      }
      #expect(Set(kinds) == [0, 1, 2, 3], "\(directory)")
    }
  }

  static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}
