import Evaluation
import Testing

private func score(_ loss: Double, best: Int = 0, of tokens: Int = 1) -> ContinuationScore {
  ContinuationScore(negativeLogLikelihood: loss, bestTokens: best, tokenCount: tokens)
}

private func answer(_ wanted: ContinuationScore, _ rival: ContinuationScore?) -> AnswerScore {
  AnswerScore(prompt: "p", wanted: wanted, rival: rival)
}

@Suite struct RecordMetricsTests {
  /// ln 2 and ln 4: probabilities of a half and a quarter.
  private let half = 0.6931471805599453
  private let quarter = 1.3862943611198906

  @Test("success, magnitude and accuracy of a record, by hand")
  func byHand() throws {
    let record = RecordMetrics(
      FactMeasurement(
        rewrite: answer(score(half, best: 2, of: 2), score(quarter)),
        paraphrases: [
          answer(score(quarter), score(half)), answer(score(half, best: 1), score(quarter)),
        ],
        neighbourhood: [
          answer(score(half, best: 1), score(quarter)), answer(score(half), score(half)),
          answer(score(quarter), score(half)), answer(score(half, best: 1), score(quarter)),
        ]))
    func expect(_ metric: Metric, _ value: Double) throws {
      #expect(abs(try #require(record[metric]) - value) < 1e-12, "\(metric)")
    }
    try expect(.efficacy, 1)
    try expect(.efficacyMagnitude, 0.25)
    try expect(.efficacyAccuracy, 1)
    try expect(.paraphrase, 0.5)
    try expect(.paraphraseMagnitude, 0)
    try expect(.paraphraseAccuracy, 0.5)
    // A tie is a failure.
    try expect(.specificity, 0.5)
    try expect(.specificityMagnitude, (0.25 + 0 - 0.25 + 0.25) / 4)
    try expect(.specificityAccuracy, 0.5)
    #expect(record[.entropy] == nil && record[.reference] == nil)
  }

  @Test("zsRE counts tokens, over all prompts in one mean")
  func byTokens() {
    let record = RecordMetrics(
      FactMeasurement(
        rewrite: answer(score(1, best: 1, of: 3), nil),
        paraphrases: [answer(score(1, best: 2, of: 2), nil)],
        neighbourhood: [
          answer(score(1, best: 1, of: 1), nil), answer(score(1, best: 1, of: 3), nil),
        ]))
    #expect(record[.efficacyTokens] == 1.0 / 3)
    #expect(record[.efficacyAccuracy] == 0)
    #expect(record[.paraphraseTokens] == 1)
    #expect(record[.specificityTokens] == 0.5)
    // Without a rival there is nothing to beat.
    #expect(record[.efficacy] == nil && record[.efficacyMagnitude] == nil)
  }

  @Test("a model broken to NaN succeeds in nothing")
  func broken() {
    let nan = score(.nan)
    let record = RecordMetrics(
      FactMeasurement(
        rewrite: answer(nan, nan), paraphrases: [answer(nan, score(1))],
        neighbourhood: [answer(score(1), nan)]))
    #expect(record[.efficacy] == 0 && record[.paraphrase] == 0 && record[.specificity] == 0)
  }
}

@Suite struct MetricSummaryTests {
  @Test("means over records, with the interval of the records that have the metric")
  func intervals() throws {
    let values: [Double?] = [1, 0, 1, nil, 1]
    let summary = MetricSummary(
      values.map { value in RecordMetrics(values: value.map { [.paraphrase: $0] } ?? [:]) })
    let estimate = try #require(summary[.paraphrase])
    #expect(estimate.count == 4 && summary.recordCount == 5)
    #expect(estimate.mean == 0.75)
    // The deviation divided by N: √(3/16); 1.96 · √(3/16) / 2.
    #expect(abs(estimate.deviation - 0.4330127018922193) < 1e-15)
    #expect(abs(estimate.halfWidth - 0.42435244785437493) < 1e-12)
    #expect(summary[.efficacy] == nil && summary.score == nil)
  }

  /// Table 2 of the MEMIT paper prints components to one decimal, and the Score of unrounded ones.
  @Test(
    "the Score is the harmonic mean: rows of the paper's table",
    arguments: [
      ([98.9, 88.6, 73.7], 85.8), ([99.4, 77.0, 46.9], 67.6), ([15.7, 18.5, 83.0], 23.1),
      ([50.2, 50.4, 50.2], 50.3), ([97.2, 82.2, 70.8], 82.0), ([69.6, 64.8, 24.1], 42.1),
    ])
  func score(parts: [Double], printed: Double) throws {
    #expect(abs(try #require(MetricSummary.harmonicMean(parts)) - printed) <= 0.051)
  }

  @Test("nothing of one component is nothing in all; a missing one is no Score")
  func edges() {
    #expect(MetricSummary.harmonicMean([1, 0, 1]) == 0)
    #expect(MetricSummary.harmonicMean([1, nil, 1]) == nil)
    #expect(MetricSummary.harmonicMean([]) == nil)
  }
}
