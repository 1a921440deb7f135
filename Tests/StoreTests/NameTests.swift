import Store
import TestSupport
import Testing

@Suite("Names from other people's files")
struct NameTests {
  static let names = [
    "h.0.mlp.out.weight", "../../x", "..", ".", "", "/", "a/b", "a\\b", ".git", ".GIT", "a.", "A",
    "a", "con", "nul\0l", "%", "%41", "é", "e\u{301}", "漢", "😀", " ", "\n", "-", "a b",
    String(repeating: "x", count: 300),
  ]

  @Test("a tensor's name becomes one component of plain characters, and comes back")
  func escapesRoundTrip() throws {
    for name in Self.names {
      let component = PathEscape.component(for: name)
      #expect(PathEscape.name(of: component).map { Array($0.utf8) } == Array(name.utf8))
      #expect(!component.isEmpty && component != "." && component != "..")
      #expect(component.first != "." && component.last != ".")
      #expect(
        component.utf8.allSatisfy {
          97...122 ~= $0 || 48...57 ~= $0 || [0x25, 0x2d, 0x2e, 0x5f].contains($0)
        }, "\(component)")
    }
    let components = Self.names.map { PathEscape.component(for: $0) }
    #expect(Set(components).count == Self.names.count, "injective")
  }

  @Test("random names never share a component", arguments: 1...5)
  func randomNames(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pool = Array("aA%./\\ 04é".unicodeScalars)
    var seen: [String: [UInt8]] = [:]
    for _ in 0..<5000 {
      var name = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0..<6, using: &random) {
        name.append(pool[Int.random(in: 0..<pool.count, using: &random)])
      }
      let bytes = Array(String(name).utf8)
      let component = PathEscape.component(for: String(name))
      #expect(seen.updateValue(bytes, forKey: component) ?? bytes == bytes)
    }
  }

  @Test(
    "a component that no name gives is refused",
    arguments: ["a%4", "%zz", "%41%", "A", "%61", "%ff", "%2E", ".a", "%%"])
  func foreignComponents(component: String) {
    #expect(PathEscape.name(of: component) == nil)
  }

  @Test("dates are what git makes of them")
  func dates() throws {
    let sample = try SampleRepository()
    for text in [
      "1700000000 +0100", "@0 +0000", "@1700000000 -0830", "2005-04-07T22:13:13Z",
      "2005-04-07T22:13:13+02:00", "2005-04-07 22:13:13 -0330", "Thu, 07 Apr 2005 22:13:13 +0200",
      "Thu, 7 Apr 2005 22:13:13 +0200", "2024-02-29 23:59:59 +0000", "2005-04-07T22:13:13",
    ] {
      let made = try sample.git.run(
        ["commit-tree", "-m", "x", "\(sample.tree())"],
        environment: ["GIT_AUTHOR_DATE": text, "GIT_COMMITTER_DATE": "@1 +0000"])
      let commit = try #require(made.lines.first, "\(text): \(made.errors)")
      let theirs = try sample.git("log", "-1", "--format=%ad", "--date=raw", commit).lines[0]
      let ours = try #require(GitDate.parse(text, in: .fixed(offsetMinutes: 0)), "\(text)")
      let zone = abs(ours.offsetMinutes) / 60 * 100 + abs(ours.offsetMinutes) % 60
      let digits = String(zone)
      let sign = ours.offsetMinutes < 0 ? "-" : "+"
      let padded = sign + String(repeating: "0", count: 4 - digits.count) + digits
      #expect("\(ours.seconds) \(padded)" == theirs, "\(text)")
    }
    for text in ["", "yesterday", "12", "2005-13-01T00:00:00Z", "1700000000 0100", "2005-04-07"] {
      #expect(GitDate.parse(text, in: .fixed(offsetMinutes: 0)) == nil, "\(text)")
    }
  }
}
