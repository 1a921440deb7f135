internal import Checkpoint

extension HyperparameterReader {
  /// A value that is there and is neither `null` nor `false`: how the authors' files say "none".
  private func present(_ key: String) -> JSONValue? {
    switch object[key] {
    case nil, .null, .bool(false): nil
    case let value: value
    }
  }

  func optionalNumber(_ key: String, in range: ClosedRange<Double>) throws(EditingError) -> Double?
  {
    present(key) == nil ? nil : try number(key, in: range)
  }

  func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(EditingError) -> Int? {
    present(key) == nil ? nil : try integer(key, in: range)
  }

  func optionalNumbers(
    _ key: String, count: Int, in range: ClosedRange<Double>
  ) throws(EditingError) -> [Double]? {
    guard let value = present(key) else { return nil }
    let numbers = value.array?.compactMap(\.double) ?? []
    guard numbers.count == count, value.array?.count == count, numbers.allSatisfy(range.contains)
    else {
      throw bad(
        key, "\(count) numbers from \(range.lowerBound) to \(range.upperBound), or false")
    }
    return numbers
  }

  func optionalString(_ key: String) throws(EditingError) -> String? {
    guard let value = present(key) else { return nil }
    guard let text = value.string, !text.isEmpty else { throw bad(key, "a text") }
    return text
  }
}
