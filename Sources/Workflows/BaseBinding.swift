package import Checkpoint
package import Diagnostics
internal import Files
internal import FoundationEssentials
package import Store

/// The base checkpoint of a repository, opened and known to be the right one.
///
/// The first look reads every byte; later ones compare each file's size, time, inode and header with a
/// stamp that was left then.
package struct BaseBinding: Sendable {
  /// The checkpoint.
  package let checkpoint: CheckpointDirectory
  /// What the repository says of it.
  package let manifest: BaseManifest

  /// How closely the checkpoint is looked at.
  package enum Check: Sendable {
    /// The stamp where there is one, every byte where there is none.
    case stamp
    /// Every byte.
    case everyByte
  }

  /// Opens the base that the repository's configuration names.
  ///
  /// That the stamp of a base which was read cannot be left is told, and no failure.
  /// - Throws: ``WorkflowError/baseUnknown``, ``WorkflowError/baseMissing(path:)``, ``WorkflowError/wrongBase(path:found:expected:)``,
  ///   ``WorkflowError/baseChanged(path:files:)``, and what the checkpoint throws.
  package init(
    of repository: EditRepository, _ manifest: BaseManifest, check: Check, threads: Int,
    progress: some ProgressSink
  ) throws {
    guard let path = try repository.baseDirectory(of: manifest.fingerprint) else {
      throw WorkflowError.baseUnknown
    }
    guard try fileKind(at: path) != nil else { throw WorkflowError.baseMissing(path: path) }
    let checkpoint = try CheckpointDirectory(path: path)
    let stamp = Self.storedStamp(manifest.fingerprint, repository.location)
    if check == .everyByte || stamp?.matches(checkpoint) != true {
      let found = try CheckpointManifest(
        measuring: checkpoint, threads: threads, progress: progress)
      guard found.fingerprint == manifest.fingerprint else {
        if let stamp {
          throw WorkflowError.baseChanged(path: path, files: stamp.changedFiles(in: checkpoint))
        }
        throw WorkflowError.wrongBase(
          path: path, found: found.fingerprint.hexadecimal,
          expected: manifest.fingerprint.hexadecimal)
      }
      do {
        try Self.store(
          CheckpointStamp(of: checkpoint), of: manifest.fingerprint, at: repository.location)
      } catch let failure as FileFailure {
        progress.warn(
          "the base's stamp cannot be kept, and the base is read whole each time: "
            + failure.explanation.summary)
      }
    }
    self.checkpoint = checkpoint
    self.manifest = manifest
  }

  /// A checkpoint that was just measured.
  init(_ checkpoint: CheckpointDirectory, _ manifest: BaseManifest) {
    self.checkpoint = checkpoint
    self.manifest = manifest
  }

  /// Binds a repository to a checkpoint directory after reading every byte of it.
  ///
  /// - Throws: ``WorkflowError/wrongBase(path:found:expected:)``.
  package static func bind(
    _ repository: EditRepository, to path: String, _ manifest: BaseManifest, threads: Int,
    progress: some ProgressSink
  ) throws {
    let checkpoint = try CheckpointDirectory(path: path)
    let found = try CheckpointManifest(
      measuring: checkpoint, threads: threads, progress: progress)
    guard found.fingerprint == manifest.fingerprint else {
      throw WorkflowError.wrongBase(
        path: path, found: found.fingerprint.hexadecimal,
        expected: manifest.fingerprint.hexadecimal)
    }
    try remember(checkpoint, of: manifest.fingerprint, in: repository)
  }

  /// Notes where a checkpoint is that was just measured.
  static func remember(
    _ checkpoint: CheckpointDirectory, of fingerprint: Digest, in repository: EditRepository
  ) throws {
    try repository.setBaseDirectory(checkpoint.path, of: fingerprint)
    try store(CheckpointStamp(of: checkpoint), of: fingerprint, at: repository.location)
  }

  /// Files of a checkpoint that do not look as they did when it was last read; all where that is unknown.
  static func changedFiles(
    of checkpoint: CheckpointDirectory, _ fingerprint: Digest, _ location: RepositoryLocation
  ) -> [String] {
    storedStamp(fingerprint, location)?.changedFiles(in: checkpoint)
      ?? checkpoint.weightFiles.map(\.name)
  }

  private static func stampPath(_ fingerprint: Digest, _ location: RepositoryLocation) -> String {
    location.privateDirectory + "/base-stamp-\(fingerprint.hexadecimal.prefix(16)).json"
  }

  /// The stamp; `nil` where there is none that can be read: then every byte is looked at again.
  private static func storedStamp(
    _ fingerprint: Digest, _ location: RepositoryLocation
  ) -> CheckpointStamp? {
    guard let bytes = try? readFile(stampPath(fingerprint, location), limit: 1 << 24) else {
      return nil
    }
    return try? JSONDecoder().decode(CheckpointStamp.self, from: Data(bytes))
  }

  private static func store(
    _ stamp: CheckpointStamp, of fingerprint: Digest, at location: RepositoryLocation
  ) throws {
    try makeDirectories(location.privateDirectory)
    try AtomicFile.write(
      [UInt8](try JSONEncoder().encode(stamp)), to: stampPath(fingerprint, location))
  }
}
