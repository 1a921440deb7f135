/// What is measured of a record of CounterFact or zsRE, by the names that documents use.
///
/// - Source: Meng et al., "Mass-editing memory in a transformer", ICLR 2023, sections 5.1 and 5.2, as the
///   released programs compute them.
package enum Metric: String, Sendable, CaseIterable {
  /// ES: the new object is more probable than the old one after the rewrite prompt. Ties are failures.
  case efficacy
  /// PS: the same after paraphrases.
  case paraphrase
  /// NS: after prompts about other subjects, their object is more probable than the new one.
  case specificity
  /// P(new) − P(old) after the rewrite prompt; P is the geometric mean over the tokens.
  case efficacyMagnitude = "efficacy_magnitude"
  /// The same after paraphrases.
  case paraphraseMagnitude = "paraphrase_magnitude"
  /// P(their object) − P(new) after prompts about other subjects.
  case specificityMagnitude = "specificity_magnitude"
  /// Each token of the new object is the most probable one after the rewrite prompt. Success is lenient:
  /// this is not.
  case efficacyAccuracy = "efficacy_accuracy"
  /// The same after paraphrases.
  case paraphraseAccuracy = "paraphrase_accuracy"
  /// Each token of the other subjects' object is the most probable one.
  case specificityAccuracy = "specificity_accuracy"
  /// zsRE's efficacy: the share of the answer's tokens that are the most probable ones, each after the
  /// right tokens before it.
  case efficacyTokens = "efficacy_tokens"
  /// zsRE's paraphrase: the same for the question in other words.
  case paraphraseTokens = "paraphrase_tokens"
  /// zsRE's specificity: the same for the unrelated question, against its true answer.
  case specificityTokens = "specificity_tokens"
  /// GE: the entropy of the bigrams and trigrams of what the model writes about the subject, in bits.
  case entropy
  /// RS: the cosine of TF-IDF vectors between what the model writes and texts about subjects that have the
  /// new object.
  case reference

  /// What it is called in tables.
  package var title: String {
    switch self {
    case .efficacy: "efficacy success (ES)"
    case .paraphrase: "paraphrase success (PS)"
    case .specificity: "neighborhood success (NS)"
    case .efficacyMagnitude: "efficacy magnitude (EM)"
    case .paraphraseMagnitude: "paraphrase magnitude (PM)"
    case .specificityMagnitude: "neighborhood magnitude (NM)"
    case .efficacyAccuracy: "efficacy accuracy"
    case .paraphraseAccuracy: "paraphrase accuracy"
    case .specificityAccuracy: "neighborhood accuracy"
    case .efficacyTokens: "efficacy by tokens (zsRE)"
    case .paraphraseTokens: "paraphrase by tokens (zsRE)"
    case .specificityTokens: "specificity by tokens (zsRE)"
    case .entropy: "generation entropy (GE)"
    case .reference: "reference score (RS)"
    }
  }

  /// What the columns of tables call it.
  package var abbreviation: String {
    switch self {
    case .efficacy: "ES"
    case .paraphrase: "PS"
    case .specificity: "NS"
    case .efficacyMagnitude: "EM"
    case .paraphraseMagnitude: "PM"
    case .specificityMagnitude: "NM"
    case .efficacyAccuracy: "E acc."
    case .paraphraseAccuracy: "P acc."
    case .specificityAccuracy: "N acc."
    case .efficacyTokens: "efficacy"
    case .paraphraseTokens: "paraphrase"
    case .specificityTokens: "specificity"
    case .entropy: "GE"
    case .reference: "RS"
    }
  }

  /// What multiplies it in the paper's tables: all of them, 100.
  package static let tableFactor = 100.0
}
