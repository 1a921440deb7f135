/// What ROME's authors leave to the user, under the key names of their JSON files.
package struct ROMEHyperparameters: Sendable, Equatable {
  /// Which key the update is divided by (`rome.denominator`, a key of this program).
  package enum Denominator: String, Sendable, Equatable, CaseIterable {
    /// The mean over the contexts that the direction comes from, too. The edited matrix then sends this key
    /// to the target exactly, and the denominator is positive whatever the key.
    /// - Source: "Rebuilding ROME", arXiv 2403.07175.
    case averaged
    /// The bare prompt's: the released program. Where the two keys differ much the denominator is near
    /// zero, and one edit destroys the model.
    case bare
  }

  /// The edited layer (`layers`, which has one entry).
  package var layer: Int
  /// How targets are found.
  package var target: TargetSettings
  /// Whether the direction is C⁻¹k and not k itself (`mom2_adjustment`).
  package var usesMoments = true
  /// How many contexts of how many tokens the model writes (`context_template_length_params`).
  package var contexts: [ContextLength] = [
    ContextLength(tokens: 5, count: 10), ContextLength(tokens: 10, count: 10),
  ]
  /// Which key the update is divided by.
  package var denominator = Denominator.averaged
  /// Memory that one batch of work may take, in bytes.
  package var batchBytes: Int = 1 << 30

  /// Contexts of one length.
  package struct ContextLength: Sendable, Equatable {
    /// Tokens, the one that begins a text included.
    package let tokens: Int
    /// How many contexts.
    package let count: Int

    /// `count` contexts of `tokens` tokens.
    package init(tokens: Int, count: Int) {
      self.tokens = tokens
      self.count = count
    }
  }

  /// The values that differ between models.
  package init(layer: Int, target: TargetSettings) {
    self.layer = layer
    self.target = target
  }

  /// ROME's targets: outputs of the edited block's MLP.
  package var objective: TargetObjective {
    TargetObjective(layer: layer, settings: target, batchBytes: batchBytes)
  }
}
