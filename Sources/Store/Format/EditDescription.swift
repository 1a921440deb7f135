package import Checkpoint

/// What whoever made an edit says about it; digests and chunks follow from the content.
package struct EditDescription: Sendable, Equatable {
  /// Where the deltas come from.
  package enum Provenance: String, Sendable, CaseIterable {
    /// Computed by this program from the facts.
    case computed
    /// Made elsewhere; the facts were handed in with it.
    case imported
    /// Made elsewhere, and nobody said what it does. Such an edit has no facts.
    case undeclared
  }

  /// Second moments that the computation used.
  package struct Statistics: Sendable, Equatable {
    /// The layer's input that they belong to.
    package let name: String
    /// The SHA-256 of the statistics.
    package let digest: Digest

    /// Names statistics.
    package init(name: String, digest: Digest) {
      self.name = name
      self.digest = digest
    }
  }

  /// The method's name: `memit`, `rome`, `lora` …
  package let method: String
  /// The method's settings: text, integers, truth values, lists of them.
  package let hyperparameters: CanonicalJSON.Object
  /// The prefixes that prompts were tried with.
  package let contextTemplates: [String]
  /// Where the deltas come from.
  package let provenance: Provenance
  /// The tree of the commit that the edit was computed on.
  package let computedOn: ObjectID
  /// Second moments that were used, sorted by name.
  package let statistics: [Statistics]
  /// What was measured before and after, as the recorder arranges it; numbers are ``DecimalText``.
  package let measurements: CanonicalJSON.Object
  /// The program and its version: `emend 0.1.0`.
  package let tool: String

  /// Describes an edit; sorts the statistics.
  package init(
    method: String, hyperparameters: CanonicalJSON.Object = .init(),
    contextTemplates: [String] = [], provenance: Provenance, computedOn: ObjectID,
    statistics: [Statistics] = [], measurements: CanonicalJSON.Object = .init(), tool: String
  ) {
    self.method = method
    self.hyperparameters = hyperparameters
    self.contextTemplates = contextTemplates
    self.provenance = provenance
    self.computedOn = computedOn
    self.statistics = statistics.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    self.measurements = measurements
    self.tool = tool
  }
}
