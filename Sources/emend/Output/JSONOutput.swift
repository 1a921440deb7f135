package import Diagnostics
internal import FoundationEssentials

/// The form of every document that `--json` prints.
///
/// One object: `schema_version`, `data` unless nothing was done, and `error` where something failed. The version counts
/// changes that a program written for the one before could not read; new fields are no such change.
package enum JSONOutput {
  /// The version of the documents' form.
  package static let schemaVersion = 2

  /// The document of a result, with a newline at its end; indented if a person is going to read it.
  ///
  /// - Parameter error: what ended the work before all of it was done.
  package static func bytes(
    data: some Encodable, error: Explanation? = nil, indented: Bool = false
  ) throws -> [UInt8] {
    try encoded(
      Outcome(schemaVersion: schemaVersion, data: data, error: error.map(Failure.init)),
      indented: indented)
  }

  /// The document of an error.
  package static func bytes(error: Explanation, indented: Bool = false) throws -> [UInt8] {
    try encoded(
      Outcome<Never>(schemaVersion: schemaVersion, data: nil, error: Failure(error)),
      indented: indented)
  }

  private struct Outcome<Data: Encodable>: Encodable {
    let schemaVersion: Int
    let data: Data?
    let error: Failure?
  }

  private struct Failure: Encodable {
    let summary: String
    let file, field, found, expected, remedy: String?

    init(_ error: Explanation) {
      (summary, file, field) = (error.summary, error.file, error.field)
      (found, expected, remedy) = (error.found, error.expected, error.remedy)
    }
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
