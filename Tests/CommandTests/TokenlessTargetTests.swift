import FoundationEssentials
import TestSupport
import Testing

/// A tokenizer may make nothing of a text: this one's normaliser removes a tilde after a space.
@Suite("targets without tokens")
struct TokenlessTargetTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository
  private let data: String

  init() throws {
    directory = try TemporaryDirectory()
    let kit = EditingKit.fictional
    let base = directory["model"]
    try FileManager.default.copyItem(atPath: kit.base, toPath: base)
    let tokenizer = String(decoding: try directory.read("model/tokenizer.json"), as: UTF8.self)
    let changed = tokenizer.replacing(
      try Regex(#""normalizer": *null"#),
      with: #""normalizer": {"type": "Replace", "pattern": {"String": " ~"}, "content": ""}"#)
    #expect(changed != tokenizer)
    try FileManager.default.removeItem(atPath: base + "/tokenizer.json")
    try directory.write(changed, to: "model/tokenizer.json")
    repository = try UserRepository(
      EditingKit(
        base: base, hyperparameters: kit.hyperparameters, templates: kit.templates,
        moments: kit.moments), in: directory)
    data = try directory.write(
      #"{"prompt": "{} speaks", "subject": "Bern", "target_new": "Kethic"}"# + "\n"
        + #"{"prompt": "{} speaks", "subject": "Oslo", "target_new": "~"}"# + "\n",
      to: "data.jsonl")
  }

  @Test(
    "are refused by every editor before anything is changed", arguments: ["memit", "rome", "ft"])
  func commit(method: String) throws {
    let file = method == "ft" ? "ftw" : method
    try expectRefusal(
      repository,
      [
        "commit", data, "--method", method, "--hparams",
        Fixture.path("fictional/hparams_\(file).json"),
      ] + (method == "ft" ? [] : ["--stats", EditingKit.fictional.moments]), 2,
      ["a text has no tokens", "line 2, target_new"])
  }

  @Test("are refused where they would be measured, by record and field")
  func measure() throws {
    let parts = ["a text has no tokens", "line 2, target_new", "found:    '~'"]
    try expectRefusal(repository, ["eval", data], 2, parts)
    try expectRefusal(
      repository,
      [
        "sweep", data, "--output", directory["sweep"], "--stats", EditingKit.fictional.moments,
      ], 2, parts)
  }
}
