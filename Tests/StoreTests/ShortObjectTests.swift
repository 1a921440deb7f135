import Foundation
import Store
import TestSupport
import Testing

/// libgit2 before its pull request 7346 reads for ever in a loose object that was cut off.
@Suite("Loose objects that were cut off")
struct ShortObjectTests {
  @Test("are refused wherever they end, by what reads objects and by libgit2's own walks")
  func refused() throws {
    let sample = try SampleRepository()
    let message = (0..<200).map { "Line \($0) of a message.\n" }.joined()
    let tree = try sample.git("rev-parse", "HEAD^{tree}").lines[0]
    let commit = try sample.git("commit-tree", "-p", "HEAD", "-m", message, tree).lines[0]
    let id = try #require(ObjectID(hexadecimal: commit))
    let file = "\(sample.gitDirectory)/objects/\(commit.prefix(2))/\(commit.dropFirst(2))"
    let whole = try Data(contentsOf: URL(filePath: file))
    for count in 0..<whole.count {
      try FileManager.default.removeItem(atPath: file)
      try whole.prefix(count).write(to: URL(filePath: file))
      let opened = try EditRepository(
        opening: sample.repository.location, SampleRepository.environment, checking: .nothing)
      #expect(throws: ObjectError.self, "\(count) of \(whole.count) bytes") {
        try opened.commit(id)
      }
      #expect(throws: (any Error).self, "\(count) of \(whole.count) bytes") {
        try opened.isAncestor(sample.repository.head().commit, of: id)
      }
    }
    try FileManager.default.removeItem(atPath: file)
    try whole.write(to: URL(filePath: file))
    #expect(try sample.reopened().commit(id).message == message)
  }
}
