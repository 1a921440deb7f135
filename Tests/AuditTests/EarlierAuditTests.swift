import Audit
import Diagnostics
import Store
import StudySupport
import TestSupport
import Testing

@Suite struct EarlierAuditTests {
  private func write(_ text: String) throws -> (TemporaryDirectory, String) {
    let directory = try TemporaryDirectory()
    return (directory, try directory.write(text, to: "earlier.json"))
  }

  @Test("what is no audit is refused, naming the place")
  func refusal() throws {
    for text in [
      "{\"schema_version\": 99, \"data\": {\"commits\": []}}", "{\"data\": {\"commits\": []}}",
      "{\"data\": {}}", "{\"data\": {\"commits\": [{\"commit\": \"a\"}]}}", "[]",
    ] {
      let (directory, path) = try write(text)
      #expect(throws: AuditError.self) { try EarlierAudit(path: path) }
      withExtendedLifetime(directory) {}
    }
  }

  @Test(
    "commits that came, went and changed their verdict, facts that came to hold and that no longer do"
  )
  func compared() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<1)
    let report = try scene.audit()
    let tip = report.commits[0].id
    let fact = report.facts[0]
    #expect(report.commits.count == 2 && report.facts.count == 1 && fact.holdsNow)
    func comparison(_ report: AuditReport, _ verdict: String, holds: Bool) throws
      -> AuditComparison?
    {
      let (directory, path) = try write(
        #"{"schema_version": 2, "data": {"commits": [{"commit": "\#(tip)", "verdict": "\#(verdict)"}, "#
          + #"{"commit": "gone", "verdict": "clean"}], "facts": [{"prompt": "\#(fact.prompt)", "#
          + #""target": "\#(fact.target)", "holds_now": \#(holds)}]}}"#)
      defer { withExtendedLifetime(directory) {} }
      return report.compared(with: try EarlierAudit(path: path)).comparison
    }
    let worse = try #require(try comparison(report, "failed", holds: false))
    #expect(worse.changed.map { [$0.commit, $0.before, $0.now] } == [[tip, "failed", "clean"]])
    #expect(worse.added == [report.commits[1].id] && worse.missing == ["gone"])
    #expect(worse.gained == ["\(fact.prompt) → \(fact.target)"] && worse.lost == [])
    let same = try #require(try comparison(report, "clean", holds: true))
    #expect(same.changed == [] && same.gained == [] && same.lost == [])
    // Taken back under another edit: the fact is active, and does not hold.
    try scene.forge(facts: 1, payload: StudyRepository.barelyChanged)
    let lost = try #require(try comparison(scene.audit(), "clean", holds: true))
    #expect(lost.lost == worse.gained && lost.gained == [])
  }
}
