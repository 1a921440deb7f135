import Foundation
import Glibc
import TestSupport
import Testing

/// A checkpoint that cannot be the base: `init` says why, and makes nothing.
@Suite("Bases that init refuses")
struct BadBaseTests {
  private let directory: TemporaryDirectory
  private let repository: UserRepository
  private var weights: String { repository.kit.base + "/model.safetensors" }

  init() throws {
    directory = try TemporaryDirectory()
    repository = try UserRepository(TinyModel(in: directory).kit, in: directory, .toBeMade)
  }

  private func refuse(_ parts: String..., status: Int32 = 2) throws {
    try expectRefusal(repository, repository.initArguments, status, parts)
    #expect(try contents(of: directory["work"]).isEmpty)
  }

  @Test("no such directory")
  func missing() throws {
    try FileManager.default.removeItem(atPath: repository.kit.base)
    try refuse("not a checkpoint directory", "file:     \(repository.kit.base)")
  }

  @Test("weights cut short")
  func truncated() throws {
    truncate(weights, 300_000)
    try refuse(
      "the tensor ends beyond the end of the file", weights, "data_offsets of tensor",
      "fetch it again")
  }

  @Test("weights cut within the header")
  func truncatedHeader() throws {
    truncate(weights, 1000)
    try refuse("the header does not fit in the file", weights, "expected: at most 992")
  }

  @Test("an empty file")
  func empty() throws {
    truncate(weights, 0)
    try refuse("too short for a safetensors file", weights, "found:    0 bytes")
  }

  @Test("a header length of exabytes")
  func hugeHeader() throws {
    let file = try WeightFile(weights)
    var bytes = TinySafetensors.file(header: file.header, data: file.data)
    bytes[7] = 0x10
    try Data(bytes).write(to: URL(filePath: weights))
    try refuse("the header is longer than the format allows", weights, "bytes 0 to 7")
  }

  @Test("a header whose offsets lie")
  func lyingOffsets() throws {
    var file = try WeightFile(weights)
    file.header.replace(
      "\"data_offsets\":[0,844]", with: "\"data_offsets\":[4,844]", maxReplacements: 1)
    try file.write()
    try refuse("lm_head.bias", weights)
  }

  @Test("a header whose shape lies")
  func lyingShape() throws {
    var file = try WeightFile(weights)
    file.header.replace("\"shape\":[211],", with: "\"shape\":[212],", maxReplacements: 1)
    try file.write()
    try refuse("shape and offsets disagree", "lm_head.bias", "found:    844 bytes", "expected: 848")
  }

  @Test("a tensor that the architecture needs is not there")
  func missingTensor() throws {
    var file = try WeightFile(weights)
    file.header.replace(
      "transformer.h.2.mlp.fc_in.weight", with: "transformer.h.2.mlp.fc_on.weight")
    try file.write()
    try refuse("a tensor is missing", "transformer.h.2.mlp.fc_in.weight", repository.kit.base)
  }

  @Test("a tensor of another shape than the configuration says")
  func wrongShape() throws {
    var file = try WeightFile(weights)
    file.header.replace("\"shape\":[192,48]", with: "\"shape\":[48,192]", maxReplacements: 1)
    try file.write()
    try refuse("fc_in.weight", "[48, 192]", "[192, 48]")
  }

  @Test("weights that are no numbers", arguments: [Float.nan, .infinity, -.infinity])
  func notFinite(value: Float) throws {
    var file = try WeightFile(weights)
    let start = try file.range(of: "transformer.h.1.mlp.fc_out.weight").lowerBound + 7 * 4
    withUnsafeBytes(of: value.bitPattern.littleEndian) {
      file.data.replaceSubrange(start..<start + 4, with: $0)
    }
    try file.write()
    try refuse(
      "a weight is not a finite number", weights,
      "element 7 of 'transformer.h.1.mlp.fc_out.weight'",
      "found:    \(value)")
  }

  @Test("a model type that is not known")
  func unknownModelType() throws {
    let path = repository.kit.base + "/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try directory.write(text.replacing("\"gptj\"", with: "\"mamba\""), to: "base/config.json")
    try refuse("unknown model family", path, "model_type", "found:    mamba", "gptj")
  }

  @Test("a configuration that is cut short")
  func brokenConfiguration() throws {
    try directory.write("{\"model_type\": \"gptj\", ", to: "base/config.json")
    try refuse(repository.kit.base + "/config.json", "line 1")
  }

  @Test("a tokenizer of another kind")
  func unknownTokenizer() throws {
    let path = repository.kit.base + "/tokenizer.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try directory.write(text.replacing("\"BPE\"", with: "\"WordPiece\""), to: "base/tokenizer.json")
    try refuse(path, "WordPiece", "BPE")
  }

  @Test("no tokenizer")
  func noTokenizer() throws {
    try FileManager.default.removeItem(atPath: repository.kit.base + "/tokenizer.json")
    try refuse(repository.kit.base + "/tokenizer.json")
  }

  @Test("a tokenizer with more entries than the model has embeddings")
  func foreignTokenizer() throws {
    let path = repository.kit.base + "/tokenizer.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try directory.write(
      text.replacing("\"Ċ\": 96", with: "\"Ċ\": 96, \"xyz\": 400"), to: "base/tokenizer.json")
    try refuse("a token id lies outside the embedding", "found:    400", "below 211")
  }

  @Test("weights in another form only")
  func pickled() throws {
    try FileManager.default.moveItem(
      atPath: weights, toPath: repository.kit.base + "/pytorch_model.bin")
    try refuse("no weights in safetensors form", "pytorch_model.bin", "safe_serialization")
  }

  @Test("a shard that the index names is missing")
  func missingShard() throws {
    let directory = try TemporaryDirectory()
    let repository = try UserRepository(
      TinyModel(.mistral, in: directory).kit, in: directory, .toBeMade)
    let shard = "model-00003-of-00004.safetensors"
    try FileManager.default.removeItem(atPath: repository.kit.base + "/" + shard)
    try expectRefusal(
      repository, repository.initArguments, 2, ["a file that the index names is missing", shard])
    #expect(try contents(of: directory["work"]).isEmpty)
  }

  @Test("a settings file that is not there is refused before anything is made")
  func missingSettings() throws {
    try FileManager.default.removeItem(atPath: repository.kit.hyperparameters)
    try refuse(repository.kit.hyperparameters)
  }
}
