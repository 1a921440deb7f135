internal import Store

/// What an edit must measure up to before it is recorded: `efficacy>=0.95,specificity_drop<=0.02`.
///
/// Conditions with commas between them, all of which must hold. A condition is a quantity, one of `>=`, `<=`, `>` and
/// `<`, and a number, which may be a percentage. Blanks do not matter.
package struct Requirement: Sendable, Equatable {
  /// One condition.
  package struct Condition: Sendable, Equatable {
    /// What is measured.
    package let quantity: MeasuredQuantity
    /// How it must compare.
    package let relation: Relation
    /// With what.
    package let bound: Double
    /// As it was written.
    package let text: String

    /// Whether a measured value satisfies it; what could not be measured does not.
    func holds(for value: Double?) -> Bool { value.map { relation.holds($0, bound) } ?? false }
  }

  /// How a value must compare with its bound.
  package enum Relation: String, Sendable, Equatable, CaseIterable {
    case atLeast = ">="
    case atMost = "<="
    case above = ">"
    case below = "<"

    /// A billionth is what reading decimals may cost.
    fileprivate func holds(_ value: Double, _ bound: Double) -> Bool {
      switch self {
      case .atLeast: value >= bound - 1e-9
      case .atMost: value <= bound + 1e-9
      case .above: value > bound + 1e-9
      case .below: value < bound - 1e-9
      }
    }
  }

  /// The conditions, in the order in which they were written.
  package let conditions: [Condition]
  /// Where they stand: the command line, or the repository's settings.
  package let source: String

  /// Reads conditions.
  ///
  /// - Parameter source: named in messages.
  /// - Throws: ``RequirementError``.
  package init(_ text: String, source: String) throws(RequirementError) {
    var conditions: [Condition] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      conditions.append(try Self.condition(String(part), source))
    }
    self.conditions = conditions
    self.source = source
  }

  private static func condition(_ part: String, _ source: String) throws(RequirementError)
    -> Condition
  {
    let text = String(part.filter { !$0.isWhitespace })
    guard let start = text.firstIndex(where: { "<>=".contains($0) }) else {
      throw .notACondition(text, source: source)
    }
    let name = String(text[..<start])
    let rest = text[start...]
    guard let relation = Relation.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
      throw .notACondition(text, source: source)
    }
    var digits = rest.dropFirst(relation.rawValue.count)
    let isPercentage = digits.last == "%"
    if isPercentage { digits = digits.dropLast() }
    guard let number = Double(digits), number.isFinite else {
      throw .notACondition(text, source: source)
    }
    return Condition(
      quantity: try MeasuredQuantity(name: name, source: source), relation: relation,
      bound: isPercentage ? number / 100 : number, text: text)
  }

  /// Refuses an edit that does not measure up.
  ///
  /// - Throws: ``RequirementError/notMet(lines:source:)`` with the figures.
  func check(_ measured: GateMeasurement) throws(RequirementError) {
    let unmet = conditions.filter { !$0.holds(for: measured.value(of: $0.quantity)) }
    guard !unmet.isEmpty else { return }
    throw .notMet(
      lines: unmet.map { condition in
        "\(condition.quantity.name) is \(measured.text(of: condition.quantity)), "
          + "wanted \(condition.text.dropFirst(condition.quantity.name.count))"
      }, source: source)
  }
}
