/// The numbers that are not zero among many, with their places.
struct FewNumbers: Sendable, Equatable {
  /// Ascending.
  private(set) var places: [UInt32] = []
  /// One for each place, none of them 0.
  private(set) var numbers: [Int64] = []

  var count: Int { places.count }

  /// Adds one behind the others.
  @inline(__always)
  mutating func append(_ number: Int64, at place: Int) {
    places.append(UInt32(truncatingIfNeeded: place))
    numbers.append(number)
  }

  mutating func reserveCapacity(_ count: Int) {
    places.reserveCapacity(count)
    numbers.reserveCapacity(count)
  }

  mutating func removeAll() {
    places.removeAll(keepingCapacity: true)
    numbers.removeAll(keepingCapacity: true)
  }

  /// The same, with each number divided by what divides all of them.
  func divided(by step: Int64) -> FewNumbers {
    var result = self
    if step > 0, step & (step - 1) == 0 {
      let shift = Int64(step.trailingZeroBitCount)
      for i in numbers.indices { result.numbers[i] = numbers[i] >> shift }
    } else {
      for i in numbers.indices { result.numbers[i] = numbers[i] / step }
    }
    return result
  }

  /// All `count` numbers, zeros and others.
  func all(_ count: Int) -> [Int64] {
    var result = [Int64](repeating: 0, count: count)
    for (place, number) in zip(places, numbers) { result[Int(place)] = number }
    return result
  }
}
