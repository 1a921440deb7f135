/// A tensor as a matrix of its last extent; one row where it has one dimension.
package func matrixExtents(of shape: [Int]) -> (rows: Int, columns: Int) {
  (shape.dropLast().reduce(1, *), shape.last ?? 1)
}

/// What is said of a tensor before its numbers: the name, how they are stored, the extents.
package struct TensorDeclaration: Sendable, Hashable {
  /// As in the checkpoint; never a path.
  package let name: String
  /// How the numbers are stored.
  package let elementType: ElementType
  /// The extents, outermost first; empty for a single number. Elements are in row-major order.
  package let shape: [Int]

  /// Makes a declaration.
  package init(name: String, elementType: ElementType, shape: [Int]) {
    self.name = name
    self.elementType = elementType
    self.shape = shape
  }

  /// The product of the extents; `nil` if one is negative or the product does not fit in 64 bits.
  package var elementCount: Int? {
    // An extent of 0 makes the product 0, whatever the others are: look for it before multiplying.
    guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
    guard !shape.contains(0) else { return 0 }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// The bytes of all elements; `nil` where ``elementCount`` is, or if they do not fit in 64 bits.
  package var byteCount: Int? {
    guard let elementCount else { return nil }
    let (product, overflow) = elementCount.multipliedReportingOverflow(by: elementType.byteCount)
    return overflow ? nil : product
  }
}
