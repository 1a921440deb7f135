import Audit
import Editing
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

/// What the edits before and behind a commit mean for what is said of it.
@Suite(.serialized) struct AuditEarlierEditsTests {
  @Test("a fact whose prompt a later edit answers otherwise no longer holds")
  func overwritten() throws {
    let scene = try StudyRepository.fictional()
    try scene.commit(0..<2)
    let first = scene.cases[0].fact
    let other = try Fact(
      prompt: first.prompt, subject: first.subject, targetNew: "Brennish",
      targetTrue: first.targetTrue)
    try scene.commit(
      file: scene.directory.write(FactLines.encode([FactCase(other)]), to: "other.jsonl"))
    let report = try scene.audit()
    let standing = report.facts.filter { $0.subject == first.subject }
    #expect(standing.count == 2 && standing.allSatisfy { $0.heldAfter == true })
    #expect(standing.filter(\.hasDrifted).map(\.target) == [first.targetNew])
    #expect(standing.filter(\.holdsNow).map(\.target) == ["Brennish"])
    // Of a range that begins behind the fact's commit, it is asked where the range starts.
    let latest = try scene.audit("HEAD~1..HEAD")
    #expect(latest.facts.filter(\.hasDrifted).map(\.target) == [first.targetNew])
    #expect(latest.facts.first { $0.hasDrifted }?.commit == nil)
    #expect(latest.facts.allSatisfy { $0.heldAfter != nil })
  }

  @Test(
    "what was computed on a state that the history never had is proven only when it is solved here")
  func foreignState() throws {
    let scene = try StudyRepository.fictional()
    let repository = scene.repository
    try repository.createBranch("side", at: repository.head().commit)
    try repository.switchTo(branch: "side")
    let beneath = try scene.commit(0..<2).edit
    try scene.commit(2..<4)
    let picked = try repository.head().commit
    try repository.switchTo(branch: "main")
    let copy = try repository.cherryPick(picked)
    let report = try scene.audit()
    #expect(report.verdict == .notProvable)
    let proof = try #require(
      report.commits.first { $0.id == copy.id.hexadecimal }?.edits.first?.proof)
    #expect(proof.reason?.contains(beneath.abbreviated) == true, "\(proof)")
    _ = try ResolveEdits(in: scene.workspace, scene.settings).run(
      .all, refreshing: .keep, message: nil, tool: "test")
    #expect(try scene.audit().commits.last?.verdict == .clean)
    // Merged, the other side's commits are of this history.
    try repository.undo()
    try repository.undo()
    try scene.commit(4..<6)
    let plan = try repository.planMerge(
      of: picked, into: repository.head().commit, findConflicts: { _, _ in [] })
    _ = try repository.merge(plan, message: "Merge side")
    let merged = try scene.audit()
    #expect(merged.verdict == .clean, "\(merged.commits.map(\.findings))")
  }
}
