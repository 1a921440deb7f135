internal import Editing
internal import Workflows

/// What `train mend` says.
struct TrainMENDView: View {
  struct Document: Encodable {
    struct Validation: Encodable {
      let edits: Int
      let editLoss: Double
      let localityLoss: Double
      let total: Double

      init(_ validation: MENDTrainer.Validation) {
        edits = validation.edits
        editLoss = validation.edit
        localityLoss = validation.locality
        total = validation.total
      }
    }
    let output: String
    let sha256: String
    let bytes: Int
    let matrices: [String]
    let parameters: Int
    let trainingFacts: Int
    let validationFacts: Int
    let neighborEdits: Int
    let edits: Int
    let resumedFrom: Int
    let endedEarly: Bool
    let first: Validation
    let best: Validation
  }

  let document: Document

  init(_ outcome: TrainMEND.Outcome) {
    document = Document(
      output: outcome.path, sha256: outcome.digest, bytes: outcome.byteCount,
      matrices: outcome.matrices, parameters: outcome.parameterCount,
      trainingFacts: outcome.trainingFacts, validationFacts: outcome.validationFacts,
      neighborEdits: outcome.neighbourEdits, edits: outcome.training.edits,
      resumedFrom: outcome.resumedFrom,
      endedEarly: outcome.training.endedEarly, first: .init(outcome.training.first),
      best: .init(outcome.training.best))
  }

  func write(to page: Page) {
    page.line(
      "Wrote \(document.output): \(Figures.bytes(document.bytes)), "
        + "\(Figures.count(document.parameters, "parameter")) for "
        + "\(Figures.count(document.matrices.count, "matrix", plural: "matrices"))")
    let end = document.endedEarly ? "; the validation no longer got better" : ""
    let neighbors =
      document.neighborEdits > 0
      ? " and \(Figures.count(document.neighborEdits, "neighbor"))" : ""
    page.line(
      "  \(Figures.count(document.edits, "edit")) of "
        + "\(Figures.count(document.trainingFacts, "fact"))\(neighbors), validated with "
        + "\(Figures.count(document.validationFacts))\(end)")
    if document.resumedFrom > 0 {
      page.line("  went on after \(Figures.count(document.resumedFrom, "edit"))")
    }
    line("untrained", document.first, page)
    line("best", document.best, page)
  }

  private func line(_ name: String, _ validation: Document.Validation, _ page: Page) {
    page.line(
      "  \(name): new objects \(Figures.significant(validation.editLoss, digits: 3)) nats, "
        + "other subjects' KL \(Figures.significant(validation.localityLoss, digits: 3)), "
        + "after \(Figures.count(validation.edits, "edit"))")
  }
}
