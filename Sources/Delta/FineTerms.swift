internal import Checkpoint

/// A number that is added to one element beside the grid's integers: value · 2^exponent.
///
/// Floating-point numbers far below a tensor's largest have last places below the tensor's grid. What it takes
/// to give such a number back is not a whole number of steps; it is added exactly all the same, and only the
/// sum of everything is rounded.
struct FineTerm: Sendable, Equatable {
  /// The element, counted in row-major order over the tensor.
  let element: Int
  /// Not 0.
  let value: Int64
  /// In ``ExactDyadicSum/exponents``.
  let exponent: Int
}

/// The fine terms of a change or of a band of rows of a stack, by their elements.
package struct FineTerms: Sendable, Equatable {
  /// In the order of their elements; an element may have several.
  private(set) var terms: [FineTerm] = []

  /// None.
  init() {}

  /// Whether there are none.
  package var isEmpty: Bool { terms.isEmpty }

  /// Adds a term of an element that is not before the last one.
  mutating func append(_ term: FineTerm) { terms.append(term) }

  /// Hands over each element that has terms, with all of them, in the elements' order.
  func forEachElement(_ body: (Int, ArraySlice<FineTerm>) throws -> Void) rethrows {
    var rest = terms[...]
    while let first = rest.first {
      let own = rest.prefix { $0.element == first.element }
      rest = rest.dropFirst(own.count)
      try body(first.element, own)
    }
  }

  /// The terms of some elements.
  func terms(of elements: Range<Int>) -> ArraySlice<FineTerm> {
    func first(from element: Int) -> Int { terms.partitionPoint { $0.element < element } }
    return terms[first(from: elements.lowerBound)..<first(from: elements.upperBound)]
  }

  /// Those of a band of elements out of several changes, counted from the band's first.
  init(of elements: Range<Int>, in changes: some Sequence<FineTerms>) {
    for change in changes {
      terms += change.terms(of: elements).map {
        FineTerm(
          element: $0.element - elements.lowerBound, value: $0.value, exponent: $0.exponent)
      }
    }
    terms.sort { $0.element < $1.element }
  }
}
