package import Checkpoint
package import Diagnostics
internal import Files
internal import FoundationEssentials
internal import LinearAlgebra
package import Store
internal import Transformer

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
    try manifest.check(.configuration, of: checkpoint, in: repository)
    let stamp = Self.storedStamp(manifest.fingerprint, repository.location)
    if check == .everyByte || stamp?.matches(checkpoint) != true {
      let found = try CheckpointManifest(
        measuring: checkpoint, threads: threads, progress: progress)
      guard found.fingerprint == manifest.fingerprint else {
        if let stamp {
          let files = stamp.changedFiles(in: checkpoint)
          guard files.isEmpty else { throw WorkflowError.baseChanged(path: path, files: files) }
          // Size and time were set back: no later command may trust them.
          try? Self.store(.untrusted, of: manifest.fingerprint, at: repository.location)
          throw WorkflowError.baseChanged(
            path: path,
            files: manifest.tensors
              .filter { found.record(named: $0.name)?.digest != $0.digest }.map(\.name))
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

  /// Opens a checkpoint that edits could start from; no weight is read.
  ///
  /// - Throws: what the files, the checkpoint, the model and the tokenizer throw; ``AdapterError/besideCheckpoint(directory:)``;
  ///   ``TransformerError/tokenOutsideVocabulary(id:vocabulary:)``.
  static func editableCheckpoint(at path: String, workers: Workers) throws
    -> (checkpoint: CheckpointDirectory, architecture: ModelArchitecture)
  {
    try AdapterDirectory.refuseBoth(at: path)
    let checkpoint = try CheckpointDirectory(path: path)
    let architecture = try DecoderModel(checkpoint, residency: .streaming, workers: workers)
      .architecture
    let tokenizer = try BytePairTokenizer(contentsOf: path + "/tokenizer.json")
    guard tokenizer.vocabularySize <= architecture.vocabularySize else {
      throw TransformerError.tokenOutsideVocabulary(
        id: tokenizer.vocabularySize - 1, vocabulary: architecture.vocabularySize)
    }
    return (checkpoint, architecture)
  }

  /// A checkpoint that was just measured.
  init(_ checkpoint: CheckpointDirectory, _ manifest: BaseManifest) {
    self.checkpoint = checkpoint
    self.manifest = manifest
  }

  /// Binds a repository to a checkpoint directory after reading every byte of it: as the base of `HEAD`'s stack, or
  /// as one that the history had before it.
  ///
  /// Where its configuration and tokenizer are the base's own again, what was accepted in their place is forgotten.
  /// - Parameter isAccepting: takes its configuration and its tokenizer for the base's, whatever they say. That is a user's word
  ///   for this machine; nothing is recorded in the history.
  /// - Returns: the base that it is.
  /// - Throws: ``WorkflowError/wrongBase(path:found:expected:)``, ``WorkflowError/wrongCompanion(path:found:expected:)``,
  ///   ``WorkflowError/idleOption(_:circumstance:)`` where there is nothing to accept, ``BaseMoveError``.
  package static func bind(
    _ repository: EditRepository, to path: String, acceptingConfiguration isAccepting: Bool = false,
    threads: Int, progress: some ProgressSink
  ) throws -> BaseManifest {
    let head = try repository.head().commit
    let present = try repository.stack(at: head).base()
    let checkpoint = try CheckpointDirectory(path: path)
    let found = try CheckpointManifest(
      measuring: checkpoint, threads: threads, progress: progress
    ).fingerprint
    let manifest =
      found == present.fingerprint ? present : try earlierBase(found, before: head, in: repository)
    guard let manifest else {
      throw WorkflowError.wrongBase(
        path: path, found: found.hexadecimal, expected: present.fingerprint.hexadecimal)
    }
    if isAccepting {
      try accept(checkpoint, as: manifest, in: repository, threads: threads)
    } else {
      for file in BaseManifest.CompanionFile.allCases {
        try manifest.check(file, of: checkpoint, in: repository)
      }
    }
    for file in BaseManifest.CompanionFile.allCases {
      guard let expected = manifest.digest(of: file),
        try manifest.difference(of: file, in: checkpoint) == nil
      else { continue }
      try repository.accept(nil, insteadOf: expected)
    }
    try remember(checkpoint, of: found, in: repository)
    return manifest
  }

  /// Notes that a checkpoint's configuration and tokenizer count as the base's: of a model of its architecture that can be run.
  private static func accept(
    _ checkpoint: CheckpointDirectory, as manifest: BaseManifest, in repository: EditRepository,
    threads: Int
  ) throws {
    let others = try BaseManifest.CompanionFile.allCases.compactMap {
      try manifest.difference(of: $0, in: checkpoint)
    }
    guard !others.isEmpty else {
      throw WorkflowError.idleOption(
        "--accept-configuration", circumstance: "where both files are those of the base")
    }
    let (_, model) = try editableCheckpoint(at: checkpoint.path, workers: Workers(threads))
    guard checkpoint.configuration.modelType == manifest.modelType,
      model.summary == manifest.architecture
    else {
      throw BaseMoveError.otherArchitecture(
        path: checkpoint.path, field: "architecture", found: model.summary,
        expected: manifest.architecture)
    }
    for (found, expected) in others { try repository.accept(found, insteadOf: expected) }
  }

  /// A base that the history had before a commit moved it to another.
  private static func earlierBase(
    _ fingerprint: Digest, before head: ObjectID, in repository: EditRepository
  ) throws -> BaseManifest? {
    var result: BaseManifest?
    try repository.walk(from: [head]) { entry in
      guard let parent = entry.commit.parents.first,
        try repository.changes(of: entry.id).changesBase
      else { return .goOn }
      let base = try repository.stack(at: parent).base()
      guard base.fingerprint == fingerprint else { return .goOn }
      result = base
      return .stop
    }
    return result
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
