package import Checkpoint

/// How a trained MEND editor is used.
package struct MENDSettings: Sendable, Equatable {
  /// The editor's SHA-256, once it is known.
  package var editor: Digest?
  /// A factor for all edit rates (`lr_scale`).
  package var rateScale: Double = 1

  /// Which facts of a batch take part, and with what weight (`batch`).
  package var batch = Batch.whole

  /// How the facts of a batch are joined.
  package enum Batch: String, Sendable, CaseIterable {
    /// All take part, each with the loss that it has alone.
    case whole
    /// As the released program does it: of chunks of 128 facts the last alone takes part, and its loss is the
    /// mean over its target tokens.
    case released
  }

  /// An editor as it was trained.
  package init() {}

  /// What keeps a digest from being taken for a number.
  private static let digestPrefix = "sha256:"

  /// Reads a file, or what an edit recorded.
  ///
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(json: JSONValue, file: String) throws(EditingError) {
    // Those of the authors' file that name a trained network, or the padding of their batches, say nothing here.
    let reader = try HyperparameterReader(
      json, file: file,
      keys: ["lr_scale", "editor", "batch", "n_toks", "counterfact", "mini", "zsre"])
    rateScale = try reader.optionalNumber("lr_scale", in: 1e-9...1e9) ?? 1
    batch = try reader.choice("batch", default: .whole)
    if let text = try reader.optionalString("editor") {
      guard text.hasPrefix(Self.digestPrefix),
        let digest = Digest(hexadecimal: String(text.dropFirst(Self.digestPrefix.count)))
      else { throw reader.bad("editor", "sha256: and 64 digits") }
      editor = digest
    }
  }

  /// The values as `init(json:file:)` reads them.
  package var json: [(key: String, value: JSONValue)] {
    (editor.map { [("editor", .string(Self.digestPrefix + $0.hexadecimal))] } ?? [])
      + [("lr_scale", .number(rateScale)), ("batch", .string(batch.rawValue))]
  }
}
