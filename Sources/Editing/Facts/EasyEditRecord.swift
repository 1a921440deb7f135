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
      targetNew: fields.text("target_new"), targetTrue: fields.firstText("ground_truth"),
      caseID: fields.optionalInteger("case_id"), relation: fields.optionalString("relation_id"))
    return FactCase(
      fact,
      companions: FactCompanions(
        paraphrases: try ["rephrase_prompt", "rephrase"].map { key throws(FactProblem) in
          try fields.firstText(key)
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
    guard let prompt = try fields.firstText("locality_prompt") else { return [] }
    let target = try fields.firstText("locality_ground_truth")
    return [NeighbourhoodPrompt(prompt: prompt, target: target)]
  }

  /// Questions about other things, each with its answer: the fact's old object is none of theirs.
  private static func localityLists(
    _ fields: RecordFields
  ) throws(FactProblem) -> [NeighbourhoodPrompt] {
    guard fields.has("locality") else { return [] }
    let locality = try fields.section("locality")
    var prompts: [NeighbourhoodPrompt] = []
    for kind in locality.keys {
      for (index, element) in try locality.elements(kind).enumerated() {
        let inner = try locality.inner(element, at: index, of: kind)
        guard let answer = try inner.firstText("ground_truth") else {
          throw inner.missing("ground_truth", "a string or a list of strings")
        }
        prompts.append(NeighbourhoodPrompt(prompt: try inner.text("prompt"), target: answer))
      }
    }
    return prompts
  }
}
