import Checkpoint
import Diagnostics
import Files
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

private final class Recorder: ProgressSink {
  let events = Mutex<[ProgressEvent]>([])
  func report(_ event: ProgressEvent) { events.withLock { $0.append(event) } }
}

private func write(
  _ tensors: [TinySafetensors.Tensor], to directory: TemporaryDirectory
) throws -> CheckpointDirectory {
  try directory.write(#"{"model_type":"t"}"#, to: "config.json")
  try directory.write(TinySafetensors.file(tensors), to: "model.safetensors")
  return try CheckpointDirectory(path: directory.path)
}

@Suite struct CheckpointManifestTests {
  let tensors: [TinySafetensors.Tensor] = [
    .init("h.1.w", .float32, [2, 2], [1, -7.5, 0, 2]),
    .init("h.0.w", .float16, [3], [0, -0.5, 0.25]),
    .init("b", .bfloat16, [1], [-3]), .init("d", .float64, [2], [1e-300, -2e-300]),
    .init("mask", "BOOL", [2, 2], [1, 0, 1, 1]), .init(#"e\"\n"#, .float32, [0, 5], []),
  ]

  @Test("the text of a manifest and its digest are these, to the byte")
  func knownText() throws {
    let directory = try TemporaryDirectory()
    let manifest = try CheckpointManifest(measuring: write(tensors, to: directory))
    // The digests are those of Python's hashlib over struct-packed numbers.
    #expect(
      manifest.text == """
        checkpoint manifest 1
        "b" BF16 [1] 0fb652e8c8b3426df2b5cd1ff51536dcf1bc235a5fcc43f3ef0dec5f9051d361
        "d" F64 [2] e889888efd0fe999830c4b13237dcb28acaa27f52ae235d40439bd2dc79e32c0
        "e\\"\\n" F32 [0,5] e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
        "h.0.w" F16 [3] 5ab4aacde6a0ba7378473444ba14182c0ca51ab0c4ea164d5a97a0ae888b4788
        "h.1.w" F32 [2,2] 1ba27e90483d06b90db9420f81c9c4ff9ff54cca3662446d2c3a8cafb2ae7dc3
        "mask" BOOL [2,2] 52a5c4a10657220cac05c63adfa923c7771c55d868a58ee360eb3d1511985c3e

        """)
    #expect(manifest.fingerprint == Digest(of: Array(manifest.text.utf8)))
    #expect(
      manifest.fingerprint.hexadecimal
        == "1c4e0d25d82e747f583555c634175c42525ffaec8bf2c6f3184aafa1cad14bcf")
  }

  @Test("the largest magnitude is that of each floating tensor")
  func magnitudes() throws {
    let directory = try TemporaryDirectory()
    let manifest = try CheckpointManifest(measuring: write(tensors, to: directory))
    #expect(manifest.tensors.map(\.largestMagnitude) == [3, 2e-300, 0, 0.5, 7.5, nil])
    #expect(manifest.record(named: "h.0.w")?.largestMagnitude == 0.5)
    for tensor in manifest.tensors { #expect(manifest.record(named: tensor.name) == tensor) }
    #expect(manifest.record(named: "nobody") == nil)
  }

  @Test("order in the file, spread over shards and threads do not change the fingerprint")
  func layoutDoesNotEnter() throws {
    let one = try TemporaryDirectory()
    let whole = try CheckpointManifest(measuring: write(tensors, to: one))
    let other = try TemporaryDirectory()
    let reversed = try CheckpointManifest(
      measuring: write(tensors.reversed(), to: other), threads: 1)
    let sharded = try TemporaryDirectory()
    try sharded.write(#"{"model_type":"t"}"#, to: "config.json")
    try sharded.write(TinySafetensors.file(Array(tensors[..<2])), to: "1.safetensors")
    try sharded.write(TinySafetensors.file(Array(tensors[2...])), to: "2.safetensors")
    try sharded.write(
      #"{"weight_map":{"h.1.w":"1.safetensors","mask":"2.safetensors"}}"#, to: ShardIndex.fileName)
    let shards = try CheckpointManifest(
      measuring: CheckpointDirectory(path: sharded.path), threads: 3)
    #expect(whole == reversed && whole == shards)
  }

  @Test("one bit, one name, one extent or one type changes the fingerprint")
  func everythingEnters() throws {
    let declaration = TensorDeclaration(name: "a", elementType: .float16, shape: [2, 3])
    let digest = Digest(of: [1])
    func fingerprint(_ declaration: TensorDeclaration, _ digest: Digest) -> Digest {
      CheckpointManifest([
        TensorRecord(declaration: declaration, digest: digest, largestMagnitude: 1)
      ]).fingerprint
    }
    let all = [
      fingerprint(declaration, digest), fingerprint(declaration, Digest(of: [2])),
      fingerprint(TensorDeclaration(name: "b", elementType: .float16, shape: [2, 3]), digest),
      fingerprint(TensorDeclaration(name: "a", elementType: .bfloat16, shape: [2, 3]), digest),
      fingerprint(TensorDeclaration(name: "a", elementType: .float16, shape: [3, 2]), digest),
      fingerprint(TensorDeclaration(name: "a", elementType: .float16, shape: [23]), digest),
      CheckpointManifest([]).fingerprint,
    ]
    #expect(Set(all).count == all.count)
  }

  @Test(
    "a weight that is not finite is refused with tensor and element",
    arguments: [ElementType.float16, .bfloat16, .float32, .float64], [Double.nan, -.infinity])
  func nonFinite(type: ElementType, bad: Double) throws {
    let directory = try TemporaryDirectory()
    var numbers = [Double](repeating: 1, count: 70_000)
    numbers[65_999] = bad
    numbers[66_001] = .infinity
    let checkpoint = try write(
      [.init("ok", .float32, [1], [1]), .init("w", type, [70_000], numbers)], to: directory)
    let error = #expect(throws: CheckpointError.self) {
      try CheckpointManifest(measuring: checkpoint)
    }
    guard case .nonFiniteWeight(let file, "w", 65_999, let value) = error else {
      throw try #require(error)
    }
    #expect(file == directory["model.safetensors"])
    #expect(value.isNaN == bad.isNaN)
  }

  @Test("an infinite scalar is a mask, not a weight; a NaN is not")
  func scalarMask() throws {
    let directory = try TemporaryDirectory()
    let manifest = try CheckpointManifest(
      measuring: write(
        [.init("masked_bias", .float16, [], [-.infinity]), .init("w", .float16, [1], [2])],
        to: directory))
    #expect(manifest.tensors.map(\.largestMagnitude) == [0, 2])
    let other = try TemporaryDirectory()
    let bad = try write([.init("masked_bias", .float16, [], [.nan])], to: other)
    #expect(throws: CheckpointError.self) { try CheckpointManifest(measuring: bad) }
  }

  @Test("progress only grows and ends at the total, in bytes")
  func progress() throws {
    let directory = try TemporaryDirectory()
    let count = 9 << 20
    let big = TinySafetensors.Tensor("w", "U8", [count], [UInt8](repeating: 5, count: count))
    let recorder = Recorder()
    let checkpoint = try write(tensors + [big], to: directory)
    _ = try CheckpointManifest(measuring: checkpoint, progress: recorder)
    let events = recorder.events.withLock { $0 }
    #expect(
      events.allSatisfy { $0.phase == .fingerprint && $0.total == checkpoint.tensorByteCount })
    #expect(events.first?.done == 0)
    #expect(events.last?.done == checkpoint.tensorByteCount)
    #expect(zip(events, events.dropFirst()).allSatisfy { $0.done <= $1.done })
    #expect(events.count >= 4)
  }
}

@Suite struct CheckpointStampTests {
  @Test("an untouched checkpoint matches, also after the stamp was stored and read")
  func matches() throws {
    let directory = try TemporaryDirectory()
    let tensors: [TinySafetensors.Tensor] = [.init("w", .float32, [1], [1])]
    let stamp = CheckpointStamp(of: try write(tensors, to: directory))
    let stored = try JSONDecoder().decode(
      CheckpointStamp.self, from: JSONEncoder().encode(stamp))
    #expect(stored == stamp)
    let again = try CheckpointDirectory(path: directory.path)
    #expect(stored.matches(again))
    #expect(stored.changedFiles(in: again) == [])
  }

  @Test("a replaced file, a touched one and a changed header do not match")
  func changes() throws {
    let directory = try TemporaryDirectory()
    let stamp = CheckpointStamp(
      of: try write([.init("w", .float32, [1], [1])], to: directory))
    let other = TinySafetensors.file([.init("v", .float32, [1], [1])])
    try AtomicFile.write(other, to: directory["model.safetensors"])
    let replaced = try CheckpointDirectory(path: directory.path)
    #expect(!stamp.matches(replaced))
    #expect(stamp.changedFiles(in: replaced) == ["model.safetensors"])
    let second = CheckpointStamp(of: replaced)
    try directory.write(other, to: "model.safetensors")
    #expect(!second.matches(try CheckpointDirectory(path: directory.path)))
  }
}

@Suite struct DigestTests {
  @Test("the digests of the standard's examples (FIPS 180-4)")
  func standardExamples() {
    #expect(
      Digest(of: Array("abc".utf8)).hexadecimal
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Digest(of: []).hexadecimal
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("pieces give the digest of the whole")
  func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    var accumulator = DigestAccumulator()
    for piece in [0..<1, 1..<1, 1..<700, 700..<1000] { accumulator.append(Array(bytes[piece])) }
    #expect(accumulator.finish() == Digest(of: bytes))
  }

  @Test("text that is not 64 digits in lower case is no digest", arguments: ["", "abc", "BA78"])
  func badText(text: String) {
    #expect(Digest(hexadecimal: text + String(repeating: "A", count: 64 - text.count)) == nil)
    #expect(Digest(hexadecimal: text) == nil)
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode([Digest].self, from: Data("[\"\(text)\"]".utf8))
    }
  }
}
