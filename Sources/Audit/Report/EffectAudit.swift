/// What the facts of an edit answer before and after it.
package struct EffectAudit: Sendable, Encodable {
  /// The means of a batch, by the names that manifests use.
  package typealias Metrics = [String: Double]

  /// One fact.
  package struct Fact: Sendable, Encodable, Equatable {
    /// The subject.
    package let subject: String
    /// The prompt about the subject.
    package let prompt: String
    /// The object that it should have.
    package let target: String
    /// The object that it had, where it is known.
    package let rival: String?
    /// The object's probability before.
    package let probabilityBefore: Double
    /// The same after.
    package let probabilityAfter: Double
    /// Whether the object wins after: over the rival, or over everything where none is known.
    package let holds: Bool
    /// Whether nothing is more probable after than the object.
    package let isAnswer: Bool
    /// The share of the paraphrases that say it; `nil` without any.
    package let paraphrases: Double?
  }

  /// Before the commit.
  package let before: Metrics
  /// After it.
  package let after: Metrics
  /// What the edit recorded; empty where it recorded nothing.
  package let recordedBefore: Metrics
  /// The same after.
  package let recordedAfter: Metrics
  /// Whether the recorded figures were taken on the very states of this commit.
  package let isComparable: Bool
  /// The facts.
  package let facts: [Fact]
}

/// A fact that is active at the end of a range, and whether it holds there.
package struct FactStanding: Sendable, Encodable, Equatable {
  /// The edit that carries it.
  package let edit: String
  /// The audited commit that brought it; `nil` where that lies before the range.
  package let commit: String?
  /// The subject.
  package let subject: String
  /// The prompt about the subject.
  package let prompt: String
  /// The object that it should have.
  package let target: String
  /// The object that it had, where it is known.
  package let rival: String?
  /// The object's probability before its commit, where that was audited.
  package let probabilityBefore: Double?
  /// The same after its commit or, of a fact from before the range, where that begins.
  package let probabilityAfter: Double?
  /// Whether it held there; `nil` where that state was not looked at.
  package let heldAfter: Bool?
  /// The object's probability now.
  package let probabilityNow: Double
  /// Whether it holds now: the object wins, and is still the answer where it was that.
  package let holdsNow: Bool
  /// Whether it held and no longer does.
  package var hasDrifted: Bool { heldAfter == true && !holdsNow }
}
