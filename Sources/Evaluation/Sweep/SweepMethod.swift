package import Checkpoint
package import Editing

/// An editor in a sweep, with everything that its results depend on.
package struct SweepMethod {
  /// Names its results: letters, digits and hyphens.
  package let name: String
  /// The editor, on the original weights. It computes on them again and again; nothing is ever applied.
  package let editor: any Editor
  /// What identifies the results: hyperparameters, contexts, second moments, rules.
  package let settings: [(key: String, value: JSONValue)]

  /// Puts them together.
  package init(
    name: String, editor: any Editor, settings: [(key: String, value: JSONValue)]
  ) {
    self.name = name
    self.editor = editor
    self.settings = settings
  }

  /// The name under which the original weights are measured.
  package static let unedited = "unedited"

  /// The settings that follow from an editor's ingredients.
  ///
  /// - Parameter moments: the digest of each layer's second moment.
  package static func settings(
    _ hyperparameters: EditHyperparameters, _ templates: ContextTemplates,
    moments: [(layer: Int, digest: Digest)]
  ) -> [(key: String, value: JSONValue)] {
    // Group by group: keys are averaged within each.
    let groups = templates.groups.map { JSONValue.array($0.map { .string($0) }) }
    return [("method", .string(hyperparameters.method.rawValue))] + hyperparameters.json
      + [("context_templates", .array(groups))]
      + moments.map { ("second_moment.\($0.layer)", .string($0.digest.hexadecimal)) }
  }
}
