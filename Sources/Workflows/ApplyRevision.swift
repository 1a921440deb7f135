package import Checkpoint
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
  }

  private let workspace: Workspace

  /// Applies on a workspace's base.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Materialises a stack, into a new directory or only as digests.
  ///
  /// Every byte that no edit touches is copied as it is, the headers and `__metadata__` included; the
  /// directory appears whole or not at all. A changed tensor's base bytes are hashed before they are used.
  /// - Parameters:
  ///   - output: the directory to make; `nil` computes digests and writes nothing.
  ///   - check: how closely the base is looked at first.
  /// - Throws: ``FileFailure`` where the directory exists or the disk refuses, ``WorkflowError``, what
  ///   the store throws for a damaged edit.
  package func run(_ stack: EditStack, output: String?, check: BaseBinding.Check) throws -> Outcome
  {
    let base: BaseBinding
    switch check {
    case .stamp: base = try workspace.base()
    case .everyByte:
      base = try BaseBinding(
        of: workspace.repository, stack.base(), check: .everyByte,
        threads: workspace.workers.count, progress: workspace.progress)
    }
    let materialiser = try StackMaterialiser(stack, base.manifest)
    let directory = try output.map { try AtomicDirectory(creating: $0) }
    var digests: [String: Digest] = [:]
    let total = base.checkpoint.tensorByteCount
    var done = 0
    for file in base.checkpoint.weightFiles {
      let changed = Set(file.contents.tensors.map(\.name))
        .intersection(materialiser.changedTensors)
      if changed.isEmpty {
        if let directory {
          try copyFile(
            from: base.checkpoint.path + "/" + file.name, to: directory.path + "/" + file.name)
        }
        done += file.contents.tensors.reduce(0) { $0 + $1.bytes.count }
        workspace.progress.report(
          ProgressEvent(.write, done: done, total: total, detail: file.name))
        continue
      }
      let writer = try directory.map { try AtomicFile(replacing: $0.path + "/" + file.name) }
      try writer?.append(file.contents.headerBytes)
      for tensor in file.contents.tensors {
        if changed.contains(tensor.name) {
          digests[tensor.name] = try write(tensor, materialiser, base, to: writer)
        } else {
          try writer?.append(tensor.bytes)
        }
        done += tensor.bytes.count
        workspace.progress.report(
          ProgressEvent(.write, done: done, total: total, detail: tensor.name))
      }
      try writer?.commit()
    }
    if let directory {
      for name in base.checkpoint.companionFiles {
        try copyFile(from: base.checkpoint.path + "/" + name, to: directory.path + "/" + name)
      }
      try directory.commit()
    }
    return outcome(base.manifest, digests, byteCount: total)
  }

  private func write(
    _ tensor: TensorView, _ materialiser: StackMaterialiser, _ base: BaseBinding,
    to writer: AtomicFile?
  ) throws -> Digest {
    let found = Digest(of: tensor.bytes)
    guard found == base.manifest.tensor(named: tensor.name)?.digest else {
      throw WorkflowError.baseChanged(path: base.checkpoint.path, files: [tensor.name])
    }
    var accumulator = DigestAccumulator()
    try materialiser.write(tensor) { bytes in
      accumulator.append(bytes)
      try writer?.append(bytes)
    }
    return accumulator.finish()
  }

  private func outcome(_ base: BaseManifest, _ digests: [String: Digest], byteCount: Int) -> Outcome
  {
    let manifest = CheckpointManifest(
      base.tensors.map { tensor in
        TensorRecord(
          declaration: TensorDeclaration(
            name: tensor.name, elementType: tensor.elementType, shape: tensor.shape),
          digest: digests[tensor.name] ?? tensor.digest, largestMagnitude: nil)
      })
    let changed = base.tensors.compactMap { tensor in
      digests[tensor.name].flatMap { $0 == tensor.digest ? nil : (tensor.name, $0) }
    }
    return Outcome(
      changed: changed, fingerprint: manifest.fingerprint, base: base.fingerprint,
      byteCount: byteCount)
  }
}
