internal import Pages

extension Verdict {
  /// Its colour and mark.
  var page: PageVerdict {
    switch self {
    case .clean: .pass
    case .notChecked: .unknown
    case .notProvable: .warn
    case .undeclared, .failed: .fail
    }
  }

  /// What it means, in a sentence.
  package var meaning: String {
    switch self {
    case .clean: "Everything was checked and is as declared."
    case .notChecked: "Something that a check needs is missing."
    case .notProvable: "As declared, as far as can be seen; the method allows no proof."
    case .undeclared: "It changes weights, and nobody said what it does."
    case .failed: "It is not what it says."
    }
  }
}

extension Finding.Severity {
  /// Its colour and mark.
  var page: PageVerdict {
    switch self {
    case .failure: .fail
    case .warning: .warn
    case .note: .unknown
    }
  }
}

extension Finding.Check {
  /// Its name for people.
  package var title: String { self == .sideEffects ? "side effects" : rawValue }
}

extension AuditComparison {
  /// What is otherwise, a sentence each.
  package var sentences: [String] {
    var result = changed.map { "\($0.commit.prefix(12)): \($0.before), now \($0.now)" }
    if !added.isEmpty {
      result.append("\(ShortNumber.count(added.count, "commit")) more than before")
    }
    if !missing.isEmpty {
      result.append(
        "\(ShortNumber.count(missing.count, "commit")) of the earlier audit not looked at now: "
          + missing.prefix(3).map { String($0.prefix(12)) }.joined(separator: ", "))
    }
    result += lost.map { "held and no longer does: \($0)" }
    result += gained.map { "did not hold and now does: \($0)" }
    return result.isEmpty ? ["no difference"] : result
  }
}
