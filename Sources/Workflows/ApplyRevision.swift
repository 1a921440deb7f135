package import Checkpoint
package import Delta
internal import Diagnostics
internal import Files
internal import LinearAlgebra
package import Store
internal import Synchronization

/// Writes base ⊕ stack as a checkpoint: `emend apply`.
package struct ApplyRevision {
  /// What was computed.
  package struct Outcome: Sendable {
    /// Tensors that differ from the base, with the digest of their new bytes.
    package let changed: [(name: String, digest: Digest)]
    /// The fingerprint of the materialised checkpoint.
    package let fingerprint: Digest
    /// The fingerprint that the commit names; `nil` where it names none, or the tensors are stored in another type.
    package let recorded: String?
    /// The fingerprint of the base.
    package let base: Digest
    /// Bytes of all tensors.
    package let byteCount: Int
    /// What rounding to the stored type takes away from the edits; nothing of a tensor that is as it was handed in.
    package let loss: RoundingTally
  }

  /// How files that no edit touches come into the new directory.
  package enum Untouched: Sendable {
    /// As copies, which share their blocks where the file system can.
    case copied
    /// As copies that share their blocks with the base's files, or not at all.
    case shared
    /// As second names of the base's files: nothing is written, and nobody may write to them.
    case linked

    /// What asks for it on the command line.
    fileprivate var option: String? {
      switch self {
      case .copied: nil
      case .shared: "--reflink"
      case .linked: "--link"
      }
    }
  }

  private let workspace: Workspace

  /// Applies on a workspace's base.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Materialises a commit's stack, into a new directory or only as digests.
  ///
  /// Every byte that no edit touches is copied as it is, the headers and `__metadata__` included; the
  /// directory appears whole or not at all, and not before it is known that the changed tensors come from the base's
  /// own bytes.
  /// - Parameters:
  ///   - output: the directory to make; `nil` computes digests and writes nothing.
  ///   - type: what floating-point tensors are stored as; `nil` keeps each as it is.
  ///   - untouched: how files without a change come over.
  ///   - check: how closely the base is looked at first.
  /// - Throws: ``FileFailure`` where the directory exists or the disk refuses, ``WorkflowError``, what
  ///   the store throws for a damaged edit.
  package func run(
    _ commit: ObjectID, output: String?, as type: ElementType? = nil,
    untouched: Untouched = .copied, check: BaseBinding.Check
  ) throws -> Outcome {
    let stack = try workspace.repository.stack(at: commit)
    let base = try open(stack, check)
    let threads = min(workspace.workers.count, StackMaterialiser.mostAtOnce)
    let materialiser = try StackMaterialiser(stack, base.manifest, atOnce: threads)
    // It goes into the directory as it is.
    if output != nil {
      try base.manifest.check(.tokenizer, of: base.checkpoint, in: workspace.repository)
    }
    if let output { try refuse(output) }
    let directory = try output.map { try AtomicDirectory(creating: $0) }
    let rewrite = try CheckpointRewrite(
      of: base.checkpoint, changing: Set(materialiser.changedTensors), as: type,
      in: directory?.path)
    if type != nil, output != nil, let option = untouched.option, !rewrite.bringsFilesOver {
      throw WorkflowError.idleOption(
        option, circumstance: "with --dtype, which rewrites every file")
    }
    let handedIn = type == nil ? materialiser.handedInTensors : []
    let (digests, loss) = try carryOut(
      rewrite, materialiser, leavingOut: handedIn, atOnce: threads
    ) { file in
      guard let directory else { return }
      let source = base.checkpoint.path + "/" + file
      let destination = directory.path + "/" + file
      switch untouched {
      case .copied: try copyFile(from: source, to: destination)
      case .shared: try copyFile(from: source, to: destination, sharing: .required)
      case .linked: try linkFile(from: source, to: destination)
      }
    }
    let outcome = outcome(
      base.manifest, digests, loss, as: type,
      recorded: type == nil ? try recordedWeights(commit) : nil)
    // Other bytes than the base's would have given other weights than the commit's.
    if outcome.fingerprint.hexadecimal != outcome.recorded {
      try verify(materialiser.changedTensors, of: base)
    }
    if let directory {
      for name in base.checkpoint.companionFiles {
        try CheckpointConversion.copyCompanion(
          name, from: base.checkpoint, to: directory.path, as: type)
      }
      // What was copied may have been written to meanwhile.
      let changed = try CheckpointStamp(of: base.checkpoint)
        .changedFiles(in: CheckpointDirectory(path: base.checkpoint.path))
      guard changed.isEmpty else {
        throw WorkflowError.baseChanged(path: base.checkpoint.path, files: changed)
      }
      try directory.commit()
    }
    return outcome
  }

  private func recordedWeights(_ commit: ObjectID) throws -> String? {
    CommitTrailers(parsing: try workspace.repository.commit(commit).message)[.weights].last
  }

  /// Nothing is written among the repository's own files.
  private func refuse(_ output: String) throws {
    let parent = output.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    guard
      let place = realPath(output.hasPrefix("/") ? parent + "/" : parent.isEmpty ? "." : parent),
      let own = realPath(workspace.repository.location.gitDirectory),
      place == own || place.hasPrefix(own + "/")
    else { return }
    throw WorkflowError.outputWithin(path: output, repository: own)
  }

  private func open(_ stack: EditStack, _ check: BaseBinding.Check) throws -> BaseBinding {
    switch check {
    case .stamp: try workspace.base(of: stack)
    case .everyByte:
      try BaseBinding(
        of: workspace.repository, stack.base(), check: .everyByte,
        threads: workspace.workers.count, progress: workspace.progress)
    }
  }

  /// Copies what comes over as it is, one piece after the other, and beside that computes the other tensors.
  ///
  /// - Returns: the digests of the computed tensors, and what rounding takes away from those that are not left out.
  private func carryOut(
    _ rewrite: CheckpointRewrite, _ materialiser: StackMaterialiser,
    leavingOut handedIn: Set<String>, atOnce threads: Int,
    bringOver: (_ file: String) throws -> Void
  ) throws -> (digests: [String: Digest], loss: RoundingTally) {
    let total = rewrite.byteCount
    let done = Mutex(0)
    func report(_ name: String, _ bytes: Int) {
      done.withLock {
        $0 += bytes
        // Inside the lock, so that the figures only grow.
        workspace.progress.report(ProgressEvent(.write, done: $0, total: total, detail: name))
      }
    }
    let computed = Mutex(
      [(digest: Digest, loss: RoundingTally)?](
        repeating: nil, count: rewrite.computations.count))
    try workspace.workers.forEach(1 + rewrite.computations.count, atMost: threads) { item in
      guard item > 0 else {
        for copy in rewrite.copies {
          switch copy {
          case .file(let file): try bringOver(file.name)
          case .tensor(let tensor, let place):
            try place.file.write(tensor.fileRange, of: tensor.file, at: place.offset)
          }
          report(copy.name, copy.byteCount)
        }
        return
      }
      let computation = rewrite.computations[item - 1]
      let outcome = try Self.compute(computation, materialiser)
      computed.withLock { $0[item - 1] = outcome }
      report(computation.tensor.name, computation.tensor.bytes.count)
    }
    var (digests, loss) = ([String: Digest](), RoundingTally())
    // In the order of the tensors, so that the sums do not follow the threads.
    for (computation, outcome) in zip(rewrite.computations, computed.withLock { $0 }) {
      guard let outcome else { continue }
      digests[computation.tensor.name] = outcome.digest
      if !handedIn.contains(computation.tensor.name) { loss.add(outcome.loss) }
    }
    return (digests, loss)
  }

  /// - Throws: ``WorkflowError/narrowOverflow(tensor:type:)`` where another type than the tensor's own does not
  ///   hold a weight.
  private static func compute(
    _ computation: CheckpointRewrite.Computation, _ materialiser: StackMaterialiser
  ) throws -> (digest: Digest, loss: RoundingTally) {
    let type = computation.type
    var digest = DigestAccumulator()
    var offset = computation.place?.offset ?? 0
    let loss = try materialiser.write(computation.tensor, as: type) { bytes in
      guard type == computation.tensor.elementType || type.firstNonFinite(in: bytes) == nil else {
        throw WorkflowError.narrowOverflow(tensor: computation.tensor.name, type: type.rawValue)
      }
      digest.append(bytes)
      try computation.place?.file.write(bytes, at: offset)
      offset += bytes.count
    }
    return (digest.finish(), loss)
  }

  /// Hashes the base's bytes under the changes.
  ///
  /// - Throws: ``WorkflowError/baseChanged(path:files:)`` with the first tensor that is not the base's.
  private func verify(_ tensors: [String], of base: BaseBinding) throws {
    try workspace.workers.forEach(tensors.count) { item in
      let tensor = try base.checkpoint.tensor(named: tensors[item])
      guard Digest(of: tensor.bytes) == base.manifest.tensor(named: tensor.name)?.digest else {
        throw WorkflowError.baseChanged(path: base.checkpoint.path, files: [tensor.name])
      }
    }
  }

  private func outcome(
    _ base: BaseManifest, _ digests: [String: Digest], _ loss: RoundingTally,
    as type: ElementType?, recorded: String?
  ) -> Outcome {
    let records = base.records(digests, as: type)
    let changed = base.tensors.compactMap { tensor in
      digests[tensor.name].flatMap { $0 == tensor.digest ? nil : (tensor.name, $0) }
    }
    return Outcome(
      changed: changed, fingerprint: CheckpointManifest(records).fingerprint,
      recorded: recorded, base: base.fingerprint,
      byteCount: records.reduce(0) { $0 + ($1.declaration.byteCount ?? 0) }, loss: loss)
  }
}
