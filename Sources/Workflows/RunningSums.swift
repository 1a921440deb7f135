internal import Checkpoint
internal import Delta
internal import Store

/// The sums of grid integers of one state after another: a walk through a history decodes each delta once,
/// and takes it out again where an edit is dropped.
///
/// Sums have no order, so that it does not matter which way led to a state: its weights are those that
/// ``StackMaterialiser`` gives.
final class RunningSums {
  private struct Sum {
    let type: ElementType
    let grid: FixedPointGrid
    let rows: Int
    let columns: Int
    var integers: [Int64]
    /// How many active edits change the tensor.
    var changes = 0
    /// How many of them have something below the grid.
    var finer = 0
  }

  private let base: BaseBinding
  private let limit: Int
  private var stack: EditStack?
  private var sums: [String: Sum] = [:]

  /// Sums on a base.
  ///
  /// - Parameter limit: bytes that they may take.
  init(of base: BaseBinding, limit: Int) {
    self.base = base
    self.limit = limit
  }

  /// Goes to a state.
  ///
  /// - Returns: whether it is one that sums alone describe; if not, this object is at no state.
  /// - Throws: ``WorkflowError/foreignTensor(edit:tensor:found:expected:)``, and what the store and the codec throw.
  func move(to new: EditStack) throws -> Bool {
    let old = stack
    stack = nil  // until it has arrived
    let before = Set(old?.edits ?? [])
    let after = Set(new.edits)
    let step = before.symmetricDifference(after)
    do {
      if let old, step.count < after.count {
        for id in step.subtracting(after) { try change(old.edit(id), .out) }
        for id in step.subtracting(before) { try change(new.edit(id), .in) }
      } else {
        sums = [:]
        for id in new.edits { try change(new.edit(id), .in) }
      }
    } catch is DoesNotFit {
      sums = [:]
      return false
    }
    sums = sums.filter { $0.value.changes > 0 }
    guard sums.values.allSatisfy({ $0.finer == 0 }) else { return false }
    stack = new
    return true
  }

  /// The tensors that the state changes, by name.
  var changedTensors: [String] { sums.keys.sorted() }

  /// Writes a changed tensor of the state, piece by piece, in the checkpoint's element type.
  func write(_ name: String, to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
    guard let sum = sums[name] else { return }
    let source = try base.checkpoint.tensor(named: name).bytes
    let materialiser = try Materialiser(elementType: sum.type, grid: sum.grid)
    let band = max(1, Self.bandElements / max(1, sum.columns)) * sum.columns
    var output = [UInt8](repeating: 0, count: min(band, sum.integers.count) * sum.type.byteCount)
    try sum.integers.withUnsafeBufferPointer { integers in
      for start in stride(from: 0, to: integers.count, by: max(1, band)) {
        let elements = start..<min(start + band, integers.count)
        let bytes = start * sum.type.byteCount..<elements.upperBound * sum.type.byteCount
        try output.withUnsafeMutableBytes { buffer in
          let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes.count])
          try materialiser.apply(
            UnsafeBufferPointer(rebasing: integers[elements]),
            to: UnsafeRawBufferPointer(rebasing: source[bytes]), into: target)
          try sink(UnsafeRawBufferPointer(target))
        }
      }
    }
  }

  private static let bandElements = 1 << 16

  private enum Direction { case `in`, out }
  private struct DoesNotFit: Error {}

  private func change(_ edit: StoredEdit, _ direction: Direction) throws {
    for record in edit.manifest.deltas {
      let description = record.description
      let place = try StackMaterialiser.place(
        of: record.tensor, shape: description.shape, in: base.manifest, edit: edit.id.abbreviated)
      var sum: Sum
      if let known = sums.removeValue(forKey: record.tensor) {
        sum = known
      } else {
        let taken = sums.values.reduce(0) { $0 + 8 * $1.integers.count }
        guard taken + 8 * place.rows * place.columns <= limit else { throw DoesNotFit() }
        sum = Sum(
          type: place.tensor.elementType, grid: place.grid, rows: place.rows,
          columns: place.columns,
          integers: [Int64](repeating: 0, count: place.rows * place.columns))
      }
      let delta = try EncodedEdit.Part(stored: edit, tensor: record.tensor).delta()
      let one = direction == .in ? 1 : -1
      sum.changes += one
      if case .finer = delta { sum.finer += one }
      // What stands below the grid is counted above: such a state is not one that sums describe.
      try StackSum(rows: sum.rows, columns: sum.columns, grid: sum.grid).forEachBand(
        of: 1, load: { _ in delta }
      ) { rows, integers, _ in
        let start = rows.lowerBound * sum.columns
        var overflows = false
        sum.integers.withUnsafeMutableBufferPointer { total in
          for i in integers.indices {
            let (value, isTooLarge) =
              direction == .in
              ? total[start + i].addingReportingOverflow(integers[i])
              : total[start + i].subtractingReportingOverflow(integers[i])
            total[start + i] = value
            overflows = overflows || isTooLarge
          }
        }
        // What passes 64 bits on the way need not do so at the end: the other way will tell.
        if overflows { throw DoesNotFit() }
      }
      sums[record.tensor] = sum
    }
  }
}
