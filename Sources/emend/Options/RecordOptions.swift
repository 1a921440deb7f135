internal import ArgumentParser
internal import Checkpoint
internal import Evaluation

/// Which records are measured, and whether texts are written for them.
struct RecordOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Take the first n records only.", valueName: "n"))
  var first: Int?
  @Option(help: ArgumentHelp("Take the last n records only.", valueName: "n"))
  var last: Int?
  @Option(
    help: ArgumentHelp(
      "Let the model write for every n-th record and measure what it writes; 0 is never.",
      valueName: "n"))
  var generateEvery = 0
  @Option(
    help: ArgumentHelp(
      "Texts to compare with what the model writes: the authors' attribute_snippets.json.",
      valueName: "file"), completion: .file())
  var references: String?
  @Option(help: ArgumentHelp("What the texts are drawn with (default: 0).", valueName: "n"))
  var textSeed: UInt64?

  func validate() throws {
    guard first == nil || last == nil else {
      throw ValidationError("Give --first or --last, not both.")
    }
    try ValidationError.requirePositive(["--first": first, "--last": last])
    guard generateEvery >= 0 else {
      throw ValidationError("--generate-every takes a number from 0, not \(generateEvery).")
    }
    try ValidationError.refuse(
      ["--references": references != nil, "--text-seed": textSeed != nil],
      when: generateEvery == 0, "without --generate-every")
  }

  /// The records of a file that were asked for.
  func data(_ path: String) throws -> EvaluationData {
    try EvaluationData(
      path: path, first.map { .first($0) } ?? last.map { .last($0) } ?? .all)
  }

  /// How texts are written.
  func generation() throws -> GenerationRule {
    GenerationRule(
      every: generateEvery, seed: textSeed ?? 0,
      references: try references.map { try ReferenceTexts(path: $0) })
  }

  /// Names the reference texts.
  func referencesDigest() throws -> Digest? {
    try references.map { try Digest(ofFile: $0) }
  }
}
