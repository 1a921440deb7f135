import Editing
import Evaluation
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

@Suite struct BisectByPromptTests {
  @Test("the same commit as asking every commit of a history with merges")
  func bruteForce() throws {
    let study = try StudyRepository.fictional()
    let repository = study.repository
    // main: 0, 1, merge of side, 3; side: 2 on 0. Then 1 is taken out again.
    let first = try study.commit(0..<1)
    let second = try study.commit(1..<2)
    try repository.createBranch("side", at: first.commit.id)
    try repository.switchTo(branch: "side")
    let aside = try study.commit(2..<3)
    try repository.switchTo(branch: "main")
    _ = try MergeBranches(in: study.workspace, moments: nil).run(
      RevisionExpression("side"), message: nil, resolution: .refuse, measuring: .nothing,
      tool: "test")
    _ = try study.commit(3..<4)
    _ = try repository.revert(second.commit.id)

    var history: [HistoryEntry] = []
    try repository.walk(from: [repository.head().commit]) {
      history.append($0)
      return .goOn
    }
    for (fact, ends) in [(first, "HEAD"), (aside, "HEAD"), (second, "HEAD~1"), (second, "HEAD")] {
      let asked = fact.cases[0].fact
      let question = Continuation(prompt: asked.filledPrompt, text: asked.targetNew)
      var answers: [ObjectID: Bool] = [:]
      for entry in history {
        let scorer = PromptScorer(
          try study.workspace.model(at: repository.stack(at: entry.id)),
          try study.workspace.tokenizer())
        answers[entry.id] = try scorer.scores(of: [question])[0].isBest
      }
      let good = ends == "HEAD" && fact.edit == second.edit ? "HEAD~1" : nil
      let outcome = try BisectByPrompt(in: study.workspace).run(
        prompt: question.prompt, expected: question.text,
        good: good.map { RevisionExpression($0) }, bad: RevisionExpression(ends))
      let found = try #require(outcome.commit)
      let after = try #require(answers[found.id] as Bool?)
      #expect(outcome.change == (after ? .gained : .lost))
      // It differs from all its parents, and no other commit between the ends does.
      #expect(found.commit.parents.allSatisfy { answers[$0] == !after })
      for look in outcome.asked { #expect(look.answers == answers[look.commit]) }
    }
  }

  @Test("ends on two branches: what they have in common is asked first")
  func mergeBase() throws {
    let study = try StudyRepository.fictional()
    let repository = study.repository
    let first = try study.commit(0..<1)
    try repository.createBranch("side", at: first.commit.id)
    let reverted = try repository.revert(first.commit.id)
    try repository.switchTo(branch: "side")
    let aside = try study.commit(1..<2)
    func search(_ outcome: CommitFacts.Outcome) throws -> BisectByPrompt.Outcome {
      let fact = outcome.cases[0].fact
      return try BisectByPrompt(in: study.workspace).run(
        prompt: fact.filledPrompt, expected: fact.targetNew, good: RevisionExpression("main"),
        bad: RevisionExpression("side"))
    }
    // Where they part, the model says it; on main it was taken back.
    #expect(throws: StoreError.goodAfterBad(bad: first.commit.id, good: reverted.id)) {
      try search(first)
    }
    let found = try search(aside)
    #expect(found.change == .gained && found.commit?.id == aside.commit.id)
    #expect(found.asked.map(\.commit).last == first.commit.id)
  }

  @Test("a newer base: the facts hold there, with the stored targets")
  func newBase() throws {
    let other = try StudyRepository.fictional()
    _ = try other.commit(8..<9)
    let newer = other.directory["newer"]
    _ = try ApplyRevision(in: other.workspace).run(
      other.repository.head().commit, output: newer, check: .stamp)
    let study = try StudyRepository.fictional()
    let before = try study.commit(0..<4)
    let held = before.after.filter(\.rewrite.wanted.isBest).count
    let outcome = try ResolveEdits(in: study.workspace, study.settings).run(
      .all, on: .newBase(newer), refreshing: .keep, message: nil, tool: "test")
    let change = try #require(outcome.changes.first)
    #expect(4 - change.failing.count >= held)
    #expect(outcome.newBase != nil)
    // Measured again on the repository as it is now: the very weights that apply writes.
    let scorer = PromptScorer(
      try study.workspace.model(
        at: study.repository.stack(at: study.repository.head().commit)),
      try study.workspace.tokenizer())
    let again = try FactMeter(scorer).measure(before.cases)
    #expect(BatchMeasurement(again) == change.after)
  }
}
