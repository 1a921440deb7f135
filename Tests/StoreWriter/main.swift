// A process of its own that works on a repository, for tests of what processes do to each other, and of what is left
// when one dies or its disk refuses.
//
// Usage: StoreWriter DIRECTORY VERB NUMBER
// Prints one line for each success, or `refused: …`.

import Checkpoint
import Diagnostics
import Glibc
import Store

let environment = GitEnvironment(
  variables: [
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Writer", "GIT_AUTHOR_EMAIL": "w@example.com",
    "GIT_COMMITTER_NAME": "Writer", "GIT_COMMITTER_EMAIL": "w@example.com",
  ], fixedTime: GitMoment(seconds: 1_700_000_000, offsetMinutes: 0))

/// Prints at once: what was said before a kill was said.
func say(_ text: String) {
  print(text)
  fflush(nil)
}

func recordEdit(_ number: Int, in repository: EditRepository) throws -> RecordedCommit {
  let head = try repository.head().commit
  let stack = try repository.stack(at: head)
  guard let tensor = try stack.base().tensors.first(where: { $0.gridExponent != nil }),
    let one = DecimalText(1)
  else { throw StoreError.nothingToUndo }
  let payload = (0..<70_000).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ number) }
  return try repository.recordEdit(
    EditDescription(
      method: "test", provenance: .computed, computedOn: stack.tree, tool: "test \(number)"),
    facts: FactLines(["{\"number\":\(number)}"]),
    deltas: [
      (
        DeltaRecord.Description(
          tensor: tensor.name, kind: .dense, shape: tensor.shape, relativeError: one,
          keyError: nil, norm: one, weightNorm: nil),
        payload
      )
    ], message: "Edit \(number)", expecting: nil)
}

func run(_ verb: String, _ number: Int, in directory: String) throws {
  let location = RepositoryLocation(gitDirectory: directory + "/.emend")
  if verb == "init" {
    let record = TensorRecord(
      declaration: .init(name: "w", elementType: .float32, shape: [2, 2]), digest: Digest(of: [2]),
      largestMagnitude: nil)
    let base = try BaseManifest(
      fingerprint: CheckpointManifest([record]).fingerprint, architecture: "A", modelType: "m",
      tensors: [
        .init(
          name: "w", elementType: .float32, shape: [2, 2], digest: record.digest,
          gridExponent: -40)
      ], tokenizer: nil)
    let repository = try EditRepository.create(
      in: directory, base: base, named: "writer", environment)
    return say("made \(try repository.head().commit)")
  }
  let repository = try EditRepository(opening: location, environment)
  repository.abandonmentPatience = .milliseconds(20)  // no plain Git here
  switch verb {
  case "commits":
    for step in 0..<number {
      do {
        say("made \(try recordEdit(Int(getpid()) * 1000 + step, in: repository).id)")
      } catch let error as StoreError {
        say("refused: \(error)")
      }
    }
  case "commit": say("made \(try recordEdit(number, in: repository).id)")
  case "revert": say("made \(try repository.revert(repository.head().commit).id)")
  case "undo": say("undone \(try repository.undo().id)")
  case "branch": try repository.createBranch("b\(number)", at: repository.head().commit)
  case "rename": try repository.renameBranch("main", to: "b\(number)")
  case "note": try repository.addNote(line: "note \(number)", on: repository.head().commit)
  default: fatalError("no verb \(verb)")
  }
}

let arguments = CommandLine.arguments
do {
  try run(arguments[2], Int(arguments[3]) ?? 0, in: arguments[1])
} catch {
  say("refused: \(error)")
  exit(1)
}
