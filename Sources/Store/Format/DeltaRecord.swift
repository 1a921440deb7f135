/// What `edit.json` says about the change of one tensor.
package struct DeltaRecord: Sendable, Equatable {
  /// How the change is stored.
  package enum Kind: Sendable, Equatable {
    /// As quantised factors of this rank.
    case lowRank(rank: Int)
    /// As grid integers, all of them.
    case dense
  }

  /// What a recorder says about a delta; the chunks follow from the payload.
  package struct Description: Sendable, Equatable {
    /// The tensor that is changed.
    package let tensor: String
    /// How the change is stored.
    package let kind: Kind
    /// The tensor's extents.
    package let shape: [Int]
    /// ‖Δ̂ − Δ‖_F / ‖Δ‖_F that encoding left.
    package let relativeError: DecimalText
    /// ‖(Δ̂ − Δ)K‖_F / ‖ΔK‖_F on the edit's own keys; `nil` where there are none.
    package let keyError: DecimalText?
    /// ‖Δ̂‖_F.
    package let norm: DecimalText
    /// ‖W‖_F of the tensor before the edit; `nil` where it was not measured.
    package let weightNorm: DecimalText?

    /// ‖Δ‖/‖W‖: infinite where the tensor was all zeros, `nil` where its norm was not measured.
    package var relativeNorm: Double? {
      weightNorm.map { $0.value > 0 ? norm.value / $0.value : .infinity }
    }

    /// Describes a delta.
    package init(
      tensor: String, kind: Kind, shape: [Int], relativeError: DecimalText,
      keyError: DecimalText?, norm: DecimalText, weightNorm: DecimalText?
    ) {
      self.tensor = tensor
      self.kind = kind
      self.shape = shape
      self.relativeError = relativeError
      self.keyError = keyError
      self.norm = norm
      self.weightNorm = weightNorm
    }
  }

  /// What the recorder said.
  package let description: Description
  /// The pieces of the payload, in order.
  package let chunks: [ChunkRecord]

  /// The tensor that is changed.
  package var tensor: String { description.tensor }
  /// Bytes of the payload.
  package var byteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }

  init(_ description: Description, chunks: [ChunkRecord]) {
    self.description = description
    self.chunks = chunks
  }

  init(_ value: CanonicalJSON, file: String, place: String) throws(FormatError) {
    let reader = try ObjectReader(
      value, file: file, path: place,
      allowing: [
        "chunks", "keyError", "kind", "norm", "rank", "relativeError", "shape", "tensor",
        "weightNorm",
      ])
    let kind: Kind
    switch try reader.string("kind") {
    case "lowRank": kind = .lowRank(rank: try reader.integer("rank", in: 1...(1 << 24)))
    case "dense":
      guard !reader.has("rank") else { throw reader.failure("rank", "a rank", "none for dense") }
      kind = .dense
    case let other: throw reader.failure("kind", other, "lowRank or dense")
    }
    chunks = try reader.chunks("chunks")
    description = Description(
      tensor: try reader.tensorName("tensor"), kind: kind,
      shape: try reader.shape("shape", least: 1),
      relativeError: try reader.decimal("relativeError"),
      keyError: reader.has("keyError") ? try reader.decimal("keyError") : nil,
      norm: try reader.decimal("norm"),
      weightNorm: reader.has("weightNorm") ? try reader.decimal("weightNorm") : nil)
    if case .lowRank(let rank) = kind {
      let most = description.shape.min() ?? 1
      guard description.shape.count == 2, rank <= most else {
        throw reader.failure("rank", "\(rank)", "at most \(most), of a matrix")
      }
    }
  }

  var json: CanonicalJSON {
    var members: [(String, CanonicalJSON)] = [
      ("chunks", .array(chunks.map(\.json))),
      ("norm", .string(description.norm.description)),
      ("relativeError", .string(description.relativeError.description)),
      ("shape", .array(description.shape.map { .integer(Int64($0)) })),
      ("tensor", .string(description.tensor)),
    ]
    switch description.kind {
    case .lowRank(let rank):
      members += [("kind", .string("lowRank")), ("rank", .integer(Int64(rank)))]
    case .dense: members.append(("kind", .string("dense")))
    }
    if let error = description.keyError { members.append(("keyError", .string("\(error)"))) }
    if let norm = description.weightNorm { members.append(("weightNorm", .string("\(norm)"))) }
    return .object(.init(members))
  }
}
