internal import Checkpoint

extension ModelConfiguration {
  /// Under which keys files written before `rope_parameters` keep a family's settings.
  struct OlderRotaryKeys {
    /// The base of the frequencies.
    var base: String
    /// The share of a head that is rotated.
    var share: String
    /// The share where no key says it.
    var standardShare: Double
  }

  /// The rotary positions of a family that pairs the halves of what it rotates.
  ///
  /// Newer files keep all settings in the section `rope_parameters`; older ones have the base and
  /// the share at the top, and `rope_scaling` beside them.
  func rotary(headWidth: Int, older keys: OlderRotaryKeys) throws -> ModelArchitecture.Rotary {
    let newer = try optionalSection("rope_parameters")
    let base = try newer?.optionalPositive("rope_theta") ?? optionalPositive(keys.base) ?? 10000
    let share =
      try newer?.optionalShare("partial_rotary_factor") ?? optionalShare(keys.share)
      ?? keys.standardShare
    let dimensions = Int(Double(headWidth) * share)
    guard dimensions >= 2, dimensions % 2 == 0 else {
      throw unexpected(
        share < 1 ? keys.share : "head_dim",
        expected: "an even number of rotated dimensions: it makes \(dimensions) of \(headWidth)")
    }
    return ModelArchitecture.Rotary(
      pairing: .halves, dimensions: dimensions, base: base,
      scaling: try (newer ?? optionalSection("rope_scaling"))?.rotaryScaling() ?? .none)
  }

  /// The scaling that a section asks for.
  private func rotaryScaling() throws -> ModelArchitecture.Rotary.Scaling {
    let key = self["rope_type"] == nil ? "type" : "rope_type"
    switch try optionalString(key) ?? "default" {
    case "default": return .none
    case "linear": return .linear(factor: try positive("factor"))
    case "llama3":
      let (low, high) = (try positive("low_freq_factor"), try positive("high_freq_factor"))
      guard low < high else { throw unexpected("high_freq_factor", expected: "above \(low)") }
      return .llama3(
        factor: try positive("factor"), low: low, high: high,
        context: try positive("original_max_position_embeddings"))
    case let other:
      throw TransformerError.unsupportedSetting(
        file: file, key: path(of: key), found: other,
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
