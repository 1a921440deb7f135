internal import Checkpoint
internal import Delta
internal import Store
internal import Synchronization
internal import Transformer

/// Computes the tensors that a set of edits changes: base ⊕ stack, bit for bit the same everywhere.
///
/// Several threads may compute a tensor each: they take turns at the repository.
struct StackMaterialiser {
  /// One edit's change of one tensor: in the repository, or not recorded yet.
  private enum Source {
    case stored(StoredEdit)
    case given(EncodedEdit.Part)
  }

  private struct Change {
    let tensor: BaseManifest.Tensor
    let grid: FixedPointGrid
    var sources: [Source]
    var rows: Int { matrixExtents(of: tensor.shape).rows }
    var columns: Int { matrixExtents(of: tensor.shape).columns }
  }

  /// Who reads in the repository, which is for one thread at a time.
  private final class Turn: Sendable {
    let lock = Mutex(())
  }

  /// The most tensors that are computed at the same time: more would be held up by the disk.
  static let mostAtOnce = 4

  private var changes: [String: Change] = [:]
  /// Tensors that an imported checkpoint has changed.
  private var imported: Set<String> = []
  private let turn = Turn()
  private let memoryLimit: Int

  /// Collects what a stack changes; payloads are read when a tensor is asked for.
  ///
  /// - Parameters:
  ///   - excluded: edits of the stack that are left out.
  ///   - extra: deltas beside the stack's.
  ///   - count: how many tensors will be computed at the same time, and share the memory.
  /// - Throws: ``WorkflowError/foreignTensor(edit:tensor:found:expected:)`` and what the store throws.
  init(
    _ stack: EditStack, _ base: BaseManifest, excluding excluded: Set<EditID> = [],
    adding extra: [EncodedEdit.Part] = [], atOnce count: Int = 1
  ) throws {
    memoryLimit = StackSum.usualMemoryLimit / count
    for id in stack.edits where !excluded.contains(id) {
      let edit = try stack.edit(id)
      let isExact = edit.manifest.description.hyperparameters["exact"] == .boolean(true)
      for delta in edit.manifest.deltas {
        if isExact { imported.insert(delta.tensor) }
        try add(
          .stored(edit), to: delta.tensor, shape: delta.description.shape, of: base,
          edit: id.abbreviated)
      }
    }
    for part in extra {
      try add(part, of: base)
    }
  }

  /// The same with another delta beside it.
  ///
  /// - Throws: ``WorkflowError/foreignTensor(edit:tensor:found:expected:)``.
  func adding(_ part: EncodedEdit.Part, _ base: BaseManifest) throws -> StackMaterialiser {
    var more = self
    try more.add(part, of: base)
    return more
  }

  private mutating func add(_ part: EncodedEdit.Part, of base: BaseManifest) throws {
    try add(.given(part), to: part.tensor, shape: part.description.shape, of: base, edit: "new")
  }

  private mutating func add(
    _ source: Source, to name: String, shape: [Int], of base: BaseManifest, edit: String
  ) throws {
    let place = try Self.place(of: name, shape: shape, in: base, edit: edit)
    // In place: a copy of all that is there for each edit would take the square of their number.
    changes[name, default: Change(tensor: place.tensor, grid: place.grid, sources: [])]
      .sources.append(source)
  }

  /// The tensor of the base that a change is for, with its grid and its extents as a matrix.
  ///
  /// - Throws: ``WorkflowError/foreignTensor(edit:tensor:found:expected:)`` where there is none of that shape;
  ///   ``DeltaError`` for a grid that there cannot be.
  static func place(
    of name: String, shape: [Int], in base: BaseManifest, edit: String
  ) throws -> (
    tensor: BaseManifest.Tensor, grid: FixedPointGrid, rows: Int, columns: Int
  ) {
    let known = base.tensor(named: name)
    guard let tensor = known, let exponent = tensor.gridExponent, tensor.shape == shape else {
      let expected = if let known { "\(known.shape), floating" } else { "no such tensor" }
      throw WorkflowError.foreignTensor(
        edit: edit, tensor: name, found: "\(shape)", expected: expected)
    }
    let (rows, columns) = matrixExtents(of: tensor.shape)
    return (tensor, try FixedPointGrid(exponent: exponent), rows, columns)
  }

  /// The tensors that at least one edit changes, by name.
  var changedTensors: [String] { changes.keys.sorted() }

  /// Tensors that an imported checkpoint alone has changed: what is written is what it had, and the unrounded edit that rounding
  /// would be measured against is an estimate of our own.
  var handedInTensors: Set<String> { imported.filter { deltaCount(of: $0) == 1 } }

  /// Writes a tensor of the base with its changes, piece by piece, rounded once.
  ///
  /// - Parameter type: what floating-point numbers are written as; the checkpoint's own where it is `nil`.
  /// - Returns: what the rounding takes away from the edits.
  @discardableResult
  func write(
    _ source: TensorView, as type: ElementType? = nil,
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> RoundingTally {
    guard let change = changes[source.name] else {
      try CheckpointConversion.convert(source, to: type ?? source.elementType, sink)
      return RoundingTally()
    }
    let sum = StackSum(
      rows: change.rows, columns: change.columns, grid: change.grid, memoryLimit: memoryLimit)
    return try Materialiser(elementType: type ?? source.elementType, grid: change.grid).materialise(
      source.bytes, storedAs: source.elementType, adding: sum, of: change.sources.count,
      load: { try delta($0, of: source.name) }, write: sink)
  }

  /// The digest of a tensor's new bytes.
  func digest(_ source: TensorView) throws -> Digest {
    var accumulator = DigestAccumulator()
    try write(source) { accumulator.append($0) }
    return accumulator.finish()
  }

  /// The same for what is about to be recorded.
  ///
  /// - Throws: ``WorkflowError/overflow(tensor:type:)`` where an edit takes a weight beyond what its type holds.
  func finiteDigest(_ source: TensorView) throws -> Digest {
    var accumulator = DigestAccumulator()
    try write(source) { bytes in
      guard source.elementType.firstNonFinite(in: bytes) == nil else {
        throw WorkflowError.overflow(tensor: source.name, type: source.elementType.rawValue)
      }
      accumulator.append(bytes)
    }
    return accumulator.finish()
  }

  /// How many deltas change a tensor.
  func deltaCount(of name: String) -> Int { changes[name]?.sources.count ?? 0 }

  /// One of the deltas of a tensor, read when it is asked for.
  ///
  /// - Precondition: `index` is below ``deltaCount(of:)``.
  func delta(_ index: Int, of name: String) throws -> TensorDelta {
    guard let change = changes[name] else { preconditionFailure("no delta of \(name)") }
    switch change.sources[index] {
    case .given(let part): return try part.delta()
    case .stored(let edit):
      return try TensorDelta(
        payload: turn.lock.withLock { _ in try edit.delta(of: name) },
        limits: PayloadLimits(rows: change.rows, columns: change.columns, blocks: .whenAdded))
    }
  }

  /// A changed tensor in float32, rounded to the checkpoint's element type first.
  func widened(_ source: TensorView) throws -> FloatRows {
    try Self.widened(source) { try write(source, to: $0) }
  }

  /// A tensor in float32 whose bytes, in the checkpoint's element type, are handed over piece by piece.
  static func widened(
    _ source: TensorView, _ write: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
  ) throws -> FloatRows {
    let (rows, columns) = matrixExtents(of: source.shape)
    let result = FloatRows(unwritten: rows, columns: columns)
    var done = 0
    try write { bytes in
      let count = bytes.count / source.elementType.byteCount
      source.elementType.widen(
        bytes, into: UnsafeMutableBufferPointer(start: result.base + done, count: count))
      done += count
    }
    return result
  }
}
