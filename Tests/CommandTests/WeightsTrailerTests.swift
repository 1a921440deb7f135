import TestSupport
import Testing

/// What a commit says that its weights are is what `apply` makes of it.
@Suite("The weights that a commit names")
struct WeightsTrailerTests {
  private let scene: Scene
  private var repository: UserRepository { scene.repository }

  init() throws { scene = try Scene() }

  /// Compares the trailer of `HEAD` with the fingerprint of its weights.
  private func expectTrailer(_ verb: String) throws {
    let trailer = try repository.git()(
      "log", "-1", "--format=%(trailers:key=Emend-Weights,valueonly)"
    ).lines.filter { !$0.isEmpty }
    #expect(try trailer == [repository.fingerprint()], "\(verb)")
  }

  @Test("by commit, revert --fact, resolve, merge and import")
  func verbs() throws {
    let stats = ["--stats", scene.model.kit.moments]
    try expectTrailer("commit")
    try repository(["revert", "HEAD~1", "--fact", "Oslo"] + stats)
    try expectTrailer("revert --fact")
    try repository(["resolve", "--all"] + stats)
    try expectTrailer("resolve")
    try repository("switch", "--create", "side", "HEAD~3")
    try repository.commit(
      scene.directory.write(TinyModel.facts([("Lodz", "Riga")]), to: "side.jsonl"))
    try repository("switch", "main")
    try repository("merge", "side")
    try expectTrailer("merge")
    try repository("apply", "HEAD~1", "--output", scene.directory["edited"])
    try repository("import", scene.directory["edited"], "-m", "Imported")
    try expectTrailer("import")
  }
}
