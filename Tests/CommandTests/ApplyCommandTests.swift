import Checkpoint
import Files
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

  @Test("nothing is written among the repository's files")
  func within() throws {
    let scene = try Scene(commits: 0)
    for output in [".emend/out", ".emend/refs/heads/out"] {
      try expectRefusal(
        scene.repository, ["apply", "--output", output], 2,
        ["among the repository's files", output])
    }
    #expect(
      try scene.repository.git()("for-each-ref", "--format=%(refname)", "refs/heads").lines == [
        "refs/heads/main"
      ])
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

  @Test("a type that does not hold a weight is refused, and nothing is written")
  func tooNarrow() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    var weights = try WeightFile(model.kit.base + "/model.safetensors")
    let name = "transformer.h.3.mlp.fc_out.weight"
    let start = try weights.range(of: name).lowerBound
    withUnsafeBytes(of: Float(1e5)) { weights.data.replaceSubrange(start..<start + 4, with: $0) }
    try weights.write()
    let repository = try UserRepository(model.kit, in: directory)
    for output in [["--output", "out"], ["--dry-run"]] {
      try expectRefusal(
        repository, ["apply", "--dtype", "f16"] + output, 2,
        ["the type does not hold the weights", name, "F16", "--dtype"])
    }
    try repository("apply", "--dtype", "bf16", "--output", "out")
  }

  private func numbers(_ name: String, in checkpoint: CheckpointDirectory) throws -> [Double] {
    try FactorPair.numbers(of: checkpoint.tensor(named: name))
  }

  @Test("--dtype writes every shard in that type, and the configuration and the index say so")
  func convertedShards() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(.mistral, in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
    try repository("apply", "--output", "wide")
    let document = try repository.document("apply", "--output", "out", "--dtype", "bf16")
    let base = try CheckpointDirectory(path: model.kit.base)
    let wide = try CheckpointDirectory(path: directory["work/wide"])
    let out = try CheckpointDirectory(path: directory["work/out"])
    var (size, lost, wanted, swallowed) = (0, 0.0, 0.0, 0)
    for entry in base.tensors {
      let name = entry.declaration.name
      let view = try out.tensor(named: name)
      #expect(view.elementType == .bfloat16 && view.shape == entry.declaration.shape)
      size += view.bytes.count
      let (before, exact, found) = try (
        numbers(name, in: base), numbers(name, in: wide), numbers(name, in: out)
      )
      // To the nearest number of eight significant bits.
      #expect(
        zip(found, exact).allSatisfy { abs($0 - $1) <= 0x1p-8 * abs($1) }, "\(name)")
      let nearest = before.map { number in
        let bits = Float(number).bitPattern
        return Double(Float(bitPattern: (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF_0000))
      }
      guard before != exact else {
        #expect(found == nearest, "\(name)")
        continue
      }
      swallowed += before.indices.count { before[$0] != exact[$0] && found[$0] == nearest[$0] }
      lost += zip(found, exact).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      wanted += zip(exact, before).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let loss = try #require(document["rounding_loss"]?.double)
    let expected = (lost / wanted).squareRoot()
    #expect(abs(loss - expected) < 1e-3 * expected && loss > 0.01)
    #expect(document["swallowed_numbers"]?.integer == swallowed && swallowed > 100)

    func json(_ path: String) throws -> JSONValue {
      try JSONValue(parsing: readFile(path, limit: 1 << 20), file: path)
    }
    func members(_ value: JSONValue?) -> [String: JSONValue] {
      guard case .object(let object) = value else { return [:] }
      return Dictionary(uniqueKeysWithValues: object.members.map { ($0.key, $0.value) })
    }
    var settings = try members(json(base.path + "/config.json"))
    #expect(settings.updateValue(.string("bfloat16"), forKey: "torch_dtype") != nil)
    #expect(try members(json(out.path + "/config.json")) == settings)
    let index = "/model.safetensors.index.json"
    let (old, new) = try (json(base.path + index), json(out.path + index))
    #expect(members(new["weight_map"]) == members(old["weight_map"]))
    #expect(try Set(listDirectory(out.path)) == Set(listDirectory(base.path)))
    var metadata = members(old["metadata"])
    metadata["total_size"] = .integer(size)
    #expect(members(new["metadata"]) == metadata)
  }

  @Test("an imported checkpoint comes out as it was handed in: nothing is said of rounding")
  func handedIn() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(.qwen2, in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
    let first = try repository.document("apply", "--output", "edited")
    try #require((first["rounding_loss"]?.double ?? 0) > 0.01)
    try repository("reset", "HEAD~1")
    try repository("import", "edited")
    let again = try repository.document("apply", "--output", "again")
    #expect(again["fingerprint"]?.string == first["fingerprint"]?.string)
    #expect(again["rounding_loss"]?.double == 0 && again["changed_numbers"]?.integer == 0)
    // In another type it is not what was handed in.
    let other = try repository.document("apply", "--dry-run", "--dtype", "f16")
    #expect((other["changed_numbers"]?.integer ?? 0) > 0)
  }

  @Test("chat templates in their folder come along")
  func templates() throws {
    let scene = try Scene(commits: 1)
    try scene.directory.write("{{ x }}", to: "base/additional_chat_templates/tool_use.jinja")
    for arguments in [[], ["--dtype", "bf16"]] {
      let output = "out\(arguments.count)"
      try scene.repository(["apply", "--output", output] + arguments)
      #expect(
        try scene.directory.read("work/\(output)/additional_chat_templates/tool_use.jinja")
          == Array("{{ x }}".utf8))
    }
  }

  @Test("what rounding to the checkpoint's own type takes from the edits is said, with the way out")
  func roundingLoss() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(.qwen2, in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
    let document = try repository.document("apply", "--output", "out")
    let said = try repository("apply", "--dry-run").outputText
    let wide = try repository("apply", "--output", "wide", "--dtype", "f32").outputText
    #expect(!wide.contains("rounding"))
    var (changed, swallowed) = (0, 0)
    for entry in try CheckpointDirectory(path: model.kit.base).tensors {
      let name = entry.declaration.name
      let (before, exact, found) = try (
        numbers(name, in: CheckpointDirectory(path: model.kit.base)),
        numbers(name, in: CheckpointDirectory(path: directory["work/wide"])),
        numbers(name, in: CheckpointDirectory(path: directory["work/out"]))
      )
      for (b, (x, y)) in zip(before, zip(exact, found)) where x != b {
        changed += 1
        if y == b { swallowed += 1 }
      }
    }
    #expect(document["changed_numbers"]?.integer == changed)
    #expect(document["swallowed_numbers"]?.integer == swallowed && swallowed > 0)
    let loss = try #require(document["rounding_loss"]?.double)
    #expect(loss > 0.01)
    #expect(said.contains("rounding to the stored type moves the edits by "))
    #expect(said.contains(" changed numbers stay as they were\n"))
    #expect(said.contains("hint: --dtype f32 or --adapter DIR keeps them\n"))
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
