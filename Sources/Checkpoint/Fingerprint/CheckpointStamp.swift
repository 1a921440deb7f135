package import Files

/// What tells cheaply whether a checkpoint's weights may have changed since their fingerprint was taken.
///
/// Compares each file's size, time, inode and the digest of its header. It does not prove that nothing
/// changed; only measuring again does.
package struct CheckpointStamp: Sendable, Equatable, Codable {
  /// One file with weights.
  package struct FileRecord: Sendable, Equatable, Codable {
    /// Its name in the directory.
    package let name: String
    /// Size, time and inode.
    package let stamp: FileStamp
    /// The SHA-256 of the header's bytes and the length before them.
    package let headerDigest: Digest
  }

  /// All files with weights, in the order of their names.
  package let files: [FileRecord]

  /// The stamp of a checkpoint as it was when it was opened.
  package init(of directory: CheckpointDirectory) {
    files = directory.weightFiles.map { file in
      FileRecord(
        name: file.name, stamp: file.contents.file.stamp,
        headerDigest: Digest(of: file.contents.headerBytes))
    }
  }

  /// The stamp of a checkpoint that cannot be trusted: it matches none.
  package static let untrusted = CheckpointStamp()

  private init() { files = [] }

  /// The names of files that are new, missing or not as they were, in order; empty if all is the same.
  package func changedFiles(in directory: CheckpointDirectory) -> [String] {
    let now = CheckpointStamp(of: directory).files
    return Set(files.map(\.name) + now.map(\.name)).filter { name in
      files.first { $0.name == name } != now.first { $0.name == name }
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether nothing shows that the weights have changed.
  package func matches(_ directory: CheckpointDirectory) -> Bool {
    CheckpointStamp(of: directory) == self
  }
}
