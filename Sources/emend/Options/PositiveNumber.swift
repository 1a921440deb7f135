internal import ArgumentParser

/// A whole number from 1.
struct PositiveNumber: ExpressibleByArgument, Hashable {
  let value: Int

  init?(argument: String) {
    guard let value = Int(argument), value >= 1 else { return nil }
    self.value = value
  }
}

extension ValidationError {
  /// Refuses numbers below 1.
  ///
  /// - Parameter given: the options' values, by their names.
  static func requirePositive(_ given: KeyValuePairs<String, Int?>) throws(ValidationError) {
    for (name, value) in given {
      if let value, value < 1 {
        throw ValidationError("\(name) takes a number from 1, not \(value).")
      }
    }
  }
}
