import ArgumentParser

extension ValidationError {
  /// Refuses counts of nothing, of which there is no figure to print.
  static func requirePositive(_ options: [String: [Int]]) throws(ValidationError) {
    for (name, values) in options.sorted(by: { $0.key < $1.key }) {
      if let value = values.first(where: { $0 < 1 }) {
        throw ValidationError("\(name) takes a number from 1, not \(value).")
      }
    }
  }
}
