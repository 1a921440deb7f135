internal import ArgumentParser

/// A whole number from 1.
struct PositiveNumber: ExpressibleByArgument, Hashable {
  let value: Int

  init?(argument: String) {
    guard let value = Int(argument), value >= 1 else { return nil }
    self.value = value
  }
}
