internal import Editing

/// Everything that a batch's solution depends on besides facts and state.
struct SolveRecipe {
  var hyperparameters: EditHyperparameters
  let templates: ContextTemplates
  /// Settled for the method: `nil` where the method has no such rule.
  let rules: SolveRules
  let precision: Double
  let tool: String
}
