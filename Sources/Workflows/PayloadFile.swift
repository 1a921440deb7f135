internal import Delta
internal import Files
internal import Store
internal import Synchronization

/// Payloads that wait on the disk until their commit is recorded, in a file without a name.
final class PayloadFile: Sendable {
  private let file: Mutex<ScratchFile>

  /// Makes an empty one beside a repository's cache.
  ///
  /// - Throws: ``FileFailure``.
  init(of repository: EditRepository) throws {
    let directory = repository.location.cacheDirectory
    try makeDirectories(directory)
    file = Mutex(try ScratchFile(in: directory))
  }

  /// Takes a payload; gives back where it is.
  func append(_ payload: [UInt8]) throws -> Range<Int> {
    let start = try file.withLock { file in try payload.withUnsafeBytes { try file.append($0) } }
    return start..<start + payload.count
  }

  /// A payload that was taken.
  func read(_ range: Range<Int>) throws -> [UInt8] {
    var payload = [UInt8](repeating: 0, count: range.count)
    try file.withLock { file in
      try payload.withUnsafeMutableBytes { try file.read($0, at: range.lowerBound) }
    }
    return payload
  }
}
