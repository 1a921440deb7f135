/// All results of a sweep, with what follows from them.
package struct SweepOutcome: Sendable {
  /// The records.
  package let data: EvaluationData
  /// What was asked for beside the answers.
  package let rule: GenerationRule
  /// The jobs.
  package let plan: SweepPlan
  /// The methods' names, in the order that was asked for.
  package let methods: [String]
  /// The unedited model.
  package let unedited: SweepResult
  /// By method and job.
  private let results: [String: [String: SweepResult]]

  init(
    data: EvaluationData, rule: GenerationRule, plan: SweepPlan, methods: [String],
    unedited: SweepResult,
    results: [String: [String: SweepResult]]
  ) {
    self.data = data
    self.rule = rule
    self.plan = plan
    self.methods = methods
    self.unedited = unedited
    self.results = results
  }

  /// A point of a scaling curve.
  package struct ScalingPoint: Sendable {
    /// The method.
    package let method: String
    /// n.
    package let size: Int
    /// Metrics over all records, and what the edits took.
    package let result: SweepResult
    /// The means.
    package let summary: MetricSummary
  }

  /// The facts of one relation, edited together.
  package struct Category: Sendable {
    /// The method.
    package let method: String
    /// The relation.
    package let relation: String
    /// The means after the edit.
    package let edited: MetricSummary
    /// The means of the same records before.
    package let unedited: MetricSummary
  }

  /// Facts of two relations edited together, beside as many of each alone.
  package struct Mix: Sendable {
    /// The method.
    package let method: String
    /// Both relations.
    package let relations: [String]
    /// n.
    package let size: Int
    /// The means of the mix.
    package let mixed: MetricSummary
    /// The means of each relation alone.
    package let alone: [MetricSummary]

    /// The average of what both relations reach alone; `nil` where one was not measured.
    package func average(_ value: (MetricSummary) -> Double?) -> Double? {
      let values = alone.compactMap(value)
      return values.count == alone.count ? values.mean : nil
    }
  }

  /// The scaling curves: method after method, n ascending.
  package var scaling: [ScalingPoint] {
    methods.flatMap { method in
      plan.jobs.filter { $0.purpose == .scaling }.compactMap { job in
        result(method, job).map {
          ScalingPoint(method: method, size: job.size, result: $0, summary: $0.summary)
        }
      }
    }
  }

  /// The categories: method after method, the relation with the most records first.
  package var categories: [Category] {
    methods.flatMap { method in
      plan.jobs.compactMap { job -> Category? in
        guard case .category(let relation) = job.purpose, let result = result(method, job) else {
          return nil
        }
        let before = unedited.records.filter { result.records[$0.key] != nil }
        return Category(
          method: method, relation: relation, edited: result.summary,
          unedited: SweepResult(records: before).summary)
      }
    }
  }

  /// The mixes: method after method, pair after pair, n ascending.
  package var mixes: [Mix] {
    methods.flatMap { method in
      plan.jobs.compactMap { job -> Mix? in
        guard case .mix(let first, let second) = job.purpose, let mixed = result(method, job)
        else { return nil }
        let alone = [first, second].compactMap { relation in
          plan.jobs.first { $0.purpose == .alone(relation) && $0.size == job.size }
            .flatMap { result(method, $0)?.summary }
        }
        return Mix(
          method: method, relations: [first, second], size: job.size, mixed: mixed.summary,
          alone: alone)
      }
    }
  }

  /// Processor seconds that a method's targets take a record, where batches share them; 0 for one without.
  package func targetSecondsPerRecord(_ method: String) -> Double {
    let total = (results[method] ?? [:]).values.reduce(0) { $0 + $1.targetSeconds }
    return total / Double(max(1, data.cases.count))
  }

  /// Processor seconds of one fact of a point of the scaling curve, its target included.
  package func factSeconds(_ point: ScalingPoint) -> Double {
    point.result.processorSeconds / Double(max(1, point.result.records.count))
      + targetSecondsPerRecord(point.method)
  }

  /// Processor seconds of one batch of n facts, of which the last batch of the data may have fewer.
  package func batchSeconds(_ point: ScalingPoint) -> Double {
    factSeconds(point) * Double(point.size)
  }

  private func result(_ method: String, _ job: SweepJob) -> SweepResult? {
    results[method]?[job.name]
  }
}
