package import Diagnostics
internal import FoundationEssentials

/// The form of every document that `--json` prints.
///
/// One object: `schema_version`, and either `data` or `error`. The version counts changes that a program
/// written for the one before could not read; new fields are no such change.
package enum JSONOutput {
  /// The version of the documents' form.
  package static let schemaVersion = 2

  /// The document of a result, with a newline at its end; indented if a person is going to read it.
  package static func bytes(data: some Encodable, indented: Bool = false) throws -> [UInt8] {
    try encoded(Success(schemaVersion: schemaVersion, data: data), indented: indented)
  }

  /// The document of an error.
  package static func bytes(error: Explanation, indented: Bool = false) throws -> [UInt8] {
    let parts = Failure.Parts(
      summary: error.summary, file: error.file, field: error.field, found: error.found,
      expected: error.expected, remedy: error.remedy)
    return try encoded(Failure(schemaVersion: schemaVersion, error: parts), indented: indented)
  }

  private struct Success<Data: Encodable>: Encodable {
    let schemaVersion: Int
    let data: Data
  }

  private struct Failure: Encodable {
    struct Parts: Encodable {
      let summary: String
      let file, field, found, expected, remedy: String?
    }
    let schemaVersion: Int
    let error: Parts
  }

  private static func encoded(_ document: some Encodable, indented: Bool) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if indented { encoder.outputFormatting.insert(.prettyPrinted) }
    // JSON has no words for these; a perplexity can well be infinite.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try [UInt8](encoder.encode(document)) + [UInt8(ascii: "\n")]
  }
}
