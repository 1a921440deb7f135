import ArgumentParser
import Checkpoint
import Files
import LinearAlgebra
import Transformer

/// A GPT-J checkpoint of any size with random weights: what shows that memory follows a layer and a
/// batch, and not the model.
struct MakeCheckpoint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "make-checkpoint",
    abstract: "Write a checkpoint of GPT-J's size, or another, with random weights in float16",
    discussion: """
      In shards with an index, with a tokenizer; 12 GB as it stands.

      EXAMPLE: emend-bench make-checkpoint gptj --layers 4
      """)

  @Argument(help: "The directory to make")
  var directory: String

  @Option(help: "Blocks")
  var layers = 28

  @Option(help: "The width of the residual stream")
  var width = 4096

  @Option(help: "The inner width of the MLP: the length of a key")
  var inner = 16384

  @Option(help: "Attention heads")
  var heads = 16

  @Option(help: "Rows of the embedding")
  var vocabulary = 50400

  @Option(help: "Positions")
  var positions = 2048

  @Option(help: "A tokenizer.json, whose ids are below the vocabulary")
  var tokenizer = "Fixtures/fictional/model/tokenizer.json"

  @Option(help: "What the weights are drawn with")
  var seed: UInt64 = 1

  func validate() throws {
    guard layers > 0, width > 0, inner > 0, heads > 0, positions > 0,
      vocabulary > 0, width % heads == 0, width / heads % 2 == 0
    else { throw ValidationError("--width must be a multiple of twice --heads, all above 0.") }
  }

  func run() throws {
    try makeDirectories(directory)
    let tokenizer = try readFile(tokenizer, limit: 1 << 28)
    try AtomicFile.write(tokenizer, to: directory + "/tokenizer.json")
    try AtomicFile.write(
      JSONText.canonical(.object(settings)), to: directory + "/" + ModelConfiguration.fileName)
    // The first shard has what stands outside the blocks, then come some blocks each.
    let perShard = max(1, (2 << 30) / (2 * blockElements))
    let blocks = stride(from: 0, to: layers, by: perShard).map { first in
      (first..<min(layers, first + perShard)).flatMap(block)
    }
    var names: [(String, JSONValue)] = []
    var weights = RandomHalves(seed: seed)
    let shards = [outside] + blocks
    for (index, tensors) in shards.enumerated() {
      let file = "model-\(Self.number(index + 1))-of-\(Self.number(shards.count)).safetensors"
      let writer = try SafetensorsWriter(
        replacing: "\(directory)/\(file)", tensors: tensors, metadata: ["format": "pt"])
      for tensor in tensors {
        try weights.write(tensor, to: writer)
        names.append((tensor.name, .string(file)))
      }
      try writer.commit()
      print("\(file): \(tensors.count) tensors")
    }
    let map = JSONObject([
      ("metadata", .object(JSONObject([]))), ("weight_map", .object(JSONObject(names))),
    ])
    try AtomicFile.write(
      JSONText.canonical(.object(map)), to: directory + "/model.safetensors.index.json")
  }

  private var settings: JSONObject {
    JSONObject([
      ("architectures", .array([.string("GPTJForCausalLM")])), ("model_type", .string("gptj")),
      ("activation_function", .string("gelu_new")), ("n_embd", .integer(width)),
      ("n_head", .integer(heads)), ("n_inner", .integer(inner)), ("n_layer", .integer(layers)),
      ("n_positions", .integer(positions)), ("vocab_size", .integer(vocabulary)),
      ("rotary_dim", .integer(min(64, width / heads))), ("layer_norm_epsilon", .number(1e-5)),
      ("tie_word_embeddings", .bool(false)), ("torch_dtype", .string("float16")),
    ])
  }

  private var blockElements: Int { 4 * width * width + 2 * width * inner }

  private var outside: [TensorDeclaration] {
    [
      half("transformer.wte.weight", [vocabulary, width]), half("transformer.ln_f.weight", [width]),
      half("transformer.ln_f.bias", [width]), half("lm_head.weight", [vocabulary, width]),
      half("lm_head.bias", [vocabulary]),
    ]
  }

  private func block(_ layer: Int) -> [TensorDeclaration] {
    let prefix = "transformer.h.\(layer)."
    let attention = ["q_proj", "k_proj", "v_proj", "out_proj"].map {
      half("\(prefix)attn.\($0).weight", [width, width])
    }
    return [half(prefix + "ln_1.weight", [width]), half(prefix + "ln_1.bias", [width])]
      + attention + [
        half(prefix + "mlp.fc_in.weight", [inner, width]), half(prefix + "mlp.fc_in.bias", [inner]),
        half(prefix + "mlp.fc_out.weight", [width, inner]),
        half(prefix + "mlp.fc_out.bias", [width]),
      ]
  }

  private func half(_ name: String, _ shape: [Int]) -> TensorDeclaration {
    TensorDeclaration(name: name, elementType: .float16, shape: shape)
  }

  private static func number(_ value: Int) -> String {
    String(repeating: "0", count: max(0, 5 - "\(value)".count)) + "\(value)"
  }
}

/// Random float16 numbers by the billion: draws from a table of normal ones, deviation 0.02.
private struct RandomHalves {
  private let table: [UInt16]
  private var state: UInt64

  init(seed: UInt64) {
    var normal = SeededRandom(seed)
    let matrix = normal.matrix(rows: 1, columns: 1 << 16)
    table = matrix.storage.map { HalfPrecision.float16($0 * 0.02) }
    state = seed &* 2 &+ 1
  }

  mutating func write(_ tensor: TensorDeclaration, to writer: SafetensorsWriter) throws {
    var left = tensor.elementCount ?? 0
    let isGain = tensor.name.contains("ln_") && tensor.name.hasSuffix("weight")
    let isBias = tensor.name.hasSuffix("bias")
    let one: UInt16 = 0x3C00
    while left > 0 {
      let count = min(left, 1 << 20)
      var part = [UInt16](repeating: isGain ? one : 0, count: (count + 3) / 4 * 4)
      if !isGain, !isBias { fill(&part) }
      try part.withUnsafeBytes {
        try writer.append(UnsafeRawBufferPointer(rebasing: $0[..<(2 * count)]))
      }
      left -= count
    }
  }

  private mutating func fill(_ part: inout [UInt16]) {
    var x = state
    table.withUnsafeBufferPointer { table in
      part.withUnsafeMutableBufferPointer { part in
        for i in stride(from: 0, to: part.count, by: 4) {
          // Marsaglia's xorshift with a multiplication at its end: doi:10.18637/jss.v008.i14.
          x ^= x >> 12
          x ^= x << 25
          x ^= x >> 27
          let bits = x &* 0x2545_F491_4F6C_DD1D
          part[i] = table[Int(bits & 0xFFFF)]
          part[i + 1] = table[Int(bits >> 16 & 0xFFFF)]
          part[i + 2] = table[Int(bits >> 32 & 0xFFFF)]
          part[i + 3] = table[Int(bits >> 48)]
        }
      }
    }
    state = x
  }
}
