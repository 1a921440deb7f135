internal import Checkpoint
internal import Delta
internal import Diagnostics
internal import Files
internal import Store

/// How faithfully an imported checkpoint can be given back.
package struct ImportFidelity: Sendable, Equatable {
  /// Tensors with numbers that come out otherwise; none where `apply` gives back every byte.
  package let inexactTensors: [String]
  /// Numbers that come out otherwise: they lie between two steps of their tensor's grid.
  package let inexactElements: Int
  /// The largest of these differences.
  package let largestDifference: Double

  /// Whether every byte comes back.
  package var isExact: Bool { inexactElements == 0 }
}

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

  /// The changes of all tensors that differ, each verified: `apply` gives back the digest of the edited
  /// tensor, or the difference is counted.
  ///
  /// - Throws: ``ImportError``, ``DeltaError``, what the checkpoints and the store throw.
  func changes(_ path: String) throws -> (parts: [EncodedEdit.Part], fidelity: ImportFidelity) {
    let edited = try CheckpointDirectory(path: path)
    let pairs = try match(edited)
    let total = edited.tensorByteCount
    var done = 0
    var parts: [EncodedEdit.Part] = []
    var (inexact, elements, largest) = ([String](), 0, 0.0)
    for (tensor, target) in pairs {
      if let (part, delta) = try change(tensor, target, path: path) {
        parts.append(part)
        if delta.misses > 0 {
          inexact.append(tensor.name)
          elements += delta.misses
          largest = max(largest, delta.largestMiss)
        }
      }
      done += target.bytes.count
      target.releasePages(in: 0..<target.bytes.count)
      workspace.progress.report(
        ProgressEvent(.encode, done: done, total: total, detail: tensor.name))
    }
    return (
      parts,
      ImportFidelity(
        inexactTensors: inexact, inexactElements: elements, largestDifference: largest)
    )
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
  ) throws -> (EncodedEdit.Part, ImportedDelta)? {
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
      try Self.requireFinite(target, path: path)
      let (rows, columns) = StackMaterialiser.extents(tensor.shape)
      let source = try ImportSource(
        elementType: tensor.elementType, rows: rows, columns: columns,
        grid: FixedPointGrid(exponent: exponent), base: view.bytes, present: present,
        target: target.bytes)
      let delta = try ImportedDelta(
        source, shape: tensor.shape.count == 2 ? .matrix : .other, over: count,
        threads: workspace.workers, load: { try self.present.delta($0, of: tensor.name) })
      let part = EncodedEdit.Part(
        tensor: tensor.name, delta: delta.delta,
        description: DeltaRecord.Description(
          tensor: tensor.name, kind: delta.delta.rank.map { .lowRank(rank: $0) } ?? .dense,
          shape: tensor.shape,
          relativeError: .rounded(
            delta.norm > 0 ? delta.largestMiss * Double(delta.misses).squareRoot() / delta.norm : 0),
          keyError: nil, norm: .rounded(delta.norm),
          weightNorm: .rounded(tensor.elementType.sumOfSquares(present).squareRoot())))
      if delta.misses == 0 { try verify(part, view, target) }
      return (part, delta)
    }
  }

  /// Nothing is called exact that was not computed as `apply` computes it.
  private func verify(_ part: EncodedEdit.Part, _ view: TensorView, _ target: TensorView) throws {
    let after = try StackMaterialiser(stack, base.manifest, adding: [part]).digest(view)
    guard after == Digest(of: target.bytes) else {
      throw ImportError.notExact(
        path: target.file.path, tensors: [part.tensor], elements: target.elementCount,
        largest: .infinity)
    }
  }

  private static func requireFinite(_ target: TensorView, path: String) throws {
    let type = target.elementType
    let piece = 1 << 16
    var numbers = [Double](repeating: 0, count: piece)
    for start in stride(from: 0, to: target.elementCount, by: piece) {
      let count = min(piece, target.elementCount - start)
      let bytes = target.bytes[start * type.byteCount..<(start + count) * type.byteCount]
      numbers.withUnsafeMutableBufferPointer {
        type.widen(
          UnsafeRawBufferPointer(rebasing: bytes),
          into: UnsafeMutableBufferPointer(rebasing: $0[..<count]))
      }
      if let index = numbers[..<count].firstIndex(where: { !$0.isFinite }) {
        throw CheckpointError.nonFiniteWeight(
          file: target.file.path, tensor: target.name, index: start + index, value: numbers[index])
      }
    }
  }

  private static func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    var i = 0
    while i + 8 <= a.count {
      guard
        a.loadUnaligned(fromByteOffset: i, as: UInt64.self)
          == b.loadUnaligned(fromByteOffset: i, as: UInt64.self)
      else { return false }
      i += 8
    }
    return a[i...].elementsEqual(b[i...])
  }
}
