/// What an audit looks at besides the commits themselves.
package struct AuditPlan: Sendable {
  /// Prompts whose answers should stay; the facts' own neighbourhood prompts where it is `nil`.
  package var probes: [String]?
  /// How many probes are asked at most.
  package var probeLimit = 200
  /// A text whose perplexity is taken before and after; none where it is empty.
  package var documents: [String] = []
  /// Prompts that an unexplained change is tried on, beside the facts of the range.
  package var prompts: [String] = []
  /// Whether a commit without a good signature fails.
  package var requiresSignatures = false
  /// The program and its version, for the report.
  package var tool: String

  /// The default: neighbourhood prompts, no text, signatures as they are.
  package init(tool: String) { self.tool = tool }
}
