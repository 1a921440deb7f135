internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store

extension DecimalText {
  /// A finite number with six significant digits: enough for people and checks, the same everywhere.
  static func rounded(_ value: Double) -> DecimalText {
    DecimalText(value.roundedToSignificantDigits(6)) ?? .zero
  }

  private static let zero: DecimalText = {
    guard let zero = DecimalText(0.0) else { preconditionFailure("zero is finite") }
    return zero
  }()
}

extension Double {
  fileprivate func roundedToSignificantDigits(_ digits: Int) -> Double {
    guard self != 0, isFinite else { return isFinite ? self : 0 }
    var scale = 1.0
    let limit = 1.0
    var magnitude = abs(self)
    while magnitude >= 10 { (magnitude, scale) = (magnitude / 10, scale / 10) }
    while magnitude < limit { (magnitude, scale) = (magnitude * 10, scale * 10) }
    for _ in 1..<digits { scale *= 10 }
    // Dividing by a power of ten above 1 gives the number whose text is short.
    return scale >= 1 ? (self * scale).rounded() / scale : (self * scale).rounded() * (1 / scale)
  }
}

extension BatchMeasurement {
  /// As the manifest keeps it: decimal text and counts.
  var json: CanonicalJSON {
    .object(
      .init(
        named.map { name, mean in
          (
            name,
            .object(
              .init([
                ("count", .integer(Int64(mean.count))),
                ("mean", .string(DecimalText.rounded(mean.value).description)),
              ]))
          )
        }))
  }
}

extension MEMITHyperparameters {
  /// As the manifest keeps them.
  func canonicalJSON(stop: StopRule, precision: Double) -> CanonicalJSON.Object {
    let members = json.map { key, value in (key, CanonicalJSON(value)) }
    return .init(
      members + [
        ("precision", .string(DecimalText.rounded(precision).description)),
        ("stop", .string(stop.rawValue)),
      ])
  }
}

extension CanonicalJSON {
  /// A value whose fractions become decimal text.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .string("null")
    case .bool(let value): self = .boolean(value)
    case .integer(let value): self = .integer(Int64(value))
    case .number(let value): self = .string(DecimalText.rounded(value).description)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { CanonicalJSON($0) })
    case .object(let object):
      self = .object(.init(object.members.map { ($0.key, CanonicalJSON($0.value)) }))
    }
  }
}
