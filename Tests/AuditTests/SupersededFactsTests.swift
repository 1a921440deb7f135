import Audit
import Checkpoint
import Editing
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

/// Audits of facts that were said anew.
@Suite(.serialized) struct SupersededFactsTests {
  private let study: StudyRepository

  init() throws {
    study = try StudyRepository.fictional()
    try study.commit(0..<4)
    try commit("Tirrish")
    try commit("Vothish")
  }

  @discardableResult
  private func commit(_ object: String) throws -> CommitFacts.Outcome {
    let fact = study.cases[0].fact
    let changed = try Fact(
      prompt: fact.prompt, subject: fact.subject, targetNew: object, relation: fact.relation)
    return try study.commit(
      file: study.directory.write(
        Editing.FactLines.encode([FactCase(changed)]), to: "\(object).jsonl"))
  }

  private func latest() throws -> StoredEdit {
    let stack = try study.repository.stack(at: study.repository.head().commit)
    let added = try study.repository.changes(of: study.repository.head().commit).added
    return try stack.edit(added[0])
  }

  private func superseded(_ edit: StoredEdit) -> Int {
    guard case .array(let ids) = edit.manifest.description.hyperparameters["supersedes"] else {
      return 0
    }
    return ids.count
  }

  @Test("an edit is proven by what it says it superseded, and not without that")
  func proof() throws {
    #expect(try superseded(latest()) == 2)
    let report = try study.audit()
    #expect(
      report.commits.flatMap(\.edits).allSatisfy { $0.proof.outcome == .proven },
      "\(report.commits.map(\.findings))")
    try study.forge(
      facts: 1,
      hyperparameters: { settings in
        .init(settings.members.filter { $0.name != "supersedes" }.map { ($0.name, $0.value) })
      })
    #expect(try study.audit().commits[0].edits[0].proof.outcome == .refuted)
  }

  @Test("solved again, edits supersede those that stand for what they superseded, and stay proven")
  func resolved() throws {
    _ = try ResolveEdits(in: study.workspace, study.settings).run(
      .all, refreshing: .keep, message: nil, tool: "test")
    let head = try study.repository.head().commit
    let stack = try study.repository.stack(at: head)
    let edits = try stack.edits.map { try stack.edit($0) }
    let counts = edits.map { superseded($0) }.sorted()
    #expect(counts == [0, 1, 2])
    let present = Set(stack.edits.map(\.hexadecimal))
    for edit in edits {
      guard case .array(let ids) = edit.manifest.description.hyperparameters["supersedes"] else {
        continue
      }
      let names = ids.compactMap { if case .string(let id) = $0 { id } else { nil } }
      #expect(names.count == ids.count && present.isSuperset(of: names))
    }
    let report = try study.audit()
    #expect(report.commits[0].edits.allSatisfy { $0.proof.outcome == .proven })
  }

  @Test("a batch that loses a fact does not take back what a later one says of another")
  func laterFacts() throws {
    let first = try study.repository.commitID(RevisionExpression("HEAD~2"))
    _ = try RevertFacts(in: study.workspace, study.settings).run(
      RevisionExpression(first.hexadecimal), subjects: [study.cases[1].fact.subject],
      message: nil, tool: "test")
    #expect(try superseded(latest()) == 0)
    let report = try study.audit()
    #expect(report.commits[0].edits.map(\.proof.outcome) == [.proven])
  }
}
