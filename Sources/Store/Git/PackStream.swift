internal import CGit2

/// Owns a `git_odb_writepack`: bytes go in, libgit2 checks and indexes them, and nothing is visible
/// until `commit`. Dropped before that, it leaves nothing behind.
final class PackStream {
  private let raw: UnsafeMutablePointer<git_odb_writepack>
  private let repository: GitRepositoryHandle
  private var progress = git_indexer_progress()

  init(_ raw: UnsafeMutablePointer<git_odb_writepack>, in repository: GitRepositoryHandle) {
    self.raw = raw
    self.repository = repository
  }

  deinit { raw.pointee.free(raw) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(GitFailure) {
    try GitFailure.check(
      raw.pointee.append(raw, bytes.baseAddress, bytes.count, &progress), "write the pack",
      repository.directory)
  }

  func commit() throws(GitFailure) {
    try GitFailure.check(
      raw.pointee.commit(raw, &progress), "finish the pack", repository.directory)
  }
}
