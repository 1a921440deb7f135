internal import Editing
internal import Evaluation
internal import Store

/// Holds edits against what is required of them: by whoever records them, and by the repository's `emend.require`.
struct EditGate {
  private let requirements: [Requirement]

  /// The repository's own requirements and those asked for now; all must be met.
  ///
  /// - Parameter text: conditions asked for now.
  /// - Throws: ``RequirementError``, what the configuration throws.
  init(of repository: EditRepository, asking text: String? = nil) throws {
    var requirements: [Requirement] = []
    if let rule = try repository.setting(Self.setting) {
      requirements.append(try Self.requirement(rule))
    }
    if let text { requirements.append(try Requirement(text, source: "--require")) }
    self.requirements = requirements
  }

  /// The setting that holds a repository's own rule.
  static let setting = "require"

  private static func requirement(_ rule: String) throws(RequirementError) -> Requirement {
    try Requirement(rule, source: "emend.\(setting)")
  }

  /// Refuses a rule that cannot be understood.
  static func checkRule(_ rule: String) throws(RequirementError) { _ = try requirement(rule) }

  /// Whether nothing is required.
  var isOpen: Bool { requirements.isEmpty }

  /// Refuses what does not measure up.
  ///
  /// - Throws: ``RequirementError/notMet(lines:source:)``.
  func check(
    before: [FactMeasurement], after: [FactMeasurement], tensors: [DeltaRecord.Description]
  ) throws {
    guard !isOpen else { return }
    let measured = GateMeasurement(before: before, after: after, tensors: tensors)
    for requirement in requirements { try requirement.check(measured) }
  }

  /// Refuses a joining of edits that does not measure up: the facts of edits that come and of those they come to are
  /// asked before and after, together.
  ///
  /// - Parameters:
  ///   - added: edits that come.
  ///   - beside: edits of the present state whose facts should still hold.
  ///   - dropped: edits that go.
  ///   - stack: the present state.
  func check(
    adding added: [StoredEdit], beside: [StoredEdit] = [], dropping dropped: [EditID],
    on stack: EditStack, in workspace: Workspace
  ) throws {
    guard !isOpen, !added.isEmpty else { return }
    try check(
      (added + beside).flatMap { try ListFacts.facts(of: $0) }, excluding: Set(dropped),
      adding: added.flatMap { try EncodedEdit(stored: $0).parts }, on: stack, in: workspace)
  }

  /// Refuses what does not measure up on a state that is to come.
  ///
  /// - Parameters:
  ///   - cases: what is asked before and after.
  ///   - excluded: edits of the present state that go.
  ///   - parts: deltas that come.
  func check(
    _ cases: [FactCase], excluding excluded: Set<EditID>, adding parts: [EncodedEdit.Part],
    on stack: EditStack, in workspace: Workspace
  ) throws {
    guard !isOpen else { return }
    let present = SolveState(stack: stack)
    var coming = SolveState(stack: stack)
    (coming.excluded, coming.extra) = (excluded, parts)
    try check(
      before: workspace.measure(cases, on: present), after: workspace.measure(cases, on: coming),
      tensors: parts.map(\.description))
  }
}
