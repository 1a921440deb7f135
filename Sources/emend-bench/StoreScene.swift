import Checkpoint
import Delta
import Diagnostics
import Files
import Glibc
import LinearAlgebra
import Store
import Transformer
import Workflows

/// A checkpoint, an edited copy of it, and the edit as factors, in a directory that goes when this does.
final class StoreScene {
  static let rows = 1024
  static let columns = 4096
  static let rank = 16

  /// The directory.
  var path: String { scratch.path }
  /// Bytes of all tensors.
  let byteCount: Int
  /// How many tensors the edit changes: a quarter.
  let changed: Int
  private let scratch: ScratchDirectory

  init(in parent: String, tensors: Int) throws {
    scratch = try ScratchDirectory(in: parent)
    changed = tensors / 4
    byteCount = tensors * Self.rows * Self.columns * 4
    let names = (0..<tensors).map { "h.\($0).mlp.c_proj.weight" }
    let declarations = names.map {
      TensorDeclaration(name: $0, elementType: .float32, shape: [Self.rows, Self.columns])
    }
    for directory in ["base", "edited"] {
      try makeDirectories(path + "/" + directory)
      try AtomicFile.write(
        Array("{\"architectures\":[\"GPT2LMHeadModel\"],\"model_type\":\"gpt2\"}".utf8),
        to: path + "/\(directory)/config.json")
    }
    let base = try SafetensorsWriter(
      replacing: path + "/base/model.safetensors", tensors: declarations)
    let edited = try SafetensorsWriter(
      replacing: path + "/edited/model.safetensors", tensors: declarations)
    let onlyChanged = try AtomicFile(replacing: path + "/changed.bin")
    let factors = try SafetensorsWriter(
      replacing: path + "/factors.safetensors",
      tensors: names.prefix(changed).flatMap {
        [
          TensorDeclaration(
            name: $0 + ".left", elementType: .float64, shape: [Self.rows, Self.rank]),
          TensorDeclaration(
            name: $0 + ".right", elementType: .float64, shape: [Self.columns, Self.rank]),
        ]
      })
    var random = SeededRandom(11)
    for index in names.indices {
      let weights = (0..<Self.rows * Self.columns).map { _ in random.normal() * 0.02 }
      let before = ElementType.float32.store(weights)
      try base.append(before)
      guard index < changed else {
        try edited.append(before)
        continue
      }
      let left = random.matrix(rows: Self.rows, columns: Self.rank)
      let right = Matrix(rows: Self.columns, columns: Self.rank) { _, _ in random.normal() * 1e-4 }
      for side in [left, right] {
        try side.storage.withUnsafeBytes { bytes in try factors.append(bytes) }
      }
      // Added in float64 to the stored numbers, rounded once: what an editor does that takes care.
      var sums = ElementType.float32.load(before)
      let change = Matrix.product(left, .none, right, .transposed)
      for i in sums.indices { sums[i] += change.storage[i] }
      let after = ElementType.float32.store(sums)
      try edited.append(after)
      try onlyChanged.append(after)
    }
    try base.commit()
    try edited.commit()
    try onlyChanged.commit()
    try factors.commit()
  }

  /// A repository on the base, without edits; gives back its directory.
  func makeRepository(_ name: String) throws -> String {
    let directory = path + "/" + name
    let checkpoint = try CheckpointDirectory(path: path + "/base")
    let measured = try CheckpointManifest(
      measuring: checkpoint, threads: 1, progress: NoProgress())
    let manifest = try BaseManifest(
      fingerprint: measured.fingerprint, architecture: "GPT2LMHeadModel", modelType: "gpt2",
      tensors: measured.tensors.map { tensor in
        BaseManifest.Tensor(
          name: tensor.name, elementType: tensor.elementType, shape: tensor.shape,
          digest: tensor.digest,
          gridExponent: try FixedPointGrid(largestMagnitude: tensor.largestMagnitude ?? 0).exponent)
      }, tokenizer: nil)
    let repository = try EditRepository.create(
      in: directory, base: manifest, named: "bench", ScratchDirectory.environment)
    _ = try BaseBinding.bind(
      repository, to: checkpoint.path, threads: 1, progress: NoProgress())
    return directory
  }

  /// Bytes of the packs and objects of a repository.
  func objectBytes(_ directory: String) throws -> Double {
    func size(_ path: String) throws -> Int {
      try listDirectory(path).reduce(0) { sum, name in
        let inner = path + "/" + name
        return try sum
          + (fileKind(at: inner) == .directory ? size(inner) : FileStamp(ofFileAt: inner).size)
      }
    }
    return Double(try size(directory + "/.emend/objects"))
  }
}
