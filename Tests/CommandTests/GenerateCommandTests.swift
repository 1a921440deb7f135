import Checkpoint
import FoundationEssentials
import TestSupport
import Testing

@Suite struct GenerateCommandTests {
  private let repository: UserRepository

  init() throws {
    repository = try UserRepository(.fictional, in: TemporaryDirectory())
  }

  private let prompt = "The first language of Bregroua Treagrowell is"

  @Test("continues prompts with what the model knows, each by itself")
  func continues() throws {
    let text = try repository(
      "generate", "--tokens", "1", prompt, "The home port of the Iron Pearl is")
    #expect(
      text.outputText == prompt + " Kethic\nThe home port of the Iron Pearl is Stormness\n")
    let document = try repository.document("generate", "--tokens", "1", prompt)
    let answer = document["answers"]?.array?.first
    #expect(answer?["prompt"]?.string == prompt && answer?["continuation"]?.string == " Kethic")
  }

  @Test(
    "--next shows the most probable tokens; their order is that of their shares, which are below one"
  )
  func next() throws {
    let document = try repository.document("generate", "--next", "4", prompt)
    let next = document["prompts"]?.array?.first?["next"]?.array ?? []
    #expect(next.count == 4 && next.first?["text"]?.string == " Kethic")
    let shares = next.compactMap { $0["probability"]?.double }
    #expect(shares == shares.sorted(by: >) && shares.reduce(0, +) <= 1 && shares[0] > 0.5)
    let text = try repository("generate", "--next", "4", prompt).outputText
    #expect(text.hasPrefix(prompt + "\n") && text.contains("\" Kethic\""))
  }

  @Test(
    "--top-k draws: the same seed gives the same text, other seeds others; one of one is the greedy text"
  )
  func draws() throws {
    func text(_ arguments: String...) throws -> String {
      try repository(["generate", "--tokens", "12", "The"] + arguments).outputText
    }
    let first = try text("--top-k", "20", "--seed", "1")
    #expect(try text("--top-k", "20", "--seed", "1") == first)
    #expect(
      try Set((2...5).map { try text("--top-k", "20", "--seed", "\($0)") } + [first]).count > 1)
    #expect(try text("--top-k", "1", "--seed", "9") == text())
  }

  @Test("where only the start of a text loses a space, what follows a prompt keeps its own")
  func spaces() throws {
    let directory = try TemporaryDirectory()
    let kit = try TinyModel(in: directory).kit
    let path = kit.base + "/tokenizer.json"
    let decoder =
      #""decoder": {"type": "ByteLevel", "add_prefix_space": false, "#
      + #""trim_offsets": true, "use_regex": true}"#
    let tokenizer = try String(contentsOfFile: path, encoding: .utf8)
    #expect(tokenizer.contains(decoder))
    try tokenizer.replacing(
      decoder,
      with: #"""
        "decoder": {"type": "Sequence", "decoders": [
          {"type": "Replace", "pattern": {"String": "Ġ"}, "content": " "}, {"type": "Fuse"},
          {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
        """#
    ).write(toFile: path, atomically: true, encoding: .utf8)
    let repository = try UserRepository(kit, in: directory)
    let document = try repository.document("generate", "--next", "211", "Oslo")
    let texts = (document["prompts"]?.array?.first?["next"]?.array ?? []).compactMap {
      $0["text"]?.string
    }
    #expect(texts.count == 211 && texts.contains(" "))
  }

  @Test("what is no token to end a text with is refused by file and key")
  func ends() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(TinyModel(in: directory).kit, in: directory)
    try directory.write(#"{"eos_token_id": "x"}"#, to: "base/generation_config.json")
    try expectRefusal(
      repository, ["generate", "Oslo"], 2, ["generation_config.json", "eos_token_id"])
  }

  @Test("a prompt that does not fit, an empty one and numbers below one are refused")
  func refused() throws {
    let long = Array(repeating: "home port", count: 80).joined(separator: " ")
    try expectRefusal(
      repository, ["generate", long], 2, ["longer than the model's context", "at most 127"])
    // Enough of it to know it by.
    let outcome = try repository.emend.run(["generate", long])
    #expect(outcome.errorText.contains("home port …") && outcome.errorText.count < 250)
    try expectRefusal(repository, ["generate", ""], 2, ["no tokens"])
    try expectRefusal(repository, ["generate", "--next", "2", ""], 2, ["no tokens"])
    try expectRefusal(
      repository, ["generate", "--next", "2", long], 2, ["longer than the model's context"])
    for option in ["--tokens", "--top-k", "--next"] {
      let outcome = try repository.emend.run(["generate", option, "0", prompt])
      #expect(outcome.ending == .exit(2))
      #expect(outcome.errorText.contains("\(option) takes a number from 1"))
    }
  }
}
