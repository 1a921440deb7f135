import Checkpoint
import Foundation
import TestSupport
import Testing

@Suite("Two processes at once")
struct ConcurrentCommitsTests {
  @Test("ten times two commits: each is recorded whole or refused, and what was said holds")
  func twoCommits() async throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    let git = try repository.git()
    var expected = 1
    for round in 0..<10 {
      let files = try ["a", "b"].map { name in
        try directory.write(
          TinyModel.facts([("Oslo \(round)\(name)", "Rome")]), to: "\(name).jsonl")
      }
      let outcomes = try await withThrowingTaskGroup(of: ProcessOutcome.self) { group in
        for file in files {
          group.addTask { try repository.emend.run(repository.commitArguments(file)) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let done = outcomes.filter { $0.ending == .exit(0) }
      #expect(!done.isEmpty, "round \(round): \(outcomes.map(\.errorText))")
      for outcome in outcomes where outcome.ending != .exit(0) {
        #expect(outcome.ending == .exit(1))
        #expect(
          outcome.errorText.contains("the branch has moved since the work began"),
          "\(outcome.errorText)")
      }
      expected += done.count
      #expect(try git("rev-list", "--count", "HEAD").lines == ["\(expected)"])
    }
    #expect(try git.complaints() == "")
    #expect(try repository("fsck").outputText.hasPrefix("sound: "))
    #expect(try repository.document("status")["edits"]?.integer == expected - 1)
  }
}
