import Checkpoint
import Editing
import Files
import TestSupport
import Testing

@Suite struct TargetsCommandTests {
  private let scene: Scene
  private let cache: String
  private let facts: String

  init() throws {
    scene = try Scene(commits: 0)
    cache = scene.directory["shared"]
    // More than are optimised together, so that there are shares.
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    facts = try scene.directory.write(
      TinyModel.facts(
        (0..<40).map { index in
          (
            subject: "S\(letters[index % 26])\(letters[index / 26])",
            object: "o\(letters[index % 26])"
          )
        }), to: "many.jsonl")
  }

  private func commit(_ arguments: [String]) throws -> (tree: String, steps: [Int]) {
    let document = try scene.repository.document(
      scene.repository.commitArguments(facts) + arguments)
    let tree = try scene.repository.tree()
    try scene.repository("reset", "HEAD~1")
    return (tree, document["facts"]?.array?.compactMap { $0["steps"]?.integer } ?? [])
  }

  private func entries() throws -> [String] {
    try contents(of: cache).keys.filter { $0.contains("/target/") && !$0.hasSuffix("/") }.sorted()
  }

  @Test("shares of several processes together are what one process finds: the same commit")
  func shares() throws {
    let alone = try commit(["--cache", scene.directory["alone"]])
    #expect(alone.steps.count == 40)
    #expect(alone.steps.allSatisfy { $0 > 0 })
    var counts: [Int] = []
    for shard in 1...3 {
      let document = try scene.repository.document(
        "targets", facts, "--shard", "\(shard)/3", "--cache", cache)
      counts.append(document["targets"]?.integer ?? -1)
    }
    #expect(counts.reduce(0, +) == 40)
    #expect(counts.filter { $0 > 0 }.count > 1, "\(counts)")
    let before = try entries()
    #expect(before.count == 40)
    #expect(try commit(["--cache", cache]).tree == alone.tree)
    #expect(try entries() == before)
  }

  @Test("a change of facts, hyperparameters, templates, stop rule or weights is another target")
  func ingredients() throws {
    let first = scene.model.first
    func targets(_ arguments: String...) throws {
      try scene.repository(["targets", first, "--cache", cache] + arguments)
    }
    try targets()
    #expect(try entries().count == 2)
    try targets()
    #expect(try entries().count == 2)
    var hyperparameters = try JSONValue(
      parsing: readFile(scene.model.kit.hyperparameters, limit: 1 << 20), file: "hyperparameters")
    guard case .object(let object) = hyperparameters else {
      Issue.record("no object of hyperparameters")
      return
    }
    for (index, key) in [
      "v_num_grad_steps", "v_lr", "v_weight_decay", "clamp_norm_factor", "kl_factor", "layers",
    ].enumerated() {
      hyperparameters = .object(
        JSONObject(
          object.members.map { member in
            let other: JSONValue =
              switch key {
              case "v_num_grad_steps": .integer(3)
              case "layers": .array([.integer(1)])
              default: .number(0.37)
              }
            return (member.key, member.key == key ? other : member.value)
          }))
      let path = scene.directory["other.json"]
      try AtomicFile.write(JSONText.canonical(hyperparameters), to: path)
      try targets("--hparams", path)
      #expect(try entries().count == 4 + 2 * index, "\(key)")
    }
    let templates = try scene.directory.write("[[\"{}\"], [\"Look: {}\"]]", to: "two.json")
    try targets("--templates", templates)
    #expect(try entries().count == 16)
    try targets("--stop", "argmax")
    #expect(try entries().count == 18)
    try scene.repository.commit(scene.model.second)
    try targets()
    #expect(try entries().count == 20)
  }

  @Test("the same weights with another configuration are another model")
  func configuration() throws {
    try scene.repository("targets", scene.model.first, "--cache", cache)
    let directory = try TemporaryDirectory()
    let kit = try TinyModel(in: directory).kit
    let text = try String(
      decoding: readFile(kit.base + "/config.json", limit: 1 << 20), as: UTF8.self)
    let (rotary, less) = ("\"rotary_dim\": 8", "\"rotary_dim\": 4")
    try #require(text.contains(rotary))
    try directory.write(text.replacing(rotary, with: less), to: "base/config.json")
    let other = try UserRepository(kit, in: directory)
    #expect(
      try other.document("base")["fingerprint"] == scene.repository.document("base")["fingerprint"])
    try other("targets", scene.model.first, "--cache", cache)
    #expect(try entries().count == 4)
  }

  @Test("another tokenizer, and each part of a request, is another target; the same request is not")
  func requestAndTokenizer() throws {
    func facts(_ prompt: String, _ subject: String, _ object: String) throws -> String {
      try scene.directory.write(
        "{\"prompt\": \"\(prompt)\", \"subject\": \"\(subject)\", \"target_new\": \"\(object)\"}\n",
        to: "one.jsonl")
    }
    var count = 0
    for (prompt, subject, object, isNew) in [
      ("{} is in", "Oslo", "Rome", true), ("{} lies in", "Oslo", "Rome", true),
      ("{} is in", "Bern", "Rome", true), ("{} is in", "Oslo", "Lima", true),
      ("{} is in", "Oslo", "Rome", false),
    ] {
      try scene.repository("targets", facts(prompt, subject, object), "--cache", cache)
      count += isNew ? 1 : 0
      #expect(try entries().count == count, "\(prompt) \(subject) \(object)")
    }
    // The same weights under a tokenizer that gives two letters each other's number.
    let directory = try TemporaryDirectory()
    let kit = try TinyModel(in: directory).kit
    let path = kit.base + "/tokenizer.json"
    let text = try String(decoding: readFile(path, limit: 1 << 20), as: UTF8.self)
    let (o, s) = ("\"o\": 79", "\"s\": 83")
    try #require(text.contains(o) && text.contains(s))
    try directory.write(
      text.replacing(o, with: "\"o\": 83").replacing(s, with: "\"s\": 79"),
      to: "base/tokenizer.json")
    let other = try UserRepository(kit, in: directory)
    #expect(
      try other.document("base")["fingerprint"] == scene.repository.document("base")["fingerprint"])
    let same = try facts("{} is in", "Oslo", "Rome")
    try other("targets", same, "--cache", cache)
    #expect(try entries().count == count + 1)
    // And with a tokenizer of its own, the same file in another repository is a hit.
    let twin = try TemporaryDirectory()
    let repository = try UserRepository(TinyModel(in: twin).kit, in: twin)
    try repository("targets", same, "--cache", cache)
    #expect(try entries().count == count + 1)
  }

  @Test("a damaged entry is made again, as it was, and said once")
  func damaged() throws {
    try scene.repository("targets", scene.model.first, "--cache", cache)
    let before = try contents(of: cache)
    let entry = cache + (try #require(entries().first))
    var bytes = try readFile(entry, limit: 1 << 20)
    bytes[12] ^= 1
    try AtomicFile.write(bytes, to: entry)
    let outcome = try scene.repository("targets", scene.model.first, "--cache", cache)
    #expect(outcome.errorText.contains("warning: a damaged cache entry was removed"))
    #expect(outcome.errorText.ranges(of: "warning:").count == 1)
    #expect(try contents(of: cache) == before)
  }

  @Test("a share that is none is refused", arguments: ["0/2", "3/2", "1", "a/b", "1/0"])
  func badShare(share: String) throws {
    try expectRefusal(
      scene.repository, ["targets", scene.model.first, "--shard", share], 2, ["--shard"])
  }

  @Test("the rule that asks for the most probable object stops some targets earlier and none later")
  func argmax() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(.fictional, in: directory)
    let cases = try FactsFile(path: Fixture.path("fictional/facts.json")).cases.prefix(4)
    let facts = try directory.write(FactLines.encode(Array(cases)), to: "facts.jsonl")
    func steps(_ rule: String...) throws -> [Int] {
      let document = try repository.document(repository.commitArguments(facts) + rule)
      try repository("reset", "HEAD~1")
      return document["facts"]?.array?.compactMap { $0["steps"]?.integer } ?? []
    }
    let loss = try steps()
    let argmax = try steps("--stop", "argmax")
    #expect(loss.count == 4 && argmax.count == 4)
    #expect(zip(argmax, loss).allSatisfy { $0 <= $1 })
    #expect(argmax != loss, "\(loss)")
  }
}
