package import Checkpoint
package import Delta
internal import Diagnostics
internal import Files
internal import LinearAlgebra
package import Store

/// Writes base ⊕ stack as a checkpoint: `emend apply`.
package struct ApplyRevision {
  /// What was computed.
  package struct Outcome: Sendable {
    /// Tensors that differ from the base, with the digest of their new bytes.
    package let changed: [(name: String, digest: Digest)]
    /// The fingerprint of the materialised checkpoint.
    package let fingerprint: Digest
    /// The fingerprint of the base.
    package let base: Digest
    /// Bytes of all tensors.
    package let byteCount: Int
    /// What rounding to the stored type takes away from the edits.
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
  }

  private let workspace: Workspace

  /// Applies on a workspace's base.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Materialises a stack, into a new directory or only as digests.
  ///
  /// Every byte that no edit touches is copied as it is, the headers and `__metadata__` included; the
  /// directory appears whole or not at all. A changed tensor's base bytes are hashed as they are used, and nothing is
  /// kept where they are not the base's.
  /// - Parameters:
  ///   - output: the directory to make; `nil` computes digests and writes nothing.
  ///   - type: what floating-point tensors are stored as; `nil` keeps each as it is.
  ///   - untouched: how files without a change come over.
  ///   - check: how closely the base is looked at first.
  /// - Throws: ``FileFailure`` where the directory exists or the disk refuses, ``WorkflowError``, what
  ///   the store throws for a damaged edit.
  package func run(
    _ stack: EditStack, output: String?, as type: ElementType? = nil,
    untouched: Untouched = .copied, check: BaseBinding.Check
  ) throws -> Outcome {
    let base: BaseBinding
    switch check {
    case .stamp: base = try workspace.base(of: stack)
    case .everyByte:
      base = try BaseBinding(
        of: workspace.repository, stack.base(), check: .everyByte,
        threads: workspace.workers.count, progress: workspace.progress)
    }
    let materialiser = try StackMaterialiser(stack, base.manifest)
    let directory = try output.map { try AtomicDirectory(creating: $0) }
    var digests: [String: Digest] = [:]
    var loss = RoundingTally()
    let total = base.checkpoint.tensorByteCount
    var done = 0
    for file in base.checkpoint.weightFiles {
      let changed = Set(file.contents.tensors.map(\.name))
        .intersection(materialiser.changedTensors)
      let isConverted = type.map { type in
        file.contents.tensors.contains { $0.elementType.isFloating && $0.elementType != type }
      }
      if changed.isEmpty, isConverted != true {
        if let directory {
          let (source, destination) = (
            base.checkpoint.path + "/" + file.name, directory.path + "/" + file.name
          )
          switch untouched {
          case .copied: try copyFile(from: source, to: destination)
          case .shared: try copyFile(from: source, to: destination, sharing: .required)
          case .linked: try linkFile(from: source, to: destination)
          }
        }
        done += file.contents.tensors.reduce(0) { $0 + $1.bytes.count }
        workspace.progress.report(
          ProgressEvent(.write, done: done, total: total, detail: file.name))
        continue
      }
      let writer = try directory.map { try AtomicFile(replacing: $0.path + "/" + file.name) }
      try writer?.append(
        CheckpointConversion.header(of: file.contents, as: isConverted == true ? type : nil))
      for tensor in file.contents.tensors {
        let stored = CheckpointConversion.type(of: tensor, as: type)
        if changed.contains(tensor.name) {
          digests[tensor.name] = try write(
            tensor, as: stored, materialiser, base, &loss, to: writer)
        } else if stored != tensor.elementType {
          digests[tensor.name] = try convert(tensor, to: stored, writer)
        } else {
          try writer?.append(tensor.fileRange, of: tensor.file)
        }
        done += tensor.bytes.count
        workspace.progress.report(
          ProgressEvent(.write, done: done, total: total, detail: tensor.name))
      }
      try writer?.commit()
    }
    if let directory {
      for name in base.checkpoint.companionFiles {
        try CheckpointConversion.copyCompanion(
          name, from: base.checkpoint, to: directory.path, as: type)
      }
      try directory.commit()
    }
    return outcome(base.manifest, digests, loss, as: type)
  }

  private func write(
    _ tensor: TensorView, as type: ElementType, _ materialiser: StackMaterialiser,
    _ base: BaseBinding, _ loss: inout RoundingTally, to writer: AtomicFile?
  ) throws -> Digest {
    var before = DigestAccumulator()
    var after = DigestAccumulator()
    try materialiser.write(tensor, as: type, tally: &loss) { bytes, source in
      before.append(source)
      after.append(bytes)
      try writer?.append(bytes)
    }
    guard before.finish() == base.manifest.tensor(named: tensor.name)?.digest else {
      throw WorkflowError.baseChanged(path: base.checkpoint.path, files: [tensor.name])
    }
    return after.finish()
  }

  private func convert(
    _ tensor: TensorView, to type: ElementType, _ writer: AtomicFile?
  ) throws -> Digest {
    var accumulator = DigestAccumulator()
    try CheckpointConversion.convert(tensor, to: type) { bytes in
      accumulator.append(bytes)
      try writer?.append(bytes)
    }
    return accumulator.finish()
  }

  private func outcome(
    _ base: BaseManifest, _ digests: [String: Digest], _ loss: RoundingTally, as type: ElementType?
  ) -> Outcome {
    let records = base.tensors.map { tensor in
      TensorRecord(
        declaration: TensorDeclaration(
          name: tensor.name,
          elementType: tensor.elementType.isFloating
            ? type ?? tensor.elementType : tensor.elementType, shape: tensor.shape),
        digest: digests[tensor.name] ?? tensor.digest, largestMagnitude: nil)
    }
    let changed = base.tensors.compactMap { tensor in
      digests[tensor.name].flatMap { $0 == tensor.digest ? nil : (tensor.name, $0) }
    }
    return Outcome(
      changed: changed, fingerprint: CheckpointManifest(records).fingerprint,
      base: base.fingerprint,
      byteCount: records.reduce(0) { $0 + ($1.declaration.byteCount ?? 0) }, loss: loss)
  }
}
