internal import Checkpoint
internal import CKernels
internal import LinearAlgebra
internal import Synchronization

/// Where the model's weights live while it runs.
package enum WeightResidency: Sendable, Equatable {
  /// Widened to float32 once and kept: for models that are small beside the memory.
  case resident
  /// Widened a matrix at a time into a buffer that is used again.
  case streaming
}

/// Gives weights as float32: mapped tensors widened, edited tensors in place of the base's.
final class WeightReader: Sendable {
  private let checkpoint: CheckpointDirectory
  private let architecture: ModelArchitecture
  let residency: WeightResidency
  private let workers: Workers
  /// Tensors that stand in for the checkpoint's, in stored orientation.
  let overrides: [String: FloatRows]
  private let kept: Mutex<[String: FloatRows]>
  private let pool = BufferPool()

  /// Reads from `checkpoint`, whose tensors are known to have the architecture's shapes.
  init(
    checkpoint: CheckpointDirectory, architecture: ModelArchitecture, residency: WeightResidency,
    workers: Workers, overrides: [String: FloatRows], kept: [String: FloatRows] = [:]
  ) {
    self.checkpoint = checkpoint
    self.architecture = architecture
    self.residency = residency
    self.workers = workers
    self.overrides = overrides
    self.kept = Mutex(kept)
  }

  /// The same reader with other tensors replaced; what is widened already is shared.
  func replacing(_ overrides: [String: FloatRows]) -> WeightReader {
    WeightReader(
      checkpoint: checkpoint, architecture: architecture, residency: residency, workers: workers,
      overrides: overrides, kept: kept.withLock { $0 })
  }

  /// A matrix with its bias.
  func linear(_ linear: ModelArchitecture.Linear) throws -> PreparedLinear {
    let outputs = linear.outputs.reduce(0, +)
    let bias = try bias(of: linear, outputs: outputs)
    let order: PreparedLinear.Order =
      linear.layout == .inputsByOutputs ? .inputsByOutputs : .outputsByInputs
    func prepared(_ owner: AnyObject?, _ weight: UnsafePointer<Float>) -> PreparedLinear {
      PreparedLinear(
        owner: owner, weight: weight, order: order, inputs: linear.inputs, outputs: outputs,
        stride: order == .outputsByInputs ? linear.inputs : outputs, bias: bias)
    }
    if Self.isWhole(linear), let edited = overrides[linear.weights[0]] {
      return prepared(edited, edited.base)
    }
    let isEdited = linear.weights.contains { overrides[$0] != nil }
    if !isEdited, let weight = try Self.mapped(linear, checkpoint) { return prepared(nil, weight) }
    let key = linear.weights.joined(separator: "\n")
    if !isEdited, let rows = kept.withLock({ $0[key] }) { return prepared(rows, rows.base) }
    if residency == .resident || isEdited {
      let rows = FloatRows(rows: outputs, columns: linear.inputs)
      try fill(rows, from: linear)
      if !isEdited { kept.withLock { $0[key] = rows } }
      return prepared(rows, rows.base)
    }
    let lease = pool.lease(count: outputs * linear.inputs)
    try fill(lease.rows, from: linear)
    return prepared(lease, lease.rows.base)
  }

  /// A matrix that stands in the checkpoint as products want it; `nil` where it has to be copied.
  static func mapped(
    _ linear: ModelArchitecture.Linear, _ checkpoint: CheckpointDirectory
  ) throws -> UnsafePointer<Float>? {
    guard isWhole(linear) else { return nil }
    let view = try checkpoint.tensor(named: linear.weights[0])
    guard view.elementType == .float32, let start = view.bytes.baseAddress,
      Int(bitPattern: start) % MemoryLayout<Float>.alignment == 0
    else { return nil }
    return start.assumingMemoryBound(to: Float.self)
  }

  /// Whether a matrix is one tensor, in the order of its outputs.
  private static func isWhole(_ linear: ModelArchitecture.Linear) -> Bool {
    linear.weights.count == 1 && linear.layout != .headInterleaved
  }

  /// One whole tensor of any shape as a single row.
  func vector(_ name: String) throws -> FloatRows {
    if let edited = overrides[name] { return edited }
    if let rows = kept.withLock({ $0[name] }) { return rows }
    let view = try checkpoint.tensor(named: name)
    let rows = FloatRows(rows: 1, columns: view.shape.reduce(1, *))
    try widen(view, elements: 0..<rows.columns, to: rows.base)
    kept.withLock { $0[name] = rows }
    return rows
  }

  /// The extents of a tensor as a matrix.
  func extents(of name: String) throws -> (rows: Int, columns: Int) {
    if let edited = overrides[name] { return (edited.rows, edited.columns) }
    return matrixExtents(of: try checkpoint.tensor(named: name).shape)
  }

  /// Copies row `index` of a matrix into `target`.
  func copyRow(_ index: Int, of name: String, width: Int, to target: UnsafeMutablePointer<Float>)
    throws
  {
    if let edited = overrides[name] {
      target.update(from: edited.base + index * width, count: width)
    } else {
      let view = try checkpoint.tensor(named: name)
      try widen(view, elements: index * width..<(index + 1) * width, to: target)
    }
  }

  private func bias(of linear: ModelArchitecture.Linear, outputs: Int) throws -> FloatRows? {
    guard !linear.biases.isEmpty else { return nil }
    if linear.biases.count == 1, linear.layout != .headInterleaved {
      return try vector(linear.biases[0])
    }
    let key = linear.biases.joined(separator: "\n") + "\n"
    let isEdited = linear.biases.contains { overrides[$0] != nil }
    if !isEdited, let rows = kept.withLock({ $0[key] }) { return rows }
    let rows = FloatRows(rows: 1, columns: outputs)
    var start = 0
    for (name, count) in zip(linear.biases, linear.outputs) {
      let part = try vector(name)
      copyOutputs(
        from: part.base, to: rows.base + start, count: count, width: 1, layout: linear.layout)
      start += count
    }
    if !isEdited { kept.withLock { $0[key] = rows } }
    return rows
  }

  private func fill(_ rows: FloatRows, from linear: ModelArchitecture.Linear) throws {
    var start = 0
    for (name, outputs) in zip(linear.weights, linear.outputs) {
      let target = rows.base + start * linear.inputs
      if linear.layout == .headInterleaved || overrides[name] != nil {
        let whole = overrides[name] ?? FloatRows(rows: outputs, columns: linear.inputs)
        if overrides[name] == nil {
          try widen(
            checkpoint.tensor(named: name), elements: 0..<outputs * linear.inputs, to: whole.base)
        }
        copyOutputs(
          from: whole.base, to: target, count: outputs, width: linear.inputs,
          layout: linear.layout)
      } else {
        try widen(
          checkpoint.tensor(named: name), elements: 0..<outputs * linear.inputs, to: target)
      }
      start += outputs
    }
  }

  /// Copies the rows of one part, putting interleaved heads in the order all q, all k, all v.
  private func copyOutputs(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int,
    width: Int, layout: ModelArchitecture.Layout
  ) {
    guard layout == .headInterleaved else {
      return target.update(from: source, count: count * width)
    }
    architecture.forEachHeadPart(width: width) { together, apart, count in
      (target + apart).update(from: source + together, count: count)
    }
  }

  private func widen(
    _ view: TensorView, elements: Range<Int>, to target: UnsafeMutablePointer<Float>
  ) throws {
    guard let start = view.bytes.baseAddress else { return }
    let source = start + elements.lowerBound * view.elementType.byteCount
    // Tensors of a file need not be aligned: an odd header leaves halves on odd addresses.
    switch view.elementType {
    case .float32:
      UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: elements.count * 4)
    case .float16, .bfloat16:
      let isHalf = view.elementType == .float16
      workers.split(elements.count, minimum: 1 << 18) { range in
        let halves = source + range.lowerBound * 2
        if isHalf {
          emend_widen_half(halves, target + range.lowerBound, range.count)
        } else {
          emend_widen_bfloat(halves, target + range.lowerBound, range.count)
        }
      }
    default:
      throw TransformerError.wrongElementType(
        tensor: view.name, found: view.elementType.rawValue)
    }
  }
}

/// Memory for widened matrices, given back when its user lets go.
private final class BufferPool: Sendable {
  private let free = Mutex<[Int: [FloatRows]]>([:])

  final class Lease: Sendable {
    let rows: FloatRows
    private let pool: BufferPool

    init(_ rows: FloatRows, _ pool: BufferPool) {
      self.rows = rows
      self.pool = pool
    }

    deinit { pool.free.withLock { $0[rows.columns, default: []].append(rows) } }
  }

  func lease(count: Int) -> Lease {
    let rows = free.withLock { $0[count]?.popLast() } ?? FloatRows(rows: 1, columns: count)
    return Lease(rows, self)
  }
}
