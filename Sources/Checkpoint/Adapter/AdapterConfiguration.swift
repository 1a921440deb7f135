/// `adapter_config.json` of a PEFT LoRA, as far as it says what the factors mean.
///
/// Everything that would make them mean something else is refused by name: another method, rsLoRA, DoRA,
/// biases, whole modules, initialisations that change the base's weights, settings that are not known.
package struct AdapterConfiguration: Sendable, Equatable {
  /// The name of the file.
  package static let fileName = "adapter_config.json"
  /// The longest file that is read, in bytes.
  package static let longest = 16 << 20

  /// The model that the adapter says it belongs to.
  package let baseModel: String?
  private let rank: Int
  private let alpha: Double
  private let ranks: [(pattern: ModulePattern, rank: Int)]
  private let alphas: [(pattern: ModulePattern, alpha: Double)]
  private let targets: AdapterTargets

  /// Settings without a bearing on what a merged weight is, or that are read on their own.
  private static let ignored: Set<String> = [
    "auto_mapping", "base_model_name_or_path", "revision", "task_type", "inference_mode",
    "lora_dropout", "target_modules", "exclude_modules", "layers_to_transform", "layers_pattern",
    "fan_in_fan_out", "peft_type", "peft_version", "r", "lora_alpha", "rank_pattern",
    "alpha_pattern", "bias", "init_lora_weights", "loftq_config", "ephemeral_gpu_offload",
    "runtime_config", "megatron_core", "qalora_group_size", "corda_config", "eva_config",
    "lora_ga_config",
  ]
  /// Initialisations that leave the base's weights as they are.
  private static let harmlessStarts: Set<String> = ["gaussian", "orthogonal", "eva"]

  /// Reads a configuration.
  ///
  /// - Throws: ``AdapterError``, ``JSONError``.
  package init(parsing bytes: [UInt8], file: String) throws {
    let value = try JSONValue(parsing: bytes, file: file)
    guard case .object(let members) = value else {
      throw AdapterError.notObject(file: file, found: value.kind.rawValue)
    }
    func text(_ value: JSONValue?) -> String { value?.excerpt ?? "nothing" }
    func bad(_ key: String, _ expected: String) -> AdapterError {
      .badSetting(file: file, key: key, found: text(members[key]), expected: expected)
    }
    guard members["peft_type"]?.string == "LORA" else {
      throw AdapterError.otherMethod(file: file, found: text(members["peft_type"]))
    }
    if let bias = members["bias"], bias != .null, bias.string != "none" {
      throw AdapterError.unsupported(file: file, key: "bias", found: text(bias))
    }
    switch members["init_lora_weights"] {
    case nil, .null, .bool: break
    case .string(let start) where Self.harmlessStarts.contains(start): break
    case let start:
      throw AdapterError.unsupported(file: file, key: "init_lora_weights", found: text(start))
    }
    for member in members.members where !Self.ignored.contains(member.key) {
      guard Self.isOff(member.value) else {
        throw AdapterError.unsupported(file: file, key: member.key, found: text(member.value))
      }
    }
    func rankValue(_ value: JSONValue?, _ key: String) throws -> Int {
      guard let rank = value?.integer, (1...1 << 20).contains(rank) else {
        throw bad(key, "ranks from 1 to 1048576")
      }
      return rank
    }
    func alphaValue(_ value: JSONValue?, _ key: String) throws -> Double {
      guard let alpha = value?.double, abs(alpha) < 1e30 else { throw bad(key, "numbers") }
      return alpha
    }
    func pattern<Value>(
      _ key: String, _ convert: (JSONValue?, String) throws -> Value
    ) throws -> [(pattern: ModulePattern, Value)] {
      switch members[key] {
      case nil, .null: return []
      case .object(let entries):
        return try entries.members.map { entry in
          guard let pattern = ModulePattern(entry.key) else {
            throw AdapterError.pattern(file: file, key: key, pattern: entry.key)
          }
          return (pattern, try convert(entry.value, key))
        }
      default: throw bad(key, "an object")
      }
    }
    rank = try members["r"].map { try rankValue($0, "r") } ?? 8
    alpha = try members["lora_alpha"].map { try alphaValue($0, "lora_alpha") } ?? 8
    ranks = try pattern("rank_pattern", rankValue).map { ($0.pattern, $0.1) }
    alphas = try pattern("alpha_pattern", alphaValue).map { ($0.pattern, $0.1) }
    targets = try AdapterTargets(members, bad: bad)
    baseModel = members["base_model_name_or_path"]?.string
  }

  /// Whether a setting has the value that switches its feature off.
  private static func isOff(_ value: JSONValue) -> Bool {
    switch value {
    case .null, .bool(false): true
    case .array(let elements): elements.isEmpty
    case .object(let object): object.members.isEmpty
    case .bool(true), .integer, .number, .string: false
    }
  }

  /// The rank of a module's factors: the first pattern that matches, else `r`.
  package func rank(of module: String) -> Int {
    ranks.first { $0.pattern.matches(module) }?.rank ?? rank
  }

  /// The setting by which PEFT would leave out a module's factors; `nil` where it takes them.
  func setting(leavingOut module: String) -> String? { targets.setting(leavingOut: module) }

  /// What B A is multiplied by: the module's alpha over its rank.
  package func scale(of module: String) -> Double {
    (alphas.first { $0.pattern.matches(module) }?.alpha ?? alpha) / Double(rank(of: module))
  }

  /// Compares what is said, patterns in their order.
  package static func == (a: AdapterConfiguration, b: AdapterConfiguration) -> Bool {
    a.baseModel == b.baseModel && a.targets == b.targets && a.rank == b.rank && a.alpha == b.alpha
      && a.ranks.elementsEqual(b.ranks) { $0 == $1 }
      && a.alphas.elementsEqual(b.alphas) { $0 == $1 }
  }
}
