internal import Checkpoint

extension ModelConfiguration {
  /// Under which keys files written before `rope_parameters` keep a family's settings.
  struct OlderRotaryKeys {
    /// The base of the frequencies.
    var base: String
    /// The share of a head that is rotated; `nil` where the family knows no other than the standard.
    var share: String?
    /// The share where no key says it.
    var standardShare: Double
  }

  /// The rotary positions of a family that pairs the halves of what it rotates.
  ///
  /// Newer files keep all settings in the section `rope_parameters`; older ones have the base and
  /// the share at the top, and `rope_scaling` beside them. Which place counts where several speak is not the same in
  /// all versions of `transformers`: they must agree.
  func rotary(headWidth: Int, older keys: OlderRotaryKeys) throws -> ModelArchitecture.Rotary {
    let newer = try optionalSection("rope_parameters")
    let older = try optionalSection("rope_scaling")
    let base = try newer?.optionalPositive("rope_theta") ?? optionalPositive(keys.base) ?? 10000
    let share =
      try keys.share.flatMap { key in
        try newer?.optionalShare("partial_rotary_factor") ?? optionalShare(key)
      } ?? keys.standardShare
    for section in [newer, older, self].compactMap(\.self) {
      try section.require([keys.base, "rope_theta"], are: base)
      try section.require([keys.share, "partial_rotary_factor"].compactMap(\.self), are: share)
    }
    let dimensions = Int(Double(headWidth) * share)
    guard dimensions >= 2, dimensions % 2 == 0 else {
      throw unexpected(
        keys.share ?? "head_dim",
        expected: "an even number of rotated dimensions: it makes \(dimensions) of \(headWidth)")
    }
    let scaling = try (newer ?? older)?.rotaryScaling(under: self) ?? .none
    guard try older?.rotaryScaling(under: self) ?? scaling == scaling else {
      throw unexpected("rope_scaling", expected: "what rope_parameters says, or none")
    }
    return ModelArchitecture.Rotary(
      pairing: .halves, dimensions: dimensions, base: base, scaling: scaling)
  }

  /// Numbers that must have one value, or be missing.
  private func require(_ keys: [String], are value: Double) throws {
    for key in keys {
      if let found = try optionalDouble(key), found != value {
        throw unexpected(key, expected: "\(value), the value that counts here")
      }
    }
  }

  /// The scaling that a section asks for.
  private func rotaryScaling(
    under top: ModelConfiguration
  ) throws -> ModelArchitecture.Rotary.Scaling {
    let older = try optionalString("type")
    let type = try optionalString("rope_type") ?? older ?? "default"
    guard older ?? type == type else { throw unexpected("type", expected: "\(type), as rope_type") }
    switch type {
    case "default": return .none
    case "linear": return .linear(factor: try positive("factor"))
    case "llama3":
      let (low, high) = (try positive("low_freq_factor"), try positive("high_freq_factor"))
      guard low < high else { throw unexpected("high_freq_factor", expected: "above \(low)") }
      let context = try positive("original_max_position_embeddings")
      try top.require(["original_max_position_embeddings"], are: context)
      return .llama3(factor: try positive("factor"), low: low, high: high, context: context)
    default:
      throw TransformerError.unsupportedSetting(
        file: file, key: path(of: self["rope_type"] == nil ? "type" : "rope_type"), found: type,
        expected: "default, linear or llama3")
    }
  }

  private func positive(_ key: String) throws -> Double {
    guard let value = try optionalPositive(key) else {
      throw ConfigurationError.missing(
        file: file, key: path(of: key), expected: "a number above 0")
    }
    return value
  }

  private func optionalPositive(_ key: String) throws -> Double? {
    guard let value = try optionalDouble(key) else { return nil }
    // Frequencies are computed in float32, where neither 0 nor infinity may come of it.
    guard value > 0, Float(value).isNormal else {
      throw unexpected(key, expected: "a number above 0")
    }
    return value
  }

  private func optionalShare(_ key: String) throws -> Double? {
    guard let value = try optionalDouble(key) else { return nil }
    guard value > 0, value <= 1 else {
      throw unexpected(key, expected: "a number above 0, at most 1")
    }
    return value
  }
}
