extension RandomAccessCollection {
  /// Where the elements that come before what is looked for end, found by bisection.
  ///
  /// - Precondition: no element for which `isBefore` holds comes after one for which it does not.
  package func partitionPoint(where isBefore: (Element) throws -> Bool) rethrows -> Index {
    var (low, rest) = (startIndex, count)
    while rest > 0 {
      let middle = index(low, offsetBy: rest / 2)
      if try isBefore(self[middle]) {
        low = index(after: middle)
        rest -= rest / 2 + 1
      } else {
        rest /= 2
      }
    }
    return low
  }
}
