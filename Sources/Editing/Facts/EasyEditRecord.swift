internal import Checkpoint

/// A record in the form of EasyEdit or of its benchmark KnowEdit: the subject is written out in `prompt`.
///
/// EasyEdit has `ground_truth`, `rephrase_prompt`, `locality_prompt` and `locality_ground_truth`; KnowEdit
/// has lists of prompts by kind under `locality`. `portability` is not used.
enum EasyEditRecord {
  private static let ownKeys = [
    "ground_truth", "rephrase_prompt", "rephrase", "locality_prompt", "locality", "portability",
  ]

  static func matches(_ fields: RecordFields) -> Bool {
    fields.has("prompt") && ownKeys.contains { fields.has($0) }
  }

  static func read(_ fields: RecordFields) throws(FactProblem) -> FactCase {
    let subject = try fields.text("subject").trimmed
    let fact = try Fact(
      prompt: template(fields.text("prompt"), subject: subject), subject: subject,
      targetNew: fields.text("target_new"), targetTrue: firstText(fields, "ground_truth"),
      caseID: fields.optionalInteger("case_id"), relation: fields.optionalString("relation_id"))
    return FactCase(
      fact,
      companions: FactCompanions(
        paraphrases: try ["rephrase_prompt", "rephrase"].map { key throws(FactProblem) in
          try firstText(fields, key)
        }.compactMap { $0 },
        neighbourhood: try localityPair(fields) + localityLists(fields)))
  }

  /// Some files that were converted from CounterFact have kept the `{}`.
  private static func template(
    _ prompt: String, subject: String
  ) throws(FactProblem) -> PromptTemplate {
    prompt.split(exactly: subject).count == 1 && prompt.split(exactly: "{}").count == 2
      ? try PromptTemplate(prompt) : try PromptTemplate(prompt, writtenWith: subject)
  }

  private static func localityPair(
    _ fields: RecordFields
  ) throws(FactProblem) -> [NeighbourhoodPrompt] {
    guard let prompt = try firstText(fields, "locality_prompt") else { return [] }
    let target = try firstText(fields, "locality_ground_truth")
    return [NeighbourhoodPrompt(prompt: prompt, target: target)]
  }

  private static func localityLists(
    _ fields: RecordFields
  ) throws(FactProblem) -> [NeighbourhoodPrompt] {
    guard fields.has("locality") else { return [] }
    let locality = try fields.section("locality")
    var prompts: [NeighbourhoodPrompt] = []
    for kind in locality.keys {
      for element in try locality.elements(kind) {
        guard case .object = element else {
          throw locality.wrongKind(kind, element, "objects in it")
        }
        let inner = try RecordFields(element)
        prompts.append(
          NeighbourhoodPrompt(
            prompt: try inner.text("prompt"), target: try firstText(inner, "ground_truth")))
      }
    }
    return prompts
  }

  /// A string, or the first one of a list of answers, however deep the lists are; `nil` where there is none.
  private static func firstText(
    _ fields: RecordFields, _ key: String
  ) throws(FactProblem) -> String? {
    guard var value = fields[key] else { return nil }
    while case .array(let elements) = value {
      guard let first = elements.first else { return nil }
      value = first
    }
    guard let text = value.string else {
      throw fields.wrongKind(key, value, "a string or a list of strings")
    }
    return text
  }
}
