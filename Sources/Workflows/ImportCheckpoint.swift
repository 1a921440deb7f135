internal import Checkpoint
internal import Delta
internal import Diagnostics
internal import Files
internal import Glibc
internal import Store

/// Compares an edited checkpoint with a revision, tensor by tensor.
struct ImportCheckpoint {
  private static let bufferEndings = [".attn.bias", ".attn.masked_bias", ".rotary_emb.inv_freq"]

  private let workspace: Workspace
  private let stack: EditStack
  private let base: BaseBinding
  private let present: StackMaterialiser

  init(in workspace: Workspace, on stack: EditStack) throws {
    self.workspace = workspace
    self.stack = stack
    base = try workspace.base()
    present = try StackMaterialiser(stack, base.manifest)
  }

  /// The changes of all tensors that differ, each verified: `apply` gives back the edited tensor's bytes.
  ///
  /// - Throws: ``ImportError``, ``DeltaError``, what the checkpoints and the store throw.
  func changes(_ path: String) throws -> [EncodedEdit.Part] {
    let edited = try CheckpointDirectory(path: path)
    let pairs = try match(edited)
    let total = edited.tensorByteCount
    var done = 0
    var parts: [EncodedEdit.Part] = []
    for (tensor, target) in pairs {
      if let part = try change(tensor, target, path: path) { parts.append(part) }
      done += target.bytes.count
      target.releasePages(in: 0..<target.bytes.count)
      workspace.progress.report(
        ProgressEvent(.encode, done: done, total: total, detail: tensor.name))
    }
    return parts
  }

  /// The base's tensors with those of the edited checkpoint.
  private func match(
    _ edited: CheckpointDirectory
  ) throws -> [(tensor: BaseManifest.Tensor, target: TensorView)] {
    let names = ImportNames(base.manifest)
    var pairs: [(tensor: BaseManifest.Tensor, target: TensorView)] = []
    var found: Set<String> = []
    var extra: [String] = []
    for entry in edited.tensors {
      let target = try edited.tensor(named: entry.declaration.name)
      guard let tensor = names.anyTensor(target.name) else {
        extra.append(target.name)
        continue
      }
      guard found.insert(tensor.name).inserted else {
        throw ImportError.twice(file: edited.path, tensor: tensor.name)
      }
      guard tensor.shape == target.shape, tensor.elementType == target.elementType else {
        throw ImportError.otherDeclaration(
          path: edited.path, tensor: target.name,
          found: "\(target.elementType.rawValue) \(target.shape)",
          expected: "\(tensor.elementType.rawValue) \(tensor.shape)")
      }
      pairs.append((tensor, target))
    }
    let missing = base.manifest.tensors.map(\.name).filter { name in
      !found.contains(name) && !Self.bufferEndings.contains { name.hasSuffix($0) }
    }
    guard missing.isEmpty, extra.isEmpty else {
      throw ImportError.otherTensors(path: edited.path, missing: missing, extra: extra)
    }
    return pairs
  }

  private func change(
    _ tensor: BaseManifest.Tensor, _ target: TensorView, path: String
  ) throws -> EncodedEdit.Part? {
    let view = try base.checkpoint.tensor(named: tensor.name)
    let count = present.deltaCount(of: tensor.name)
    var materialised: [UInt8] = []
    if count > 0 {
      materialised.reserveCapacity(view.bytes.count)
      try present.write(view) { materialised.append(contentsOf: $0) }
    }
    return try materialised.withUnsafeBytes { buffer in
      let present = count > 0 ? buffer : view.bytes
      guard !Self.areEqual(present, target.bytes) else { return nil }
      guard let exponent = tensor.gridExponent, tensor.elementType.isFloating else {
        throw ImportError.notEditable(
          file: path, tensor: tensor.name, found: "\(tensor.elementType.rawValue), changed")
      }
      let (rows, columns) = StackMaterialiser.extents(tensor.shape)
      let source = try ImportSource(
        elementType: tensor.elementType, rows: rows, columns: columns,
        grid: FixedPointGrid(exponent: exponent), base: view.bytes, present: present,
        target: target.bytes)
      let delta: ImportedDelta
      do {
        delta = try ImportedDelta(
          source, shape: tensor.shape.count == 2 ? .matrix : .other, over: count,
          threads: workspace.workers, load: { try self.present.delta($0, of: tensor.name) })
      } catch let error as DeltaError {
        if case .notFinite = error { try Self.requireFinite(target) }
        throw error
      }
      let part = EncodedEdit.Part(
        tensor: tensor.name, delta: delta.delta,
        description: DeltaRecord.Description(
          tensor: tensor.name, kind: delta.delta.rank.map { .lowRank(rank: $0) } ?? .dense,
          shape: tensor.shape,
          relativeError: .rounded(0), keyError: nil, norm: .rounded(delta.norm),
          weightNorm: .rounded(delta.presentNorm)))
      try verify(part, view, target)
      return part
    }
  }

  /// Nothing is called exact that was not computed as `apply` computes it.
  private func verify(_ part: EncodedEdit.Part, _ view: TensorView, _ target: TensorView) throws {
    var position = 0
    var isEqual = true
    try StackMaterialiser(stack, base.manifest, adding: [part]).write(view) { bytes in
      let end = position + bytes.count
      isEqual =
        isEqual && end <= target.bytes.count
        && Self.areEqual(bytes, UnsafeRawBufferPointer(rebasing: target.bytes[position..<end]))
      position = end
    }
    guard isEqual, position == target.bytes.count else {
      throw DeltaError.payloadDamaged(
        field: part.tensor, found: "other bytes", expected: "those of the edited checkpoint")
    }
  }

  /// Names the first number that is none.
  private static func requireFinite(_ target: TensorView) throws {
    for index in 0..<target.elementCount {
      let value = target.elementType.number(in: target.bytes, at: index)
      guard value.isFinite else {
        throw CheckpointError.nonFiniteWeight(
          file: target.file.path, tensor: target.name, index: index, value: value)
      }
    }
  }

  private static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let p = a.baseAddress, let q = b.baseAddress else { return a.count == 0 }
    return memcmp(p, q, a.count) == 0
  }
}
