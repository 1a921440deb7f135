internal import ArgumentParser

extension ValidationError {
  /// Refuses options that would be read and do nothing.
  ///
  /// - Parameters:
  ///   - given: whether each was given, by its name.
  ///   - circumstance: what leaves them without effect, such as `without --fact`.
  static func refuse(
    _ given: KeyValuePairs<String, Bool>, when isIdle: Bool, _ circumstance: String
  ) throws(ValidationError) {
    guard isIdle, let first = given.first(where: \.value) else { return }
    throw ValidationError("\(first.key) has no effect \(circumstance).")
  }
}
