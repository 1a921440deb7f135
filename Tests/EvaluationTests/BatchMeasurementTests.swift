import Editing
import Evaluation
import Testing

@Suite struct BatchMeasurementTests {
  /// The cards beside the models say what the authors' program measured; their figures have three decimals.
  @Test("unedited models measure what the authors' program measured, to the last digit")
  func unedited() throws {
    let fictional = try Study.fictional()
    let real = try Study.counterfact()
    for (study, count, expected) in [
      (fictional, 100, [0.000, 0.000, 1.000, 0.000, 0.000, 0.999]),
      (real, 100, [0.000, 0.025, 0.995, 0.000, 0.020, 0.976]),
    ] {
      let measured = BatchMeasurement(
        try FactMeter(study.scorer).measure(Array(study.cases[0..<count])))
      let means = [
        Metric.efficacy, .paraphrase, .specificity, .efficacyAccuracy, .paraphraseAccuracy,
        .specificityAccuracy,
      ].map { measured[$0] }
      for (mean, wanted) in zip(means, expected) {
        let mean = try #require(mean)
        #expect(abs(mean.value - wanted) <= 0.0005 + 1e-9, "\(count) records")
        #expect(mean.count == count)
      }
    }
  }

  @Test("records count alike, however many prompts they have; those without any do not count")
  func meansOfMeans() throws {
    let study = try Study.fictional()
    let fact = study.cases[0].fact
    let neighbours = study.cases[0].companions.neighbourhood
    // The model knows the true object of each neighbour, so a wrong one loses against any other.
    func neighbour(_ index: Int, _ target: String?) -> NeighbourhoodPrompt {
      NeighbourhoodPrompt(prompt: neighbours[index].prompt, target: target)
    }
    let right = FactCase(fact, companions: FactCompanions(neighbourhood: [neighbour(0, nil)]))
    // The object beats itself nowhere: a tie is a failure.
    let mixed = FactCase(
      fact,
      companions: FactCompanions(neighbourhood: [
        neighbour(0, nil), neighbour(1, fact.targetNew), neighbour(2, fact.targetNew),
      ]))
    let measured = BatchMeasurement(
      try FactMeter(study.scorer).measure([right, mixed, FactCase(fact)]))
    let specificity = try #require(measured[.specificity])
    #expect(specificity.count == 2)
    #expect(abs(specificity.value - (1 + 1.0 / 3) / 2) < 1e-12)
    #expect(measured[.paraphrase] == nil)
    #expect(measured[.efficacy]?.count == 3)
  }

  @Test("a fact without a known old object has no success, and an accuracy all the same")
  func withoutRival() throws {
    let study = try Study.fictional()
    let known = study.cases[0].fact
    let fact = try Fact(
      prompt: known.prompt, subject: known.subject, targetNew: try #require(known.targetTrue))
    let measurement = try FactMeter(study.scorer).measure([FactCase(fact)])
    #expect(measurement[0].rewrite.rival == nil && measurement[0].rewrite.isSuccess == nil)
    let measured = BatchMeasurement(measurement)
    #expect(measured[.efficacy] == nil)
    #expect(measured[.efficacyAccuracy]?.value == 1)
    #expect(measured.named.map(\.name) == ["efficacy_accuracy", "probability"])
  }

  @Test("nothing measured has no means")
  func nothing() {
    #expect(BatchMeasurement([]).named.isEmpty)
  }
}
