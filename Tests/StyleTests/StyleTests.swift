import Foundation
import Testing

/// What the compiler and the formatter do not check. Each failure lists the places.
@Suite struct StyleTests {
  private let sources: [SourceTree.File]

  init() throws { sources = try SourceTree.files(under: "Sources") }

  private func places(_ matches: (SourceTree.File, Substring) -> Bool) -> [String] {
    sources.flatMap { file in
      file.code.filter { matches(file, $0.text) }.map { file.place($0.number) }
    }
  }

  @Test("there are sources to look at")
  func sourcesAreFound() { #expect(sources.count > 100) }

  @Test("every declaration that others can see says what it is")
  func documented() {
    let visible = /^(?:@\w+(?:\([^)]*\))?\s+)*(?:[a-z]+\s+)*?(?:package|public)\s+(?!import\b).*/
    let undocumented = sources.flatMap { file in
      file.code.compactMap { number, text -> String? in
        guard text.wholeMatch(of: visible) != nil else { return nil }
        var above = number - 2
        while above >= 0, file.lines[above].drop(while: \.isWhitespace).hasPrefix("@") {
          above -= 1
        }
        let isDocumented =
          above >= 0 && file.lines[above].drop(while: \.isWhitespace).hasPrefix("///")
        return isDocumented ? nil : file.place(number)
      }
    }
    #expect(undocumented.isEmpty)
  }

  @Test("nothing traps on what comes from outside", arguments: ["try!", "fatalError(", " as! "])
  func traps(form: String) {
    #expect(places { _, text in text.contains(form) }.isEmpty)
  }

  @Test("no module loads all of Foundation, which slows every start")
  func foundation() {
    let whole = /^(?:\w+ )?import Foundation\s*$/
    #expect(places { _, text in text.firstMatch(of: whole) != nil }.isEmpty)
  }

  @Test("C libraries stay inside the module that wraps them")
  func cModules() {
    let open = /^(?!internal )(?:\w+ )?import C[A-Z]\w*/
    #expect(places { _, text in text.firstMatch(of: open) != nil }.isEmpty)
  }

  @Test("no path of somebody's machine")
  func machinePaths() throws {
    let absolute = /(?:^|[^\w.\/])\/(?:home|root|work|Users|tmp|var)\//
    let all =
      try sources + SourceTree.files(under: "Sources", endings: ["c", "h"])
      + SourceTree.files(under: "Tests", endings: ["swift", "c", "py"])
      + [SourceTree.file("Package.swift"), SourceTree.file("Makefile")]
    let found = all.filter { !$0.path.hasPrefix("Tests/StyleTests/") }.flatMap { file in
      file.lines.enumerated().filter { $0.element.firstMatch(of: absolute) != nil }
        .map { file.place($0.offset + 1) }
    }
    #expect(found.isEmpty)
  }

  @Test("a file is named after what is in it, and holds one thing")
  func files() {
    let drawers = ["Util", "Helper", "Common", "Types", "Constants", "Manager", "Extensions"]
    let drawn = sources.filter { file in
      drawers.contains { file.name.hasPrefix($0) || file.name.hasSuffix($0 + "s") }
        && file.name != "CommonOptions"
    }
    #expect(drawn.map(\.path).isEmpty)
    #expect(sources.filter { $0.lines.count > 600 }.map(\.path).isEmpty)
  }

  @Test("commands say their names, which the parser would otherwise derive slowly at every start")
  func commandNames() throws {
    let files = try SourceTree.files(under: "Sources/emend/Commands").map {
      $0.lines.joined(separator: "\n")
    }
    let configurations = files.flatMap { $0.matches(of: /CommandConfiguration\(\s*(\w+):/) }
    #expect(configurations.count > 20)
    #expect(configurations.filter { $0.output.1 != "commandName" }.map(\.output.0).isEmpty)
  }

  @Test("no module declares a type of its own name, which would hide the module")
  func moduleNames() {
    let declared = places { file, text in
      let words = text.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
      return zip(words, words.dropFirst()).contains { keyword, name in
        ["struct", "class", "enum", "actor", "protocol"].contains(keyword) && name == file.module
      }
    }
    #expect(declared.isEmpty)
  }

  @Test("rooms depend on rooms below them only, and import what they declare")
  func dependencies() throws {
    let rooms = try Manifest().rooms
    #expect(rooms.count >= 10)
    let order = Dictionary(uniqueKeysWithValues: rooms.enumerated().map { ($1.name, $0) })
    for (index, room) in rooms.enumerated() {
      for dependency in room.dependencies {
        #expect(order[dependency] ?? -1 < index, "\(room.name) on \(dependency)")
      }
      let undeclared = sources.filter { $0.module == room.name }.flatMap { file in
        file.code.filter { _, text in
          guard let match = text.firstMatch(of: /^(?:\w+ )?import (\w+)/) else { return false }
          let imported = String(match.output.1)
          return order[imported] != nil && !room.dependencies.contains(imported)
        }.map { file.place($0.number) }
      }
      #expect(undeclared.isEmpty)
    }
  }
}
