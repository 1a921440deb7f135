internal import CKernels
package import Checkpoint

/// An edited tensor beside the one that it was made from, as bytes of one element type.
///
/// The memory must outlive the value. Elements are widened row by row when they are needed, so that
/// nothing of the tensor's size is held in float64.
package struct ImportSource {
  let elementType: ElementType
  let rows: Int
  let columns: Int
  let grid: FixedPointGrid
  /// W, what the grid integers are added to.
  let base: UnsafeRawBufferPointer
  /// P, the tensor as the present state has it: W where no active edit changes it.
  let present: UnsafeRawBufferPointer
  /// T, the edited tensor.
  let target: UnsafeRawBufferPointer
  /// Bytes that the sums of what is active may take: four tensors at work share what sums usually may take. However
  /// many there are, it is the same: corrections are chosen band by band, and bands follow it.
  static let memoryLimit = StackSum.usualMemoryLimit / 4

  /// Takes three tensors of one shape, `[rows, columns]`, a tensor of one dimension with one row.
  ///
  /// - Throws: ``DeltaError/unsupportedElementType(_:)``, ``DeltaError/byteCountMismatch(found:expected:)``,
  ///   ``DeltaError/notFinite(what:)`` for an edited tensor with a NaN or an infinity.
  package init(
    elementType: ElementType, rows: Int, columns: Int, grid: FixedPointGrid,
    base: UnsafeRawBufferPointer, present: UnsafeRawBufferPointer, target: UnsafeRawBufferPointer
  ) throws(DeltaError) {
    guard elementType.isFloating else { throw .unsupportedElementType(elementType.rawValue) }
    let expected = rows * columns * elementType.byteCount
    for bytes in [base, present, target] where bytes.count != expected {
      throw .byteCountMismatch(found: bytes.count, expected: expected)
    }
    (self.elementType, self.rows, self.columns, self.grid) = (elementType, rows, columns, grid)
    (self.base, self.present, self.target) = (base, present, target)
  }

  /// Rows whose numbers stay in the second-level cache.
  var bandHeight: Int { max(1, min(rows, (1 << 17) / max(1, columns))) }

  /// All bands of rows, in order.
  var bands: [Range<Int>] {
    stride(from: 0, to: rows, by: bandHeight).map { $0..<min($0 + bandHeight, rows) }
  }

  /// The bytes of some rows of one of the tensors.
  func bytes(_ tensor: UnsafeRawBufferPointer, _ rows: Range<Int>) -> UnsafeRawBufferPointer {
    let width = columns * elementType.byteCount
    return UnsafeRawBufferPointer(
      rebasing: tensor[rows.lowerBound * width..<rows.upperBound * width])
  }

  /// T and P of some rows as the kernels take them: float32 where that holds the type's numbers, else float64.
  func withNumbers<Result>(
    _ rows: Range<Int>,
    _ body: (_ target: UnsafeRawPointer, _ present: UnsafeRawPointer, _ isDouble: Int32) -> Result
  ) -> Result {
    let (t, p) = (bytes(target, rows), bytes(present, rows))
    guard let tp = t.baseAddress, let pp = p.baseAddress else {
      preconditionFailure("rows \(rows) are empty")
    }
    let count = rows.count * columns
    let widen: (UnsafeRawPointer, UnsafeMutablePointer<Float>) -> Void
    switch elementType {
    case .float16: widen = { emend_widen_half($0, $1, count) }
    case .bfloat16: widen = { emend_widen_bfloat($0, $1, count) }
    default: return body(tp, pp, elementType == .float64 ? 1 : 0)
    }
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 2 * count)
    defer { memory.deallocate() }
    widen(tp, memory)
    widen(pp, memory + count)
    return body(memory, memory + count, 0)
  }

  /// Whether all of T's numbers are; a look at every one.
  var isTargetFinite: Bool {
    (0..<rows * columns).allSatisfy { elementType.number(in: target, at: $0).isFinite }
  }

  /// Whether active edits change the tensor: then P was rounded, too.
  var isPresentRounded: Bool { present.baseAddress != base.baseAddress }

  /// How the type's numbers are spaced.
  var spacing: NumberSpacing { NumberSpacing(elementType) }
}

/// The distance from a number to the next one of an element type.
struct NumberSpacing {
  /// The least normal number.
  private let leastNormal: Double
  /// The spacing of the numbers in [1, 2).
  private let unit: Double

  init(_ type: ElementType) {
    switch type {
    case .float16: (leastNormal, unit) = (0x1p-14, 0x1p-10)
    case .bfloat16: (leastNormal, unit) = (0x1p-126, 0x1p-7)
    case .float32: (leastNormal, unit) = (0x1p-126, 0x1p-23)
    // The spacing itself is to be normal.
    default: (leastNormal, unit) = (0x1p-969, 0x1p-52)
    }
  }

  /// As the kernels take it.
  var kernel: emend_spacing { emend_spacing(least_normal: leastNormal, unit: unit) }

  /// The spacing above |t|; `t` must be finite.
  @inline(__always)
  func above(_ t: Double) -> Double {
    // Sign and fraction taken away, what is left of a number is its power of two.
    max(Double(bitPattern: t.bitPattern & 0x7FF0_0000_0000_0000), leastNormal) * unit
  }

  /// The numbers that round to `t` lie between these two, which themselves may or may not.
  func interval(around t: Double) -> (low: Double, high: Double) {
    let outer = above(t) / 2
    let magnitude = abs(t)
    // Towards zero from a power of two the numbers are twice as dense.
    let isPower = magnitude.significand == 1 && magnitude > leastNormal
    let inner = magnitude > 0 && isPower ? outer / 2 : outer
    return t < 0 ? (t - outer, t + inner) : (t - inner, t + outer)
  }
}
