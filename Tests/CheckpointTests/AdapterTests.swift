import Checkpoint
import Diagnostics
import TestSupport
import Testing

@Suite struct AdapterTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func configuration(_ json: String) throws -> AdapterConfiguration {
    try AdapterConfiguration(parsing: Array(json.utf8), file: "adapter_config.json")
  }

  private func lora(_ more: String) -> String { #"{"peft_type":"LORA"\#(more)}"# }

  private func adapter(_ json: String, _ tensors: [TinySafetensors.Tensor]) throws -> String {
    try directory.write(json, to: "a/adapter_config.json")
    try directory.write(TinySafetensors.file(tensors), to: "a/adapter_model.safetensors")
    return directory["a"]
  }

  private func pair(_ module: String, rank: Int = 2) -> [TinySafetensors.Tensor] {
    [
      .init("\(module).lora_A.weight", .float32, [rank, 3], (0..<3 * rank).map(Double.init)),
      .init("\(module).lora_B.weight", .float32, [4, rank], (0..<4 * rank).map(Double.init)),
    ]
  }

  @Test("the scale is alpha over rank, 8 over 8 where nothing is said")
  func scale() throws {
    #expect(try configuration(lora("")).scale(of: "m") == 1)
    #expect(try configuration(lora(#","r":4,"lora_alpha":6"#)).scale(of: "m") == 1.5)
  }

  @Test("the first pattern that is the path or ends it decides, as in PEFT's own matching")
  func patterns() throws {
    let settings = try configuration(
      lora(
        #","r":4,"lora_alpha":8,"rank_pattern":{"h.1.c_proj":2,"c_proj":16},"#
          + #""alpha_pattern":{"^transformer.h.2.c_proj":32,"h\\.1\\.c_proj":1}"#))
    #expect(settings.rank(of: "transformer.h.1.c_proj") == 2)
    #expect(settings.rank(of: "transformer.h.11.c_proj") == 16)
    #expect(settings.rank(of: "transformer.h.1.xc_proj") == 4)
    #expect(settings.rank(of: "c_proj") == 16)
    // A full stop is any character.
    #expect(settings.rank(of: "hx1xc_proj") == 2)
    #expect(settings.scale(of: "transformer.h.2.c_proj") == 2)
    #expect(settings.scale(of: "x.transformer.h.2.c_proj") == 0.5)
    #expect(settings.scale(of: "transformer.h.1.c_proj") == 0.5)
  }

  @Test(
    "a pattern with more of a regular expression is refused by name",
    arguments: [
      "layers\\\\.[0-9]+", "h.(1|2).c_proj", ".*proj", "c_proj$", "\\\\d", "",
    ])
  func realPatterns(pattern: String) {
    #expect(throws: AdapterError.self) {
      try configuration(lora(#","rank_pattern":{"\#(pattern)":2}"#))
    }
  }

  @Test(
    "what changes the meaning of the factors is refused by its name",
    arguments: [
      ("use_rslora", "true"), ("use_dora", "true"), ("bias", "\"lora_only\""),
      ("bias", "\"all\""), ("lora_bias", "true"), ("modules_to_save", "[\"lm_head\"]"),
      ("layer_replication", "[[0,4],[2,5]]"), ("init_lora_weights", "\"pissa_niter_16\""),
      ("init_lora_weights", "\"olora\""), ("use_qalora", "true"),
      ("target_parameters", "[\"w\"]"), ("trainable_token_indices", "[1]"),
      ("something_new", "1"),
    ])
  func unsupported(key: String, value: String) {
    do {
      _ = try configuration(lora(",\"\(key)\":\(value)"))
      Issue.record("\(key) was taken")
    } catch AdapterError.unsupported(_, let found, _) {
      #expect(found == key)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test("features that are off do no harm")
  func off() throws {
    _ = try configuration(
      lora(
        #","use_rslora":false,"use_dora":false,"bias":"none","modules_to_save":null,"#
          + #""layer_replication":null,"init_lora_weights":"gaussian","something_new":{}"#))
  }

  @Test(
    "another method, or no object at all, is refused",
    arguments: [
      #"{"peft_type":"IA3"}"#, "{}", "[]", "null", #"{"peft_type":7}"#,
      #"{"peft_type":"LORA","r":0}"#, #"{"peft_type":"LORA","r":-3}"#,
      #"{"peft_type":"LORA","r":1e300}"#, #"{"peft_type":"LORA","lora_alpha":"8"}"#,
      #"{"peft_type":"LORA","rank_pattern":[1]}"#,
      #"{"peft_type":"LORA","rank_pattern":{"a":"x"}}"#,
      #"{"peft_type":"LORA","peft_type":"LORA"}"#, #"{"peft_type":"LORA""#, "",
    ])
  func hostile(json: String) {
    #expect(throws: (any Error).self) { try configuration(json) }
  }

  @Test("an adapter's pairs have module paths and scales")
  func directoryOfPairs() throws {
    let path = try adapter(
      lora(#","r":2,"lora_alpha":4"#), pair("base_model.model.transformer.h.0.c_proj"))
    let opened = try AdapterDirectory(path: path)
    let pair = try #require(opened.pairs.first)
    #expect(opened.pairs.count == 1)
    #expect(pair.owner == "transformer.h.0.c_proj")
    #expect(pair.scale == 2)
    #expect(pair.rank == 2)
    #expect(pair.extents == (4, 3))
    #expect(try FactorPair.numbers(of: pair.second) == [0, 1, 2, 3, 4, 5])
  }

  @Test("a rank that is not the configuration's is refused")
  func otherRank() throws {
    let path = try adapter(lora(#","r":3"#), pair("m"))
    #expect(
      throws: AdapterError.rank(
        file: path + "/adapter_model.safetensors", tensor: "m.lora_B.weight", found: 2, expected: 3)
    ) { try AdapterDirectory(path: path) }
  }

  @Test(
    "factors that PEFT would not load are refused by the setting that leaves them out",
    arguments: [
      (#""target_modules":["q_proj"]"#, "target_modules"),
      (#""target_modules":["_proj"]"#, "target_modules"),
      (#""target_modules":[]"#, "target_modules"),
      (#""target_modules":["c_proj"],"exclude_modules":["1.c_proj"]"#, "exclude_modules"),
      (#""target_modules":["c_proj"],"layers_to_transform":[0,2]"#, "layers_to_transform"),
      (#""target_modules":["c_proj"],"layers_to_transform":2"#, "layers_to_transform"),
      (
        #""target_modules":["c_proj"],"layers_to_transform":1,"layers_pattern":"layers""#,
        "layers_to_transform"
      ),
      (
        #""target_modules":["c_proj"],"layers_to_transform":1,"layers_pattern":"h|x""#,
        "layers_pattern"
      ),
      (#""target_modules":{"c_proj":1}"#, "target_modules"),
      (#""layers_to_transform":"1""#, "layers_to_transform"),
    ])
  func leftOut(settings: String, key: String) throws {
    let path = try adapter(
      lora(#","r":2,\#(settings)"#), pair("base_model.model.transformer.h.1.c_proj"))
    let error = #expect(throws: AdapterError.self) { try AdapterDirectory(path: path) }
    #expect(error?.explanation.field?.contains(key) == true, "\(error as Any)")
  }

  @Test(
    "factors that PEFT would load are taken in",
    arguments: [
      #""target_modules":["x","c_proj"]"#, #""target_modules":["transformer.h.1.c_proj"]"#,
      #""target_modules":"all-linear""#, #""target_modules":".*\\.c_proj""#,
      #""target_modules":null"#, #""target_modules":["c_proj"],"exclude_modules":["proj"]"#,
      #""target_modules":["c_proj"],"layers_to_transform":[1,2]"#,
      #""target_modules":["c_proj"],"layers_to_transform":1,"layers_pattern":["x","h"]"#,
      #""target_modules":["c_proj"],"layers_to_transform":[],"layers_pattern":null"#,
      // Full names are meant whatever the layer.
      #""target_modules":["transformer.h.1.c_proj"],"layers_to_transform":2"#,
    ])
  func targeted(settings: String) throws {
    let path = try adapter(
      lora(#","r":2,\#(settings)"#), pair("base_model.model.transformer.h.1.c_proj"))
    #expect(try AdapterDirectory(path: path).pairs.count == 1)
  }

  @Test(
    "tensors that are no pair of LoRA factors are refused by name",
    arguments: [
      "m.lora_embedding_A", "m.lora_magnitude_vector", "m.lora_B.bias", "m.base_layer.weight",
      "lora_A.weight", ".lora_A.weight",
    ])
  func strays(name: String) throws {
    let path = try adapter(
      lora(#","r":2"#), pair("m") + [.init(name, .float32, [2], [1, 2])])
    #expect(throws: AdapterError.self) { try AdapterDirectory(path: path) }
  }

  @Test("a factor alone, of integers, of three extents or of none is refused")
  func badFactors() throws {
    let alone = try adapter(lora(#","r":2"#), [pair("m")[0]])
    #expect(throws: AdapterError.self) { try AdapterDirectory(path: alone) }
    for bad in [
      TinySafetensors.Tensor("m.lora_B.weight", "I32", [4, 2], [UInt8](repeating: 1, count: 32)),
      .init("m.lora_B.weight", .float32, [4, 2, 1], [Double](repeating: 1, count: 8)),
      .init("m.lora_B.weight", .float32, [0, 2], []), .init("m.lora_B.weight", .float32, [], [1]),
    ] {
      let path = try adapter(lora(#","r":2"#), [pair("m")[0], bad])
      #expect(throws: AdapterError.self, "\(bad.shape)") { try AdapterDirectory(path: path) }
    }
  }

  @Test(
    "factors are widened from every floating type, and a NaN is named",
    arguments: [
      ElementType.float16, .bfloat16, .float32,
    ])
  func numbers(type: ElementType) throws {
    let path = try directory.write(
      TinySafetensors.file([
        .init("w.left", type, [2], [0.5, -2]), .init("w.right", type, [2, 1], [1, .nan]),
      ]), to: "f.safetensors")
    let pair = try #require(try FactorPair.all(in: SafetensorsFile(path: path)).first)
    #expect(pair.form == .sides)
    #expect(pair.extents == (2, 2))
    #expect(try FactorPair.numbers(of: pair.first) == [0.5, -2])
    #expect(throws: AdapterError.notFinite(file: path, tensor: "w.right", index: 1)) {
      try FactorPair.numbers(of: pair.second)
    }
  }

  @Test("what the writer writes, the reader takes for the same with a scale of 1")
  func roundTrip() throws {
    let path = directory["written"]
    try directory.write("", to: "written/x")
    let modules = [
      AdapterWriter.Module(path: "t.h.0.p", rank: 1, a: [1, 2, 3], b: [4, 5]),
      AdapterWriter.Module(path: "t.h.1.p", rank: 2, a: [1, 2, 3, 4], b: [5, 6]),
    ]
    let count = try AdapterWriter.write(modules, to: path, baseModel: nil, fanInFanOut: false)
    #expect(count == 4 * 11)
    let adapter = try AdapterDirectory(path: path)
    #expect(adapter.pairs.map(\.owner) == ["t.h.0.p", "t.h.1.p"])
    #expect(adapter.pairs.map(\.scale) == [1, 1])
    #expect(adapter.pairs.map(\.rank) == [1, 2])
    #expect(try FactorPair.numbers(of: adapter.pairs[1].second) == [1, 2, 3, 4])
  }
}
