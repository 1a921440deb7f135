internal import Checkpoint
internal import Delta
internal import Diagnostics
internal import Files
internal import Glibc
internal import LinearAlgebra
internal import Store
internal import Synchronization
internal import Transformer

/// Compares an edited checkpoint with a revision, tensor by tensor.
struct ImportCheckpoint {
  /// Masks and frequencies that some versions of `transformers` write beside the weights, and others do not.
  private static let bufferEndings = [
    ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias",
    ".rotary_emb.inv_freq",
  ]

  private let workspace: Workspace
  private let base: BaseBinding
  private let present: StackMaterialiser
  private let payloads: PayloadFile
  /// The base's; `nil` where it cannot be run as a model.
  private let architecture: ModelArchitecture?
  /// How many tensors are worked on at the same time.
  private let atOnce: Int

  /// - Parameter payloads: where the changes wait.
  init(in workspace: Workspace, on stack: EditStack, _ payloads: PayloadFile) throws {
    self.workspace = workspace
    self.payloads = payloads
    let base = try workspace.base()
    let threads = min(workspace.workers.count, StackMaterialiser.mostAtOnce)
    let present = try StackMaterialiser(stack, base.manifest, atOnce: threads)
    // The present state of a tensor that is changed already is held in memory.
    let largest = try present.changedTensors.reduce(1) {
      max($0, try base.checkpoint.tensor(named: $1).bytes.count)
    }
    atOnce = max(1, min(threads, StackSum.usualMemoryLimit / largest))
    (self.base, self.present) = (base, present)
    architecture = try? ModelArchitecture(base.checkpoint)
  }

  /// The change of one tensor, and the digest of the edited tensor's bytes.
  private typealias Change = (part: EncodedEdit.Part, digest: Digest)

  /// The changes of all tensors that differ, each verified: `apply` gives back the edited tensor's bytes.
  ///
  /// Tensors are compared side by side; which changes come out, and in which order, does not follow that.
  /// - Returns: the changes, and the digests of the changed tensors' new bytes by name.
  /// - Throws: ``ImportError``, ``DeltaError``, what the checkpoints and the store throw.
  func changes(
    _ path: String
  ) throws -> (parts: [EncodedEdit.Part], digests: [String: Digest]) {
    let edited = try CheckpointDirectory(path: path)
    let pairs = try match(edited)
    try ImportArchitecture.check(edited, against: base.checkpoint)
    try lookAtTokenizer(of: edited)
    let total = edited.tensorByteCount
    let done = Mutex(0)
    let found = Mutex([Change?](repeating: nil, count: pairs.count))
    try workspace.workers.forEach(pairs.count, atMost: atOnce) { index in
      let (tensor, target) = pairs[index]
      let change = try change(tensor, target, path: path)
      target.releasePages(in: 0..<target.bytes.count)
      found.withLock { $0[index] = change }
      done.withLock {
        $0 += target.bytes.count
        // Inside the lock, so that the figures only grow.
        workspace.progress.report(
          ProgressEvent(.encode, done: $0, total: total, detail: tensor.name))
      }
    }
    let changes = found.withLock { $0 }.compactMap { $0 }
    return (
      changes.map(\.part),
      Dictionary(uniqueKeysWithValues: changes.map { ($0.part.tensor, $0.digest) })
    )
  }

  /// Tells that the edited checkpoint has another tokenizer than the base: only weights are taken over.
  private func lookAtTokenizer(of edited: CheckpointDirectory) throws {
    let name = "/" + BaseManifest.CompanionFile.tokenizer.rawValue
    let (own, base) = (edited.path + name, base.checkpoint.path + name)
    guard try fileKind(at: own) != nil, try fileKind(at: base) != nil,
      try Digest(ofFile: own) != Digest(ofFile: base),
      // What cannot be read here is not the base's.
      (try? BytePairTokenizer.areAlike(own, base)) != true
    else { return }
    workspace.progress.warn(
      "the edited checkpoint has another tokenizer than the base: only weights are imported, and 'apply' writes "
        + "the base's tokenizer (\(own))")
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
        if try !Self.isBuffer(target.name) && !isCopyOfEmbedding(target, in: edited, names) {
          extra.append(target.name)
        }
        continue
      }
      guard found.insert(tensor.name).inserted else {
        throw ImportError.twice(file: edited.path, tensor: tensor.name)
      }
      guard tensor.shape == target.shape, tensor.elementType == target.elementType else {
        throw ImportError.otherDeclaration(
          path: edited.path, tensor: target.name,
          found: "\(target.elementType.rawValue) \(target.shape)",
          expected: "\(tensor.elementType.rawValue) \(tensor.shape)",
          isResized: tensor.shape != target.shape)
      }
      pairs.append((tensor, target))
    }
    // A copy of a tied head is not written by `transformers`; that the embedding is as it was is checked with the edit.
    let copy = architecture?.isTied == true ? ModelArchitecture.ownHead : nil
    let missing = base.manifest.tensors.map(\.name).filter { name in
      !found.contains(name) && !Self.isBuffer(name) && name != copy
    }
    guard missing.isEmpty, extra.isEmpty else {
      throw ImportError.otherTensors(path: edited.path, missing: missing, extra: extra)
    }
    return pairs
  }

  private static func isBuffer(_ name: String) -> Bool {
    bufferEndings.contains { name.hasSuffix($0) }
  }

  /// Whether a tensor is the head of its own that a tied model has on disk beside its embedding, with the same bytes.
  private func isCopyOfEmbedding(
    _ tensor: TensorView, in edited: CheckpointDirectory, _ names: ImportNames
  ) throws -> Bool {
    guard let architecture, architecture.isTied, tensor.name == ModelArchitecture.ownHead,
      let entry = edited.tensors.first(where: {
        names.anyTensor($0.declaration.name)?.name == architecture.tokenEmbedding
      })
    else { return false }
    return try tensor.holdsTheSame(as: edited.tensor(named: entry.declaration.name))
  }

  private func change(
    _ tensor: BaseManifest.Tensor, _ target: TensorView, path: String
  ) throws -> Change? {
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
      let (rows, columns) = matrixExtents(of: tensor.shape)
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
      let part = try EncodedEdit.Part(
        of: tensor, delta.delta, relativeError: 0, norm: delta.norm, weightNorm: delta.presentNorm)
      return (try part.parked(in: payloads), try verify(part, view, target))
    }
  }

  /// Nothing is called exact that was not computed as `apply` computes it.
  ///
  /// - Returns: the digest of the bytes.
  private func verify(
    _ part: EncodedEdit.Part, _ view: TensorView, _ target: TensorView
  ) throws -> Digest {
    var position = 0
    var isEqual = true
    var digest = DigestAccumulator()
    try present.adding(part, base.manifest).write(view) { bytes in
      let end = position + bytes.count
      isEqual =
        isEqual && end <= target.bytes.count
        && Self.areEqual(bytes, UnsafeRawBufferPointer(rebasing: target.bytes[position..<end]))
      digest.append(bytes)
      position = end
    }
    guard isEqual, position == target.bytes.count else {
      throw DeltaError.payloadDamaged(
        field: part.tensor, found: "other bytes", expected: "those of the edited checkpoint")
    }
    return digest.finish()
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
