internal import CGit2
internal import Files

/// Takes the bytes of a pack: libgit2 checks and indexes them, and nothing is visible until `commit`. Dropped before that,
/// it leaves nothing behind.
///
/// It is written in a directory of its own: libgit2 gives an index its name before the pack that it is of.
final class PackStream {
  private let indexer: OpaquePointer
  private let place: PassingDirectory
  private let packs: PackDirectory
  private let repository: GitRepositoryHandle
  private var progress = git_indexer_progress()

  init(into repository: GitRepositoryHandle) throws {
    self.repository = repository
    packs = PackDirectory(ofObjects: repository.objectsDirectory)
    place = try PassingDirectory(beside: packs.path)
    var opened: OpaquePointer?
    try GitFailure.check(
      git_indexer_new(&opened, place.path, 0, nil, nil), "start a pack", repository.directory)
    guard let opened else {
      throw GitFailure.nothingReturned("start a pack", repository.directory)
    }
    indexer = opened
  }

  deinit { git_indexer_free(indexer) }

  func append(_ bytes: UnsafeRawBufferPointer) throws(GitFailure) {
    try GitFailure.check(
      git_indexer_append(indexer, bytes.baseAddress, bytes.count, &progress), "write the pack",
      repository.directory)
  }

  /// Ends the pack, whose bytes are on the disk then, and makes it seen.
  func commit() throws {
    try GitFailure.check(
      git_indexer_commit(indexer, &progress), "finish the pack", repository.directory)
    try packs.takeOver(from: place.path)
  }
}
