import Checkpoint
import TestSupport
import Testing

/// A repository on the tiny model, with commits "One" and "Two" of two facts each.
struct Scene {
  let directory: TemporaryDirectory
  let model: TinyModel
  let repository: UserRepository

  init(commits: Int = 2) throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory)
    if commits > 0 { try repository.commit(model.first, message: "One") }
    if commits > 1 { try repository.commit(model.second, message: "Two") }
  }

  /// The lines of a command's text.
  func lines(_ arguments: String...) throws -> [String] {
    try repository(arguments).outputText.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init).dropLast()
  }

  /// A commit's id.
  func id(_ revision: String) throws -> String {
    try repository.git()("rev-parse", revision).lines.first ?? ""
  }

  /// The first digits of a commit's id, as commands show them.
  func short(_ revision: String) throws -> String { String(try id(revision).prefix(12)) }
}
