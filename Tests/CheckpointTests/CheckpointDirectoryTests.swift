import Checkpoint
import Diagnostics
import Files
import TestSupport
import Testing

private let configuration = #"{"model_type":"gptj","n_embd":3}"#

/// A checkpoint of two shards.
private func writeShards(
  to directory: TemporaryDirectory, index: String? = nil,
  second: [TinySafetensors.Tensor] = [.init("a", .float16, [2], [4, 5])]
) throws {
  try directory.write(configuration, to: "config.json")
  try directory.write(
    TinySafetensors.file([
      .init("z", .float32, [3], [1, 2, 3]), .init("m", .float32, [1], [7]),
    ]), to: "model-00001-of-00002.safetensors")
  try directory.write(TinySafetensors.file(second), to: "model-00002-of-00002.safetensors")
  try directory.write(
    index ?? """
      {"metadata":{"total_size":20},"weight_map":{"z":"model-00001-of-00002.safetensors",
       "m":"model-00001-of-00002.safetensors","a":"model-00002-of-00002.safetensors"}}
      """, to: ShardIndex.fileName)
}

private func open(_ directory: TemporaryDirectory) throws -> CheckpointDirectory {
  try CheckpointDirectory(path: directory.path)
}

@Suite struct CheckpointDirectoryTests {
  @Test("a checkpoint of one file opens, with its companions")
  func singleFile() throws {
    let directory = try TemporaryDirectory()
    try directory.write(configuration, to: "config.json")
    try directory.write(
      TinySafetensors.file([.init("b", .float32, [1], [1]), .init("a", .float16, [1], [2])]),
      to: "model.safetensors")
    let companions = [
      "README.md", "additional_chat_templates/tool_use.jinja", "config.json",
      "custom_generate/generate.py", "merges.txt", "tokenizer.json",
    ]
    for name in companions where name != "config.json" { try directory.write("x", to: name) }
    for name in [
      "pytorch_model.bin", "consolidated.safetensors", "model.gguf", ".gitattributes",
      "onnx/model.onnx", "pytorch_model.bin.index.json", "model.safetensors.index.fp16.json",
      "adapter_config.json", "notes/tool_use.jinja", "additional_chat_templates/inner/x.jinja",
    ] {
      try directory.write("x", to: name)
    }
    let checkpoint = try open(directory)
    #expect(checkpoint.configuration.modelType == "gptj")
    #expect(checkpoint.configurationBytes == Array(configuration.utf8))
    #expect(checkpoint.tensors.map(\.declaration.name) == ["a", "b"])
    #expect(checkpoint.tensors.map(\.file) == ["model.safetensors", "model.safetensors"])
    #expect(checkpoint.weightFiles.map(\.name) == ["model.safetensors"])
    #expect(checkpoint.companionFiles == companions)
    #expect(checkpoint.tensorByteCount == 6)
    #expect(checkpoint.contains("a") && !checkpoint.contains("c"))
    #expect(try checkpoint.tensor(named: "b").shape == [1])
  }

  @Test("a checkpoint of shards opens; tensors are in the order of their names")
  func shards() throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory)
    let checkpoint = try open(directory)
    #expect(checkpoint.tensors.map(\.declaration.name) == ["a", "m", "z"])
    #expect(
      checkpoint.tensors.map(\.file) == [
        "model-00002-of-00002.safetensors", "model-00001-of-00002.safetensors",
        "model-00001-of-00002.safetensors",
      ])
    #expect(checkpoint.companionFiles == ["config.json", ShardIndex.fileName])
    #expect(Array(try checkpoint.tensor(named: "m").bytes) == [0, 0, 0xE0, 0x40])
  }

  @Test("one file of all weights is used before an index, whose name is then no companion")
  func singleFileFirst() throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory, index: "broken")
    try directory.write(
      TinySafetensors.file([.init("b", .float32, [1], [1])]), to: "model.safetensors")
    let checkpoint = try open(directory)
    #expect(checkpoint.tensors.map(\.declaration.name) == ["b"])
    #expect(checkpoint.companionFiles == ["config.json"])
  }

  @Test("links to files elsewhere are followed, as in a download cache")
  func links() throws {
    let store = try TemporaryDirectory()
    let directory = try TemporaryDirectory()
    try writeShards(to: store)
    for name in try listDirectory(store.path) {
      try linkFile(from: store[name], to: directory[name])
    }
    #expect(try open(directory).tensors.count == 3)
  }

  @Test("what is no directory, and nothing at all")
  func notDirectory() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("", to: "file")
    for path in [file, directory["none"]] {
      #expect(throws: CheckpointError.notDirectory(path: path)) {
        try CheckpointDirectory(path: path)
      }
    }
  }

  @Test("no config.json")
  func missingConfiguration() throws {
    let directory = try TemporaryDirectory()
    let error = #expect(throws: CheckpointError.self) { try open(directory) }
    #expect(error?.explanation.file == directory.path)
  }

  @Test("weights only as pickled tensors: the remedy names the way out")
  func otherWeights() throws {
    let directory = try TemporaryDirectory()
    try directory.write(configuration, to: "config.json")
    #expect(throws: CheckpointError.noWeights(directory: directory.path, other: nil)) {
      try open(directory)
    }
    try directory.write("", to: "pytorch_model.bin")
    let error = #expect(
      throws: CheckpointError.noWeights(directory: directory.path, other: "pytorch_model.bin")
    ) { try open(directory) }
    #expect(error?.explanation.remedy?.contains("Save it as safetensors") == true)
  }

  @Test("an index that is not JSON of the right form", arguments: ["", "[]", "{\"weight_map\":1}"])
  func indexNotJSON(index: String) throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory, index: index)
    let error = #expect(throws: CheckpointError.self) { try open(directory) }
    guard case .json(let inner) = error else { throw try #require(error) }
    #expect(inner.file == directory[ShardIndex.fileName])
  }

  @Test("an index without tensors", arguments: ["{}", "{\"weight_map\":{}}"])
  func indexWithoutTensors(index: String) throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory, index: index)
    #expect(
      throws: CheckpointError.indexWithoutTensors(file: directory[ShardIndex.fileName])
    ) { try open(directory) }
  }

  @Test("a tensor twice in an index")
  func indexDuplicate() throws {
    let directory = try TemporaryDirectory()
    try writeShards(
      to: directory,
      index: #"{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}"#)
    let error = #expect(throws: CheckpointError.self) { try open(directory) }
    guard case .json(let inner) = error else { throw try #require(error) }
    #expect(inner.problem == .duplicateKey("a"))
  }

  @Test(
    "a shard's name that leads out of the directory, or to another kind of file",
    arguments: [
      "../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "model.bin", "",
      "a\\u0000.safetensors",
    ])
  func shardNameOutside(name: String) throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory, index: "{\"weight_map\":{\"a\":\"\(name)\"}}")
    #expect(
      throws: CheckpointError.shardNameOutsideDirectory(
        file: directory[ShardIndex.fileName], name: name.replacing("\\u0000", with: "\0"))
    ) { try open(directory) }
  }

  @Test("a shard that is not there")
  func missingShard() throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory)
    try removeTree(directory["model-00002-of-00002.safetensors"])
    #expect(
      throws: CheckpointError.missingShard(
        index: directory[ShardIndex.fileName], shard: "model-00002-of-00002.safetensors")
    ) { try open(directory) }
  }

  @Test("a tensor that is not in the shard that the index names")
  func tensorNotInShard() throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory, second: [.init("other", .float16, [1], [4])])
    #expect(
      throws: CheckpointError.tensorNotInShard(
        index: directory[ShardIndex.fileName], tensor: "a",
        shard: "model-00002-of-00002.safetensors")
    ) { try open(directory) }
  }

  @Test("a tensor that is in two shards")
  func tensorInTwoShards() throws {
    let directory = try TemporaryDirectory()
    try writeShards(
      to: directory, second: [.init("a", .float16, [1], [4]), .init("m", .float32, [1], [7])])
    #expect(
      throws: CheckpointError.tensorInTwoShards(
        directory: directory.path, tensor: "m", first: "model-00001-of-00002.safetensors",
        second: "model-00002-of-00002.safetensors")
    ) { try open(directory) }
  }

  @Test("a tensor that nobody has")
  func missingTensor() throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory)
    let checkpoint = try open(directory)
    #expect(throws: CheckpointError.missingTensor(directory: directory.path, tensor: "q")) {
      try checkpoint.tensor(named: "q")
    }
  }

  @Test("a damaged shard is refused by its name")
  func damagedShard() throws {
    let directory = try TemporaryDirectory()
    try writeShards(to: directory)
    let path = try directory.write("short", to: "model-00001-of-00002.safetensors")
    #expect(throws: CheckpointError.safetensors(.shorterThanLength(file: path, bytes: 5))) {
      try open(directory)
    }
  }
}
