internal import Checkpoint

/// `{"prompt", "subject", "target_new"}` with a `{}` in the prompt: our own form, one a line.
///
/// What else may be there: `target_true`, `case_id`, `relation_id`, and the prompts that CounterFact has
/// (`paraphrase_prompts`, `neighborhood_prompts`, `attribute_prompts`, `generation_prompts`). A
/// neighbourhood prompt is a string, or an object with `prompt` and `target`.
enum PlainRecord {
  static func matches(_ fields: RecordFields) -> Bool {
    fields.has("prompt") || fields.has("subject") || fields.has("target_new")
  }

  static func read(_ fields: RecordFields) throws(FactProblem) -> FactCase {
    let fact = try Fact(
      prompt: PromptTemplate(fields.text("prompt")), subject: fields.text("subject"),
      targetNew: fields.text("target_new"), targetTrue: fields.optionalString("target_true"),
      caseID: fields.optionalInteger("case_id"), relation: fields.optionalString("relation_id"))
    return FactCase(fact, companions: try companions(fields))
  }

  /// The prompts beside a fact, under the names that CounterFact gave them.
  static func companions(_ fields: RecordFields) throws(FactProblem) -> FactCompanions {
    FactCompanions(
      paraphrases: try fields.filledStrings("paraphrase_prompts"),
      neighbourhood: try fields.filled("neighborhood_prompts").map {
        value throws(FactProblem) in
        if let prompt = value.string { return NeighbourhoodPrompt(prompt: prompt) }
        guard case .object = value else {
          throw fields.wrongKind("neighborhood_prompts", value, "strings or objects in it")
        }
        let inner = try RecordFields(value)
        return NeighbourhoodPrompt(
          prompt: try inner.string("prompt"), target: try inner.optionalString("target"))
      },
      attribute: try fields.strings("attribute_prompts"),
      generation: try fields.strings("generation_prompts"))
  }
}
