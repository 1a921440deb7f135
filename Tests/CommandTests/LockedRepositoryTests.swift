import Files
import TestSupport
import Testing

@Suite("Repositories that somebody else is writing to")
struct LockedRepositoryTests {
  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let repository: UserRepository

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
  }

  @Test("a writer waits, then says who has the lock; readers go on")
  func locked() throws {
    let lock = try FileLock(path: repository.gitDirectory + "/emend/lock")
    for arguments in [["log"], ["status"], ["apply", "--dry-run"], ["fsck"]] {
      try repository(arguments)
    }
    try expectRefusal(
      repository, ["revert", "HEAD"], 1,
      ["another emend is writing to the repository", "pid", "emend/lock"])
    withExtendedLifetime(lock) {}
    #expect(try repository.git()("rev-list", "--count", "HEAD").lines == ["2"])
  }

  @Test("a reference that plain Git has locked")
  func referenceLocked() throws {
    try directory.write("", to: "work/.emend/refs/heads/main.lock")
    let git = try repository.git()
    let references = try git("for-each-ref").lines
    for arguments in [
      ["branch", "--move", "main", "other"], ["revert", "HEAD"], ["reset", "HEAD~1"],
    ] {
      let outcome = try repository.emend.run(arguments)
      #expect(outcome.ending == .exit(1), "\(arguments)")
      #expect(outcome.errorText.contains("main.lock"), "\(outcome.errorText)")
      #expect(try git("for-each-ref").lines == references, "\(arguments)")
    }
    #expect(try repository.git()("rev-list", "--count", "HEAD").lines == ["2"])
  }

  @Test("packed references that plain Git has locked: the file that is there is named")
  func packedReferencesLocked() throws {
    try repository("branch", "side")
    try repository.git()("pack-refs", "--all")
    try directory.write("", to: "work/.emend/packed-refs.lock")
    let outcome = try repository.emend.run(["branch", "-D", "side"])
    #expect(outcome.ending == .exit(1))
    #expect(outcome.errorText.contains("/packed-refs.lock"), "\(outcome.errorText)")
    #expect(!outcome.errorText.contains("side.lock"), "\(outcome.errorText)")
    #expect(try repository.git()("for-each-ref", "refs/heads/side").lines.count == 1)
  }
}
