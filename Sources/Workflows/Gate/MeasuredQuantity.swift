internal import Evaluation
internal import Store

/// A quantity that a requirement can name: a metric after the edit, or how it changed, or the size of the change.
package struct MeasuredQuantity: Sendable, Equatable {
  /// Which figure of a metric.
  enum Form: String, Sendable, CaseIterable {
    /// After the edit.
    case after = ""
    /// Before the edit.
    case before = "_before"
    /// Before less after: positive for a loss.
    case drop = "_drop"
    /// After less before.
    case gain = "_gain"
  }

  /// As it is written.
  package let name: String
  let kind: Kind

  enum Kind: Sendable, Equatable {
    case metric(String, Form)
    /// How many facts were measured.
    case facts
    /// The largest ‖Δ‖/‖W‖ of a tensor, both Frobenius norms.
    case change
  }

  private static let others = ["facts", "change"]

  /// What there is to name, in words.
  package static let summary =
    (BatchMeasurement.names + others).joined(separator: ", ")
    + "; metrics also with _before, _drop and _gain"

  /// Reads a name.
  ///
  /// - Throws: ``RequirementError/unknownQuantity(_:similar:source:)``.
  init(name: String, source: String) throws(RequirementError) {
    self.name = name
    switch name {
    case "facts": kind = .facts
    case "change": kind = .change
    default:
      for metric in BatchMeasurement.names {
        for form in Form.allCases where name == metric + form.rawValue {
          kind = .metric(metric, form)
          return
        }
      }
      throw .unknownQuantity(
        name, similar: nearMisses(of: name, among: Self.spellings), source: source)
    }
  }

  private static let spellings =
    others
    + BatchMeasurement.names.flatMap { metric in Form.allCases.map { metric + $0.rawValue } }
}

/// What a requirement is held against.
struct GateMeasurement {
  let before: BatchMeasurement
  let after: BatchMeasurement
  let facts: Int
  /// ‖Δ‖/‖W‖ of each tensor that is changed.
  let changes: [Double]

  init(
    before: [FactMeasurement], after: [FactMeasurement], tensors: [DeltaRecord.Description]
  ) {
    self.before = BatchMeasurement(before)
    self.after = BatchMeasurement(after)
    facts = after.count
    changes = tensors.compactMap(\.relativeNorm)
  }

  /// The value of a quantity in words.
  func text(of quantity: MeasuredQuantity) -> String {
    guard let value = value(of: quantity) else { return "not measured" }
    guard value.isFinite else { return "infinite" }
    return quantity.kind == .facts ? "\(facts)" : DecimalText.rounded(value).description
  }

  /// The value of a quantity; `nil` where there was nothing to measure it on.
  func value(of quantity: MeasuredQuantity) -> Double? {
    switch quantity.kind {
    case .facts: return Double(facts)
    case .change: return changes.max()
    case .metric(let name, let form):
      let old = before.named.first { $0.name == name }?.mean.value
      let new = after.named.first { $0.name == name }?.mean.value
      switch form {
      case .after: return new
      case .before: return old
      case .drop: return old.flatMap { old in new.map { old - $0 } }
      case .gain: return old.flatMap { old in new.map { $0 - old } }
      }
    }
  }
}
