internal import Checkpoint
package import Delta
internal import Editing
internal import LinearAlgebra
package import Store
internal import Transformer

/// The deltas of a computed edit, encoded, with what the manifest says of each.
package struct EncodedEdit: Sendable {
  /// The encoded change of one tensor.
  package struct Part: Sendable {
    /// What the manifest says of it.
    package let description: DeltaRecord.Description
    /// The tensor.
    package var tensor: String { description.tensor }
    private let content: Content

    private enum Content {
      case delta(TensorDelta)
      case parked(Range<Int>, in: PayloadFile)
    }

    private init(_ description: DeltaRecord.Description, _ content: Content) {
      (self.description, self.content) = (description, content)
    }

    /// A change that is in memory, and what the manifest is to say of it.
    ///
    /// - Parameter norm: of the change; that of `delta` where it is `nil`.
    /// - Throws: ``DeltaError``.
    init(
      of tensor: BaseManifest.Tensor, _ delta: TensorDelta, relativeError: Double,
      keyError: DecimalText? = nil, norm: Double? = nil, weightNorm: Double
    ) throws {
      let norm = try norm ?? delta.frobeniusNorm()
      // Numbers of a float64 tensor may have squares that no float64 holds.
      guard norm.isFinite else { throw DeltaError.notFinite(what: "the norm of the change") }
      self.init(
        DeltaRecord.Description(
          tensor: tensor.name, kind: delta.rank.map { .lowRank(rank: $0) } ?? .dense,
          shape: tensor.shape, relativeError: .rounded(relativeError), keyError: keyError,
          norm: .rounded(norm), weightNorm: .rounded(weightNorm)),
        .delta(delta))
    }

    /// The change, exactly as it will be applied.
    ///
    /// - Throws: ``FileFailure`` where it is parked and the disk refuses.
    package func delta() throws -> TensorDelta {
      switch content {
      case .delta(let delta): delta
      case .parked(let range, let file):
        try TensorDelta(
          payload: file.read(range),
          limits: PayloadLimits(description.shape, blocks: .whenAdded))
      }
    }

    /// The change as it is stored.
    ///
    /// - Throws: as ``delta()``.
    package func payload() throws -> [UInt8] {
      switch content {
      case .delta(let delta): delta.payload()
      case .parked(let range, let file): try file.read(range)
      }
    }

    /// The same with the change in a file, so that memory does not follow the number of tensors.
    func parked(in file: PayloadFile) throws -> Part {
      Part(description, .parked(try file.append(payload()), in: file))
    }
  }
  /// One part a tensor.
  package let parts: [Part]
}

extension EncodedEdit.Part {
  /// A computed change, encoded; `nil` where it is none: a tensor that a method trains may stay as it is.
  ///
  /// - Parameters:
  ///   - precision: the relative error allowed, on the change and on its action on the edit's own keys.
  ///   - weightNorm: ‖W‖_F of a tensor before the edit.
  /// - Throws: ``DeltaError``, ``WorkflowError/foreignTensor(edit:tensor:found:expected:)``.
  init?(
    _ change: TensorChange, _ base: BaseManifest, precision: Double,
    weightNorm: (String) throws -> Double
  ) throws {
    guard let tensor = base.tensor(named: change.tensor), let exponent = tensor.gridExponent
    else {
      throw WorkflowError.foreignTensor(
        edit: "new", tensor: change.tensor, found: "a change", expected: "a floating tensor")
    }
    let extents = matrixExtents(of: tensor.shape)
    guard change.extents == extents else {
      throw WorkflowError.foreignTensor(
        edit: "new", tensor: change.tensor, found: "a change of \(change.extents)",
        expected: "\(extents)")
    }
    let (delta, error) = try Self.encode(
      change.form, grid: FixedPointGrid(exponent: exponent), precision: precision)
    guard try delta.frobeniusNorm() > 0 else { return nil }
    try self.init(
      of: tensor, delta, relativeError: error.relative,
      keyError: error.onKeys.map { .rounded($0) }, weightNorm: weightNorm(tensor.name))
  }

  private static func encode(
    _ form: TensorChange.Form, grid: FixedPointGrid, precision: Double
  ) throws -> (delta: TensorDelta, error: AchievedError) {
    switch form {
    case .lowRank(let left, let right, let keys):
      try TensorDelta.encode(
        LowRankFactors(left: left, right: right), grid: grid, precision: precision,
        keys: keys.map { $0.side == .columns ? .columns($0.columns) : .rows($0.columns) })
    case .dense(let change):
      try TensorDelta.encode(smallest: change, grid: grid, precision: precision)
    }
  }
}

extension EncodedEdit {
  /// Adds the deltas as an edit to a commit in the making.
  ///
  /// - Parameter targets: z of each fact, `[d]`; `nil` where the method has none.
  /// - Returns: its id, and the bytes of its payloads.
  func add(
    to commit: StackCommit, _ description: EditDescription, facts: Store.FactLines,
    targets: [[Float]]? = nil
  ) throws -> (id: EditID, payloadBytes: Int) {
    let writer = commit.newEdit()
    for part in parts { try writer.add(delta: part.description, payload: part.payload()) }
    if let targets { try writer.add(targets: TargetArchive.encode(targets)) }
    return (try commit.add(writer, description, facts: facts), writer.payloadByteCount)
  }

  /// The deltas of an edit that is in the repository.
  ///
  /// - Throws: what the store and the codec throw for damaged payloads.
  init(stored edit: StoredEdit) throws {
    parts = try edit.manifest.deltas.map { try Part(stored: edit, $0) }
  }
}

extension EncodedEdit.Part {
  /// A change from elsewhere, encoded; `nil` for one without any direction, such as a B of zeros.
  ///
  /// - Throws: ``DeltaError``.
  init?(
    _ tensor: BaseManifest.Tensor, _ factors: LowRankFactors, precision: Double, weightNorm: Double
  ) throws {
    guard let exponent = tensor.gridExponent else { return nil }
    let grid = try FixedPointGrid(exponent: exponent)
    // What is no matrix has no rank in the manifest.
    let (delta, error) =
      tensor.shape.count == 2
      ? try TensorDelta.encode(factors, grid: grid, precision: precision)
      : try TensorDelta.encode(
        dense: .product(factors.left, .none, factors.right, .transposed), grid: grid,
        precision: precision)
    guard delta.rank != 0 else { return nil }
    try self.init(of: tensor, delta, relativeError: error.relative, weightNorm: weightNorm)
  }

  /// The delta of one tensor of an edit that is in the repository.
  ///
  /// - Throws: ``StoreError/noDelta``, and what the codec throws for damaged payloads.
  package init(stored edit: StoredEdit, tensor: String) throws {
    guard let record = edit.manifest.deltas.first(where: { $0.tensor == tensor }) else {
      throw StoreError.noDelta(edit.id, tensor: tensor)
    }
    try self.init(stored: edit, record)
  }

  fileprivate init(stored edit: StoredEdit, _ record: DeltaRecord) throws {
    self.init(
      record.description,
      .delta(
        try TensorDelta(
          payload: edit.delta(of: record.tensor), limits: PayloadLimits(record.description.shape))))
  }
}

extension Store.FactLines {
  /// The stored lines of some facts.
  init(_ cases: [FactCase]) throws {
    try self.init(
      Editing.FactLines.encode(cases).split(separator: 10).map {
        String(decoding: $0, as: UTF8.self)
      })
  }
}

extension ModelArchitecture {
  /// Bytes that encoding the change of one edited matrix takes.
  ///
  /// - Parameter facts: the most directions that it may have.
  func encodingBytes(facts: Int) -> Int {
    TensorDelta.encodingBytes(rows: width, columns: innerWidth, directions: facts)
  }
}
