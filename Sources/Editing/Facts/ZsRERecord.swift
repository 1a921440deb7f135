internal import Checkpoint

/// A record of zsRE as MEND's authors prepared it (Mitchell et al., "Fast model editing at scale", ICLR
/// 2022), read as MEMIT's authors do: the prompt is `src` with a place for the subject, the new object
/// is the first of `answers`, which is true; `alt` and `pred` are not used.
enum ZsRERecord {
  static func matches(_ fields: RecordFields) -> Bool { fields.has("src") }

  /// - Parameter position: counted from 0; it becomes the case's number.
  static func read(_ fields: RecordFields, position: Int) throws(FactProblem) -> FactCase {
    let subject = try fields.text("subject").trimmed
    guard let answer = try fields.filledStrings("answers").first else {
      throw .missing(field: "answers", expected: "at least one string in it")
    }
    guard !answer.trimmed.isEmpty else { throw .empty(field: "answers") }
    let fact = try Fact(
      prompt: PromptTemplate(fields.text("src"), writtenWith: subject), subject: subject,
      targetNew: answer, caseID: position, relation: fields.optionalString("relation_id"))
    return FactCase(
      fact,
      companions: FactCompanions(
        paraphrases: try fields.optionalText("rephrase").map { [$0] } ?? [],
        neighbourhood: try neighbourhood(fields)))
  }

  /// The question about something else; the answer follows the question mark.
  private static func neighbourhood(
    _ fields: RecordFields
  ) throws(FactProblem) -> [NeighbourhoodPrompt] {
    guard let question = try fields.optionalText("loc") else { return [] }
    return [
      NeighbourhoodPrompt(prompt: question + "?", target: try fields.optionalText("loc_ans"))
    ]
  }
}
