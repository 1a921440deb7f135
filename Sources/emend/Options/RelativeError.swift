internal import ArgumentParser
internal import Delta

/// How far a stored delta may be from what was computed, relative to it.
struct RelativeError: ExpressibleByArgument {
  static let usual = RelativeError(value: TensorDelta.defaultPrecision)

  let value: Double

  private init(value: Double) { self.value = value }

  init?(argument: String) {
    guard let value = Double(argument), TensorDelta.precisions.contains(value) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { "\(value)" }
}
