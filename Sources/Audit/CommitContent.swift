internal import Store

/// What is known of a commit's content so far.
struct CommitContent {
  var edits: [EditAudit] = []
  var dropped: [String] = []
  /// Those of them that the commit's message says nothing of.
  var unsaid: [EditID] = []
  var weights: CommitAudit.Weights?
  var effects: SideEffects?
  var growth: [TensorGrowth] = []
  var findings: [Finding] = []
  /// Whether a part could not be looked at.
  var isIncomplete = false
}
