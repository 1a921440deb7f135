import TestSupport
import Testing

@Suite struct ResolveCommandTests {
  /// The ids of the blobs that hold the active edits' targets.
  private func targets(_ repository: UserRepository) throws -> [String] {
    try repository.git()("ls-tree", "-r", "HEAD", "edits").lines.filter { $0.contains("/targets/") }
      .compactMap { $0.split(whereSeparator: \.isWhitespace).dropFirst(2).first.map(String.init) }
  }

  @Test("targets stay as they are stored; --refresh-targets finds those of the present state")
  func refreshTargets() throws {
    let scene = try Scene()
    let resolve = ["resolve", "--all", "--stats", scene.model.kit.moments]
    try scene.repository("revert", "HEAD~1")
    let stored = try targets(scene.repository)
    #expect(stored.count == 1)
    try scene.repository(resolve)
    #expect(try targets(scene.repository) == stored)
    try scene.repository("undo")
    try scene.repository(resolve + ["--refresh-targets"])
    let found = try targets(scene.repository)
    // The batch by itself.
    let alone = try Scene(commits: 0)
    try alone.repository.commit(alone.model.second)
    #expect(try found == targets(alone.repository) && found != stored)
  }
}
