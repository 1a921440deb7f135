import Checkpoint
import Delta
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// The same payloads give the same weights whatever kernels multiply them, on however many threads.
///
/// OpenBLAS picks its kernels when it is loaded, so the test starts this test program again, once for
/// each family and thread count, to run `writesDigest` alone.
struct KernelIdentityTests {
  private static let outputVariable = "EMEND_KERNEL_DIGEST_OUTPUT"
  private static let inputVariable = "EMEND_KERNEL_DIGEST_INPUT"

  /// Kernel families by the least set of instructions that this CPU must have.
  private static var families: [String] {
    let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    return [("Prescott", "pni"), ("Haswell", "avx2"), ("Zen", "avx2"), ("SkylakeX", "avx512f")]
      .filter { flags.contains($0.1) }.map(\.0)
  }

  @Test(
    "one hash for every kernel family and thread count (I1)",
    .enabled(if: !families.isEmpty && Self.isDirectlyExecutable))
  func oneHash() throws {
    let directory = try TemporaryDirectory()
    let input = directory.path + "/payloads"
    try Self.writePayloads(to: input)
    var digests: [String: [String]] = [:]
    for family in Self.families {
      for threads in [1, 2] {
        let output = directory.path + "/\(family)-\(threads)"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
        process.arguments = [
          "--testing-library", "swift-testing", "--filter", "KernelIdentityTests/writesDigest",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging([
          "OPENBLAS_CORETYPE": family, "OPENBLAS_NUM_THREADS": "\(threads)",
          Self.outputVariable: output, Self.inputVariable: input,
        ]) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let lines = try String(contentsOfFile: output, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix(family) == true, "kernels \(lines.first ?? "none")")
        digests[String(lines.last ?? ""), default: []].append("\(family), \(threads) threads")
      }
    }
    #expect(digests.count == 1, "\(digests)")
  }

  @Test(
    "writes the digest of the weights under this process's kernels",
    .enabled(if: ProcessInfo.processInfo.environment[outputVariable] != nil))
  func writesDigest() throws {
    let environment = ProcessInfo.processInfo.environment
    let output = try #require(environment[Self.outputVariable])
    let input = try #require(environment[Self.inputVariable])
    let line = "\(KernelThreads.kernelName)\n\(try Self.digest(of: input).hexadecimal)\n"
    try line.write(toFile: output, atomically: true, encoding: .utf8)
  }

  private static let isDirectlyExecutable =
    FileManager.default.isExecutableFile(atPath: CommandLine.arguments[0])
    && CommandLine.arguments[0].hasSuffix(".xctest")

  private static let shapes = [(300, 500, 24, 1e-3), (64, 1200, 3, 1e-6), (900, 41, 41, 1e-2)]

  /// Encoded once, by this process: what the kernels may not change is the decoding side.
  private static func writePayloads(to path: String) throws {
    var random = SeededGenerator(seed: 90)
    let grid = try FixedPointGrid(largestMagnitude: 1)
    var data = Data()
    for (rows, columns, rank, precision) in shapes {
      let weights = (0..<rank).map { 0.01 / Double(1 + $0 % 7) }
      let change = try random.change(rows, columns, weights: weights)
      let payload = try TensorDelta.encode(change, grid: grid, precision: precision).delta.payload()
      withUnsafeBytes(of: UInt32(payload.count).littleEndian) { data.append(contentsOf: $0) }
      data.append(contentsOf: payload)
    }
    try data.write(to: URL(fileURLWithPath: path))
  }

  private static func digest(of path: String) throws -> Digest {
    let data = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var random = SeededGenerator(seed: 91)
    var accumulator = DigestAccumulator()
    var position = 0
    for (rows, columns, _, _) in shapes {
      let count = data[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
      let payload = Array(data[position + 4..<position + 4 + count])
      position += 4 + count
      let delta = try TensorDelta(
        payload: payload, limits: PayloadLimits(rows: rows, columns: columns))
      let weights = (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &random) }
      _ = try weights.withUnsafeBytes { source in
        try Materialiser(elementType: .float32, grid: delta.grid).materialise(
          source, adding: StackSum(rows: rows, columns: columns, grid: delta.grid), of: 2,
          load: { _ in delta }, write: { accumulator.append($0) })
      }
    }
    return accumulator.finish()
  }
}
