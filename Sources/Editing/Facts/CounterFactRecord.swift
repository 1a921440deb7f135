internal import Checkpoint

/// A record of CounterFact or MultiCounterFact (Meng et al., "Locating and editing factual associations in
/// GPT", NeurIPS 2022): the fact under `requested_rewrite`, with a `{}` in its prompt.
enum CounterFactRecord {
  static func matches(_ fields: RecordFields) -> Bool { fields.has("requested_rewrite") }

  /// The data set's own name of the new object (a Wikidata item such as `Q51`), by which texts about other
  /// subjects that have it are found.
  static func objectID(_ fields: RecordFields) -> String? {
    guard let rewrite = try? fields.section("requested_rewrite"),
      let target = try? rewrite.section("target_new")
    else { return nil }
    return target["id"]?.string
  }

  static func read(_ fields: RecordFields) throws(FactProblem) -> FactCase {
    let rewrite = try fields.section("requested_rewrite")
    let fact = try Fact(
      prompt: PromptTemplate(rewrite.text("prompt")), subject: rewrite.text("subject"),
      targetNew: rewrite.section("target_new").text("str"),
      targetTrue: rewrite.has("target_true")
        ? rewrite.section("target_true").optionalString("str") : nil,
      caseID: fields.optionalInteger("case_id"), relation: rewrite.optionalString("relation_id"))
    return FactCase(fact, companions: try PlainRecord.companions(fields))
  }
}
