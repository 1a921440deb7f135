import Checkpoint
import TestSupport
import Testing

@Suite struct ApplyCommandTests {
  @Test("writes a directory, and says its fingerprint and what differs from the base")
  func apply() throws {
    let scene = try Scene()
    let lines = try scene.lines("apply", "--output", "out")
    #expect(lines[0] == "Wrote out: 530.0 kB of weights")
    #expect(lines[1] == "fingerprint \(try scene.repository.fingerprint())")
    #expect(lines.count == 4)
  }

  @Test("a revision, and --dry-run, which writes nothing")
  func dryRun() throws {
    let scene = try Scene()
    let before = try lasting(scene.repository)
    let base = try #require(scene.repository.document("base")["fingerprint"]?.string)
    #expect(
      try scene.lines("apply", "HEAD~2", "--dry-run") == ["fingerprint \(base) (the base itself)"])
    #expect(try lasting(scene.repository) == before)
  }

  @Test(
    "a type by the name that safetensors or PyTorch has for it",
    arguments: [("f16", "float16"), ("BF16", "bfloat16"), ("f32", "float32")])
  func typeNames(short: String, long: String) throws {
    let scene = try Scene(commits: 1)
    func fingerprint(_ type: String) throws -> String? {
      try scene.repository.document("apply", "--dry-run", "--dtype", type)["fingerprint"]?.string
    }
    let found = try #require(try fingerprint(short))
    #expect(try fingerprint(long) == found)
    #expect(try (found == scene.repository.fingerprint()) == (short == "f32"))
    try expectRefusal(
      scene.repository, ["apply", "--dry-run", "--dtype", "int8"], 2, ["'f32', 'f16' or 'bf16'"])
  }

  @Test(
    "either an output or a dry run",
    arguments: [["apply"], ["apply", "--output", "x", "--dry-run"]])
  func misuse(arguments: [String]) throws {
    let scene = try Scene(commits: 0)
    let outcome = try scene.repository.emend.run(arguments)
    #expect(outcome.ending == .exit(2))
    #expect(outcome.errorText.contains("Give either --output DIR, --adapter DIR or --dry-run"))
  }
}
