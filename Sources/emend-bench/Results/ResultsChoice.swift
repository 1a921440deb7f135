import Editing
import Evaluation

/// Chooses between a few settings of a method on records that no result is reported on.
struct ResultsChoice {
  /// One setting and what it reached.
  struct Candidate {
    let label: String
    let method: SweepMethod
  }

  let title: String
  /// What the records are, for the document.
  let kind: String
  let records: Int
  let size: Int
  let rows: [(label: String, summary: MetricSummary)]
  /// The setting with the largest Score; the first of equals.
  let best: Int

  /// Measures each candidate with batches of `size` of some records.
  init(
    _ title: String, _ candidates: [Candidate], _ study: ResultsStudy, _ data: EvaluationData,
    _ kind: String = "records", size: Int, keepingIn directory: String
  ) throws {
    self.title = title
    self.kind = kind
    self.size = size
    records = data.cases.count
    let plan = try SweepPlan(data, sizes: [size], parts: [.scaling])
    rows = try candidates.map { candidate in
      let outcome = try study.sweep([candidate.method], data, plan, keepingIn: directory)
      return (candidate.label, outcome.scaling[0].summary)
    }
    let scores = rows.map { $0.summary.score ?? 0 }
    best = scores.indices.max { (scores[$0], -$0) < (scores[$1], -$1) } ?? 0
  }
}
