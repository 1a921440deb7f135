package import Files

/// Writes a PEFT LoRA adapter: `adapter_config.json` and `adapter_model.safetensors`.
///
/// Alpha is the rank everywhere, so that PEFT's scale is exactly 1; modules are named by their full paths, so
/// that no other module is meant.
package enum AdapterWriter {
  /// The factors of one module.
  package struct Module: Sendable {
    let path: String
    let rank: Int
    let inputs: Int
    let outputs: Int
    let a: [Float]
    let b: [Float]

    /// Takes factors in row-major order.
    ///
    /// - Parameters:
    ///   - a: `[rank, inputs]`.
    ///   - b: `[outputs, rank]`.
    /// - Precondition: the counts agree, and neither is empty.
    package init(path: String, rank: Int, a: [Float], b: [Float]) {
      precondition(
        rank > 0 && !a.isEmpty && !b.isEmpty && a.count % rank == 0 && b.count % rank == 0,
        "\(a.count) and \(b.count) numbers for rank \(rank)")
      (self.path, self.rank, self.a, self.b) = (path, rank, a, b)
      (inputs, outputs) = (a.count / rank, b.count / rank)
    }
  }

  /// Writes both files into a directory.
  ///
  /// - Returns: the bytes of the factors.
  /// - Precondition: there is a module, and no path appears twice.
  package static func write(
    _ modules: [Module], to directory: String, baseModel: String?, fanInFanOut: Bool
  ) throws(FileFailure) -> Int {
    let declarations = modules.flatMap { module in
      [
        TensorDeclaration(
          name: key(module, "A"), elementType: .float32, shape: [module.rank, module.inputs]),
        TensorDeclaration(
          name: key(module, "B"), elementType: .float32, shape: [module.outputs, module.rank]),
      ]
    }
    let writer = try SafetensorsWriter(
      replacing: directory + "/" + AdapterDirectory.weightsName, tensors: declarations,
      metadata: ["format": "pt"])
    for module in modules {
      for numbers in [module.a, module.b] {
        try writer.append(numbers.withUnsafeBytes { Array($0) })
      }
    }
    try writer.commit()
    let settings = configuration(modules, baseModel: baseModel, fanInFanOut: fanInFanOut)
    try AtomicFile.write(
      JSONText.canonical(settings) + [0x0A], to: directory + "/" + AdapterConfiguration.fileName)
    return modules.reduce(0) { $0 + 4 * ($1.a.count + $1.b.count) }
  }

  private static func key(_ module: Module, _ factor: String) -> String {
    AdapterDirectory.keyPrefix + module.path + ".lora_\(factor).weight"
  }

  private static func configuration(
    _ modules: [Module], baseModel: String?, fanInFanOut: Bool
  ) -> JSONValue {
    let most = modules.map(\.rank).max() ?? 1
    // A full stop matches any character, but no two paths differ by that alone.
    let ranks = JSONValue.object(
      JSONObject(modules.filter { $0.rank != most }.map { ($0.path, .integer($0.rank)) }))
    return .object(
      JSONObject([
        ("peft_type", .string("LORA")), ("task_type", .string("CAUSAL_LM")),
        ("base_model_name_or_path", baseModel.map { .string($0) } ?? .null), ("revision", .null),
        ("r", .integer(most)), ("lora_alpha", .integer(most)), ("rank_pattern", ranks),
        ("alpha_pattern", ranks),
        ("target_modules", .array(modules.map { .string($0.path) })), ("bias", .string("none")),
        ("lora_dropout", .number(0)), ("inference_mode", .bool(true)),
        ("fan_in_fan_out", .bool(fanInFanOut)), ("use_rslora", .bool(false)),
        ("use_dora", .bool(false)), ("modules_to_save", .null), ("init_lora_weights", .bool(true)),
      ]))
  }
}
