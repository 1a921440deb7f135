import Checkpoint
import Files
import Store

/// A repository with a long history and no model: every edit has facts, a small payload and a manifest like a real one's.
///
/// Written through the store's own verbs, so that what is measured on it is what a user would have.
struct SyntheticHistory {
  /// How many commits, beside the first one that sets the base.
  let commits: Int
  /// How many facts each brings.
  let facts: Int
  /// Of how many commits one is a merge of a branch with one commit; 0 for none.
  let mergeEvery: Int

  static let tensor = "h.0.mlp.out.weight"

  /// Makes the repository in a directory that has none.
  func make(in directory: String) throws -> EditRepository {
    let environment = GitEnvironment(
      variables: ScratchDirectory.variables,
      fixedTime: GitMoment(seconds: 1_700_000_000, offsetMinutes: 0))
    let tensor = BaseManifest.Tensor(
      name: Self.tensor, elementType: .float32, shape: [64, 64], digest: Digest(of: [1]),
      gridExponent: -50)
    let repository = try EditRepository.create(
      in: directory, base: BaseManifest(madeOf: [tensor]), named: "synthetic", environment)
    for number in 0..<commits { try record(number, in: repository) }
    return repository
  }

  private func record(_ number: Int, in repository: EditRepository) throws {
    guard mergeEvery > 0, number % mergeEvery == mergeEvery - 1 else {
      return try commit(number, in: repository)
    }
    let main = try repository.currentBranch()
    let head = try repository.head().commit
    try repository.createBranch("side", at: head)
    try repository.switchTo(branch: "side")
    try commit(number, in: repository)
    let side = try repository.head().commit
    try repository.switchTo(branch: main)
    try commit(number + commits, in: repository)
    let plan = try repository.planMerge(
      of: side, into: repository.head().commit, findConflicts: { _, _ in [] })
    _ = try repository.merge(plan, message: "Merge side")
    try repository.deleteBranches(["side"], .always)
  }

  private func commit(_ number: Int, in repository: EditRepository) throws {
    let head = try repository.head().commit
    guard let error = DecimalText(0.001) else { return }
    let payload = (0..<64).map { UInt8(truncatingIfNeeded: (number &* 2_654_435_761) >> ($0 % 24)) }
    _ = try repository.recordEdit(
      EditDescription(
        method: "memit", contextTemplates: ["{}"], provenance: .computed,
        computedOn: repository.commit(head).tree, tool: "emend-bench"),
      facts: FactLines((0..<facts).map { Self.line(fact: $0, of: number) }),
      deltas: [
        (
          DeltaRecord.Description(
            tensor: Self.tensor, kind: .lowRank(rank: 1), shape: [64, 64], relativeError: error,
            keyError: error, norm: error, weightNorm: nil), payload
        )
      ], targets: nil, message: "Edit \(facts) facts: batch \(number)", expecting: head)
  }

  /// Every fifty commits come back to the same subjects, so that facts have a past.
  static func line(fact: Int, of number: Int) -> String {
    "{\"prompt\":\"{} is located in\",\"subject\":\"\(subject(fact: fact, of: number))\","
      + "\"target_new\":\"Town \(number)\",\"target_true\":\"Old Town\"}"
  }

  static func subject(fact: Int, of number: Int) -> String {
    "Tower \(number % 50 == 0 ? 0 : number).\(fact)"
  }
}
