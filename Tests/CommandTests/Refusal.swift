import Checkpoint
import TestSupport
import Testing

/// Runs a command that is to be refused: with a status, an explanation on standard error and the same as a
/// JSON document, and with everything in the directory left as it was.
func expectRefusal(
  _ repository: UserRepository, _ arguments: [String], _ status: Int32, _ parts: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let before = try lasting(repository)
  let outcome = try repository.emend.run(arguments + ["--json"])
  #expect(outcome.ending == .exit(status), "\(outcome.errorText)", sourceLocation: sourceLocation)
  let text = outcome.errorText
  #expect(text.hasPrefix("error: "), "\(text)", sourceLocation: sourceLocation)
  for part in parts {
    #expect(text.contains(part), "'\(part)' in: \(text)", sourceLocation: sourceLocation)
  }
  let document = try JSONValue(parsing: outcome.output, file: "standard output")
  let summary = try #require(document["error"]?["summary"]?.string, sourceLocation: sourceLocation)
  #expect(text.hasPrefix("error: \(summary)\n"), sourceLocation: sourceLocation)
  #expect(try lasting(repository) == before, sourceLocation: sourceLocation)
}

/// All files of a test but those that only remember: the lock's process id, the stamp, the cache.
func lasting(_ repository: UserRepository) throws -> [String: String] {
  try contents(of: repository.directory.path).filter { !$0.key.contains("/.emend/emend") }
}
