package import Editing

/// Whether the keys of active edits enter a new batch's solve.
package enum HistoryRule: String, Sendable, Equatable, CaseIterable {
  /// They do: a new batch changes what earlier facts say as little as it changes ordinary text.
  case protect
  /// They do not: the MEMIT authors' behaviour.
  case forget
}

/// How a batch is solved, where the authors' way is not the only one; `nil` leaves it to the method.
package struct SolveRules: Sendable, Equatable {
  /// When a target is good enough.
  package var stop: StopRule?
  /// What becomes of several facts about one subject.
  package var sameSubject: SameSubject?
  /// Whether earlier facts are protected.
  package var history: HistoryRule?

  /// The method's own rules.
  package init() {}

  /// The rules that a method has, with its defaults where nothing was asked.
  ///
  /// - Throws: ``WorkflowError/ruleNotOfMethod(rule:method:)`` for one that it does not have.
  func settled(for method: EditMethod) throws(WorkflowError) -> SolveRules {
    var rules = self
    switch method {
    case .memit, .alphaEdit:
      rules.stop = stop ?? .loss
      rules.sameSubject = sameSubject ?? .merge
      rules.history = history ?? .protect
    case .rome:
      if sameSubject != nil { throw .ruleNotOfMethod(rule: "same-subject", method: "rome") }
      if history != nil { throw .ruleNotOfMethod(rule: "forget-history", method: "rome") }
      rules.stop = stop ?? .loss
    case .ft, .mend: try refuseAll(for: method)
    }
    return rules
  }

  /// - Throws: ``WorkflowError/ruleNotOfMethod(rule:method:)`` where any rule was asked for.
  private func refuseAll(for method: EditMethod) throws(WorkflowError) {
    let asked: [(rule: String, isAsked: Bool)] = [
      ("stop", stop != nil), ("same-subject", sameSubject != nil),
      ("forget-history", history != nil),
    ]
    if let first = asked.first(where: \.isAsked) {
      throw .ruleNotOfMethod(rule: first.rule, method: method.rawValue)
    }
  }
}
