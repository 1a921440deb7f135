/// A base and what editing it needs: the files that a user names on the command line.
package struct EditingKit: Sendable {
  /// The checkpoint directory.
  package let base: String
  /// A file of hyperparameters.
  package let hyperparameters: String
  /// A file of context templates.
  package let templates: String
  /// A file of second moments.
  package let moments: String

  /// A kit of files.
  package init(base: String, hyperparameters: String, templates: String, moments: String) {
    self.base = base
    self.hyperparameters = hyperparameters
    self.templates = templates
    self.moments = moments
  }

  /// The invented world's model, with the second moments of the authors' program.
  package static let fictional = EditingKit(
    base: Fixture.path("fictional/model"),
    hyperparameters: Fixture.path("fictional/hparams_memit.json"),
    templates: Fixture.path("reference/memit/context_templates.json"),
    moments: Fixture.path("reference/memit/cov.safetensors"))
}
