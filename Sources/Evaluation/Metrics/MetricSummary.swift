/// The metrics of many records: means over records, each with its 95 % interval.
package struct MetricSummary: Sendable, Equatable {
  /// A mean over the records that have the metric.
  package struct Estimate: Sendable, Equatable {
    /// The mean over records.
    package let mean: Double
    /// The standard deviation over records: the root of the mean squared distance, with N and not N − 1 below.
    package let deviation: Double
    /// N: how many records have the metric. The tables of the paper take one constant for all.
    package let count: Int

    /// Half of the 95 % interval of the mean: 1.96 · deviation / √N.
    package var halfWidth: Double { 1.96 * deviation / Double(count).squareRoot() }

    /// Of some values; `nil` of none.
    package init?(_ values: [Double]) {
      guard !values.isEmpty else { return nil }
      let n = Double(values.count)
      let mean = values.reduce(0, +) / n
      self.mean = mean
      deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
      count = values.count
    }
  }

  /// The means, of those metrics that at least one record has.
  package let estimates: [Metric: Estimate]
  /// How many records there are.
  package let recordCount: Int

  /// Takes the means over records; each counts alike, however many prompts it has.
  package init(_ records: [RecordMetrics]) {
    var estimates: [Metric: Estimate] = [:]
    for metric in Metric.allCases {
      estimates[metric] = Estimate(records.compactMap { $0[metric] })
    }
    self.estimates = estimates
    recordCount = records.count
  }

  /// A metric; `nil` where it was not measured.
  package subscript(metric: Metric) -> Estimate? { estimates[metric] }

  /// CounterFact's Score: the harmonic mean of ES, PS and NS; `nil` where one was not measured.
  package var score: Double? { score(of: [.efficacy, .paraphrase, .specificity]) }

  /// zsRE's Score: the harmonic mean of its three accuracies by tokens.
  package var tokenScore: Double? {
    score(of: [.efficacyTokens, .paraphraseTokens, .specificityTokens])
  }

  private func score(of metrics: [Metric]) -> Double? {
    Self.harmonicMean(metrics.map { estimates[$0]?.mean })
  }

  /// The harmonic mean; 0 where one of the values is 0, `nil` where one is missing.
  package static func harmonicMean(_ parts: [Double?]) -> Double? {
    let values = parts.compactMap { $0 }
    guard values.count == parts.count, !values.isEmpty else { return nil }
    guard values.allSatisfy({ $0 > 0 }) else { return 0 }
    return Double(values.count) / values.reduce(0) { $0 + 1 / $1 }
  }
}
