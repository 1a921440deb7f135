/// What an audit found of one edit.
package struct EditAudit: Sendable, Encodable {
  /// The change of one tensor.
  package struct Tensor: Sendable, Encodable, Equatable {
    /// The tensor.
    package let name: String
    /// Directions; `nil` for a dense change.
    package let rank: Int?
    /// ‖ΔW‖_F.
    package let norm: Double
    /// The same relative to ‖W‖_F before, where it was recorded.
    package let relativeNorm: Double?
  }

  /// Its id.
  package let id: String
  /// Its method.
  package let method: String
  /// Where its deltas come from: computed, imported or undeclared.
  package let provenance: String
  /// The program that made it.
  package let tool: String
  /// How many facts it declares.
  package let factCount: Int
  /// What it changes.
  package let tensors: [Tensor]
  /// Whether it does what it declares and nothing else.
  package let proof: DeclarationAudit
  /// What its facts answer; `nil` where no model could be run.
  package let effect: EffectAudit?

  private enum CodingKeys: String, CodingKey {
    case id = "edit"
    case method, provenance, tool, factCount, tensors, proof, effect
  }
}

/// Whether an edit does what it declares and nothing else.
package struct DeclarationAudit: Sendable, Encodable {
  /// How the proof ended.
  package enum Outcome: String, Sendable, Encodable {
    /// The change lies in what the declared facts span, and does to them what was recorded.
    case proven
    /// It does not: it does something that is not declared.
    case refuted
    /// The method's result does not follow from what is recorded.
    case notProvable = "not provable"
    /// There is nothing declared.
    case undeclared
    /// Something that the proof needs is missing.
    case notChecked = "not checked"
  }

  /// How it ended.
  package let outcome: Outcome
  /// Why it ended so, where that is not in the figures.
  package let reason: String?
  /// The figures, a tensor each.
  package let layers: [LayerProof]
  /// The prompts that the unexplained part moves most, where there is one: of an edit that declares nothing, all of it.
  package let suspects: [MovedSuspect]
}

/// A prompt that the unexplained part of a change moves.
package struct MovedSuspect: Sendable, Encodable, Equatable {
  /// The prompt.
  package let prompt: String
  /// How far its hidden state is moved, in units of what the declared facts are moved on average; of an edit that declares
  /// none, in those of the prompt that it moves most.
  package let response: Double
}
