internal import Checkpoint
internal import Delta
internal import Editing
internal import Glibc
internal import Store
internal import Transformer

/// A parser of bytes that come from anywhere. It may refuse them, with an error; it may not trap, hang, or take
/// memory that the bytes do not pay for.
package enum ParserTarget: String, CaseIterable, Sendable {
  case safetensors
  case delta
  case edit
  case base
  case operation
  case facts
  case tokenizer
  case adapter
  case configuration
  case shards
  case trailers
  case numpy

  /// Reads the bytes, and where they are accepted, uses what they say a little.
  package func read(_ bytes: [UInt8]) {
    do {
      switch self {
      case .safetensors:
        _ = try bytes.withUnsafeBytes { try SafetensorsHeader(parsing: $0, file: "f") }
      case .delta: try Self.addUp(bytes)
      case .edit: _ = try EditManifest.read(bytes, file: "f")
      case .base: _ = try BaseManifest.read(bytes, file: "f")
      case .operation: _ = try OperationRecord.read(bytes, file: "f")
      case .facts: try Self.facts(bytes)
      case .tokenizer: try Self.tokenise(bytes)
      case .adapter:
        let adapter = try AdapterConfiguration(parsing: bytes, file: "f")
        _ = adapter.scale(of: "transformer.h.10.mlp.c_proj")
      case .configuration: _ = try ModelConfiguration(parsing: bytes, file: "f")
      case .shards: _ = try bytes.withUnsafeBytes { try ShardIndex(parsing: $0, file: "f") }
      case .trailers:
        let message = String(decoding: bytes, as: UTF8.self)
        let trailers = CommitTrailers(parsing: message)
        _ = CommitTrailers.removingOurs(from: message)
        _ = trailers.appended(to: message)
      case .numpy: try Self.archive(bytes)
      }
    } catch {
      // Refused, and it must be possible to say why.
      _ = "\(error)"
    }
  }

  /// Decodes a payload of at most 16 MiB and, where it is small, adds its integers up.
  private static func addUp(_ bytes: [UInt8]) throws {
    let delta = try TensorDelta(payload: bytes, limits: PayloadLimits(maximumBytes: 16 << 20))
    guard delta.rows > 0, delta.columns > 0, delta.columns <= 4096 else { return }
    let addend = try GridAddend(delta)
    let rows = 0..<min(4, delta.rows)
    var sums = [Int64](repeating: 0, count: rows.count * delta.columns)
    try sums.withUnsafeMutableBufferPointer { try addend.addGridIntegers(rows: rows, to: $0) }
  }

  private static func facts(_ bytes: [UInt8]) throws {
    let file = try FactsFile(parsing: bytes, file: "f", broken: .leftOut)
    try file.refuseContradictions(named: "f")
    // What is stored reads back as the same.
    let lines = Editing.FactLines.encode(file.cases)
    let back = try Editing.FactLines.decode(lines, file: "f")
    precondition(back.count == file.cases.count, "\(back.count) of \(file.cases.count) facts")
  }

  private static func tokenise(_ bytes: [UInt8]) throws {
    let tokenizer = try BytePairTokenizer(json: bytes, file: "f")
    let tokens = tokenizer.encode("The 3 quick brown foxes' naïve jump… 😀\n")
    _ = tokenizer.decode(tokens)
  }

  private static func archive(_ bytes: [UInt8]) throws {
    let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let path = "\(directory)/emend-fuzz-\(getpid()).npz"
    // Not as files are written that are to last: the fuzzer does this a thousand times a second.
    guard let file = fopen(path, "w") else { return }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
    defer { unlink(path) }
    let archive = try NumPyArchive(path: path)
    for name in archive.arrays.keys { _ = try archive.numbers(name, atMost: 1 << 16) }
  }
}
