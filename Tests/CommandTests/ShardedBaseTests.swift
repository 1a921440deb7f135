import Checkpoint
import Files
import Foundation
import TestSupport
import Testing

/// A base whose tensors lie in several files, as those of large models do.
@Suite("Sharded bases")
struct ShardedBaseTests {
  private let scene: Scene
  /// A repository on the same weights in three files; the edits change tensors of the second only.
  private let sharded: UserRepository
  private let base: String
  private let files = (1...3).map { "model-0000\($0)-of-00003.safetensors" }

  init() throws {
    scene = try Scene(commits: 1)
    base = try Self.split(scene.model.kit.base, into: scene.directory["sharded"], files)
    let directory = try TemporaryDirectory()
    let kit = scene.model.kit
    sharded = try UserRepository(
      EditingKit(
        base: base, hyperparameters: kit.hyperparameters, templates: kit.templates,
        moments: kit.moments), in: directory)
    try sharded.commit(scene.model.first, message: "One")
  }

  /// Writes a checkpoint with its MLP output projections in the second of three files.
  private static func split(
    _ source: String, into destination: String, _ files: [String]
  ) throws -> String {
    let manager = FileManager.default
    try manager.copyItem(atPath: source, toPath: destination)
    let whole = try WeightFile(destination + "/model.safetensors")
    let header = try JSONValue(parsing: Array(whole.header.utf8), file: whole.path)
    guard case .object(let entries) = header else { throw CocoaError(.fileReadCorruptFile) }
    let names = entries.members.map(\.key).filter { $0 != "__metadata__" }.sorted()
    var shards: [[TinySafetensors.Tensor]] = [[], [], []]
    var map: [String] = []
    for (index, name) in names.enumerated() {
      let place = name.contains("fc_out") ? 1 : index % 2 * 2
      shards[place].append(
        TinySafetensors.Tensor(
          name, try #require(header[name]?["dtype"]?.string),
          header[name]?["shape"]?.array?.compactMap(\.integer) ?? [],
          Array(whole.data[try whole.range(of: name)])))
      map.append("\"\(name)\":\"\(files[place])\"")
    }
    for (file, tensors) in zip(files, shards) {
      try Data(TinySafetensors.file(tensors)).write(to: URL(filePath: destination + "/" + file))
    }
    try manager.removeItem(atPath: whole.path)
    try
      "{\"metadata\":{\"total_size\":\(whole.data.count)},\"weight_map\":{\(map.joined(separator: ","))}}\n"
      .write(
        toFile: destination + "/model.safetensors.index.json", atomically: true, encoding: .utf8)
    return destination
  }

  @Test("give the same weights as one file, and only the shards with changed tensors are written")
  func apply() throws {
    #expect(try sharded.fingerprint() == scene.repository.fingerprint())
    #expect(try sharded.tree() == scene.repository.tree())
    let output = sharded.directory["out"]
    try sharded("apply", "--output", output)
    let (before, after) = try (contents(of: base), contents(of: output))
    #expect(Set(before.keys) == Set(after.keys))
    #expect(before.keys.filter { before[$0] != after[$0] } == ["/" + files[1]])
    for name in files {
      #expect(try !isSameFile(base + "/" + name, output + "/" + name))
    }
  }

  @Test("--link gives the untouched shards a second name")
  func link() throws {
    let output = sharded.directory["out"]
    try sharded("apply", "--link", "--output", output)
    for (name, isSame) in zip(files, [true, false, true]) {
      #expect(try isSameFile(base + "/" + name, output + "/" + name) == isSame, "\(name)")
    }
    #expect(try contents(of: base)["/" + files[1]] != contents(of: output)["/" + files[1]])
  }

  @Test(
    "--reflink shares the blocks of untouched shards, or says that it cannot and leaves nothing")
  func reflink() throws {
    let output = sharded.directory["out"]
    let outcome = try sharded.emend.run(["apply", "--reflink", "--output", output])
    if outcome.ending == .exit(0) {
      #expect(try contents(of: output)["/" + files[0]] == contents(of: base)["/" + files[0]])
    } else {
      #expect(outcome.ending == .exit(1))
      #expect(outcome.errorText.contains("files cannot share their blocks"), "\(outcome.errorText)")
      #expect(outcome.errorText.contains("without --reflink"))
      #expect(try fileKind(at: output) == nil)
    }
    #expect(
      try sharded.emend.run(["apply", "--link", "--reflink", "--output", output]).ending == .exit(2)
    )
  }

  private func isSameFile(_ a: String, _ b: String) throws -> Bool {
    func number(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int
    }
    return try number(a) == number(b)
  }
}
