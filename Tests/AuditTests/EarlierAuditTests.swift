import Audit
import Diagnostics
import TestSupport
import Testing

@Suite struct EarlierAuditTests {
  private func write(_ text: String) throws -> (TemporaryDirectory, String) {
    let directory = try TemporaryDirectory()
    return (directory, try directory.write(text, to: "earlier.json"))
  }

  @Test("what is no audit is refused, naming the place")
  func refusal() throws {
    for text in ["{\"data\": {}}", "{\"data\": {\"commits\": [{\"commit\": \"a\"}]}}", "[]"] {
      let (directory, path) = try write(text)
      #expect(throws: AuditError.self) { try EarlierAudit(path: path) }
      withExtendedLifetime(directory) {}
    }
  }
}
