import Editing
import Evaluation
import Testing

/// Records without anything to measure, of relations P0, P1, … in turn.
func records(_ count: Int, relations: Int = 2) throws -> EvaluationData {
  let lines = (0..<count).map {
    #"{"prompt": "{} is in", "subject": "S\#($0)", "target_new": "T", "relation_id": "P\#($0 % relations)"}"#
  }
  return try EvaluationData(
    FactsFile(parsing: Array(lines.joined(separator: "\n").utf8), file: "data"), file: "data")
}

@Suite struct SweepPlanTests {
  @Test("the paper's numbers of edits are powers of the seventeenth part of 10,000")
  func sizes() {
    // e^(ln 10,000 / 16), by hand.
    let step = 1.7782794100389228
    var exact = 1.0
    for size in SweepPlan.paperSizes {
      #expect(size == Int(exact.rounded()), "\(exact)")
      exact *= step
    }
    #expect(SweepPlan.paperSizes.count == 17)
  }

  @Test("batches are consecutive, the last may be shorter, and together they are everything")
  func chunks() throws {
    let plan = try SweepPlan(records(10), sizes: [1, 4, 10], parts: [.scaling])
    #expect(plan.jobs.map(\.size) == [1, 4, 10])
    #expect(plan.jobs[1].chunks == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
    for job in plan.jobs { #expect(Array(job.chunks.joined()) == Array(0..<10)) }
    // Without sizes: the paper's, up to what there is.
    #expect(
      try SweepPlan(records(10), sizes: nil, parts: [.scaling]).jobs.map(\.size) == [
        1, 2, 3, 6, 10,
      ])
  }

  @Test("more edits than records, and a relation that no record has, are refused")
  func refused() throws {
    let data = try records(10)
    #expect(throws: EvaluationError.tooFewRecords(file: "data", asked: 11, found: 10)) {
      try SweepPlan(data, sizes: [1, 11], parts: [.scaling])
    }
    #expect(throws: EvaluationError.noSuchRelation(file: "data", relation: "P9")) {
      try SweepPlan(data, sizes: [1], parts: [.mixes], pairs: [["P0", "P9"]])
    }
  }

  @Test("a category takes the first records of a relation that has enough, in one batch")
  func categories() throws {
    let plan = try SweepPlan(records(11), sizes: [1], parts: [.categories], minCases: 5)
    #expect(plan.relations == ["P0", "P1"])
    #expect(plan.jobs.map(\.chunks) == [[[0, 2, 4, 6, 8]], [[1, 3, 5, 7, 9]]])
    #expect(
      try SweepPlan(records(11), sizes: [1], parts: [.categories], minCases: 6).relations == ["P0"])
  }

  @Test("a mix has half of each relation, and beside it as many facts of each alone")
  func mixes() throws {
    let plan = try SweepPlan(records(12), sizes: [1, 3, 6, 10], parts: [.mixes])
    #expect(plan.pairs == [["P0", "P1"]])
    #expect(plan.jobs.map(\.size) == [3, 3, 3, 6, 6, 6])
    #expect(plan.jobs[0].chunks == [[0, 2, 1]])
    #expect(plan.jobs[3].chunks == [[0, 2, 4, 1, 3, 5]])
    #expect(plan.jobs[4].chunks == [[0, 2, 4, 6, 8, 10]])
  }

  @Test("jobs have names of their own that are safe as files' names")
  func names() throws {
    let job = SweepJob(purpose: .category("../P 1"), size: 7, chunks: [])
    #expect(job.name == "category-_2e_2e_2fP_201-00007")
    let plan = try SweepPlan(
      records(12), sizes: [1, 3, 6], parts: [.scaling, .categories, .mixes], minCases: 3)
    #expect(Set(plan.jobs.map(\.name)).count == plan.jobs.count)
  }
}
