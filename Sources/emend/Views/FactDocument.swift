internal import Editing
internal import Evaluation

/// A fact in a JSON document.
struct FactDocument: Encodable {
  let prompt: String
  let subject: String
  let targetNew: String
  let targetTrue: String?

  init(_ fact: Fact) {
    prompt = fact.prompt.text
    subject = fact.subject
    targetNew = fact.targetNew
    targetTrue = fact.targetTrue
  }
}

/// A fact that an edit brings, and what the model makes of it.
struct MeasuredFactDocument: Encodable {
  let subject: String
  let prompt: String
  let targetNew: String
  let probabilityBefore: Double
  let probabilityAfter: Double
  let successAfter: Bool?
  let accurateAfter: Bool
  let steps: Int?

  init(
    _ fact: Fact, _ before: FactMeasurement, _ after: FactMeasurement, successAfter: Bool? = nil,
    steps: Int? = nil
  ) {
    subject = fact.subject
    prompt = fact.prompt.text
    targetNew = fact.targetNew
    probabilityBefore = before.rewrite.wanted.probability
    probabilityAfter = after.rewrite.wanted.probability
    self.successAfter = successAfter
    accurateAfter = after.rewrite.wanted.isBest
    self.steps = steps
  }
}
