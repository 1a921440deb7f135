package import Files
internal import Glibc

/// A tensor where it lies in its file. Holding the view keeps the file mapped; no bytes are copied.
///
/// `@unchecked Sendable`: the memory is read-only and lives as long as `file`.
package struct TensorView: @unchecked Sendable {
  /// As in the checkpoint.
  package let name: String
  /// How the numbers are stored.
  package let elementType: ElementType
  /// The extents, outermost first; elements are in row-major order.
  package let shape: [Int]
  /// The elements, little-endian. May start at any address: use ``ElementType/widen(_:into:)`` or unaligned loads.
  package let bytes: UnsafeRawBufferPointer
  /// The file that the bytes are in.
  package let file: MappedFile

  /// Name, type and extents.
  package var declaration: TensorDeclaration {
    TensorDeclaration(name: name, elementType: elementType, shape: shape)
  }
  /// The product of the extents.
  package var elementCount: Int { bytes.count / elementType.byteCount }

  /// Where ``bytes`` lie in ``file``.
  package var fileRange: Range<Int> {
    guard let start = bytes.baseAddress, let fileStart = file.bytes.baseAddress else {
      return 0..<0
    }
    return start - fileStart..<start - fileStart + bytes.count
  }

  /// Whether another tensor has the same type, extents and bytes.
  package func holdsTheSame(as other: TensorView) -> Bool {
    guard elementType == other.elementType, shape == other.shape else { return false }
    guard let own = bytes.baseAddress, let its = other.bytes.baseAddress else { return true }
    return memcmp(own, its, bytes.count) == 0
  }

  /// Whether another tensor has the same extents and the same numbers, each widened from its own type, which is exact.
  package func holdsTheSameNumbers(as other: TensorView) -> Bool {
    guard elementType != other.elementType else { return holdsTheSame(as: other) }
    guard elementType.isFloating, other.elementType.isFloating, shape == other.shape else {
      return false
    }
    func numbers(of tensor: TensorView, _ elements: Range<Int>) -> [Double] {
      let size = tensor.elementType.byteCount
      let bytes = UnsafeRawBufferPointer(
        rebasing: tensor.bytes[elements.lowerBound * size..<elements.upperBound * size])
      return [Double](unsafeUninitializedCapacity: elements.count) { target, count in
        tensor.elementType.widen(
          bytes, into: UnsafeMutableBufferPointer(rebasing: target[..<elements.count]))
        count = elements.count
      }
    }
    let piece = 1 << 12
    return stride(from: 0, to: elementCount, by: piece).allSatisfy { start in
      let elements = start..<min(start + piece, elementCount)
      return numbers(of: self, elements) == numbers(of: other, elements)
    }
  }

  /// Gives the pages wholly inside a range of ``bytes`` back to the system (``MappedFile``).
  package func releasePages(in range: Range<Int>) {
    let offset = fileRange.lowerBound
    file.releasePages(in: offset + range.lowerBound..<offset + range.upperBound)
  }
}
