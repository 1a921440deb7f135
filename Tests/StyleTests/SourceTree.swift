import Foundation

/// The package's own sources, read as text.
struct SourceTree {
  struct File {
    /// The path below the package's directory.
    let path: String
    let lines: [String]

    /// The module: `Files` for `Sources/Files/CopyFile.swift`.
    var module: String { String(path.split(separator: "/").dropFirst().first ?? "") }
    /// The name of what is in it: `Matrix` for `Matrix+BlockTranspose.swift`.
    var name: String {
      String(path.split(separator: "/").last?.prefix { $0 != "." && $0 != "+" } ?? "")
    }

    /// The lines of code with their numbers, comments left out.
    var code: [(number: Int, text: Substring)] {
      lines.enumerated().compactMap { index, line in
        let text = line.drop(while: \.isWhitespace)
        return text.isEmpty || text.hasPrefix("//") ? nil : (index + 1, text)
      }
    }

    /// `Sources/Files/CopyFile.swift:12`, so that an editor can jump to it.
    func place(_ number: Int) -> String { "\(path):\(number)" }
  }

  /// The package's directory.
  static let root =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  /// All files under a folder with one of the endings.
  static func files(under folder: String, endings: Set<String> = ["swift"]) throws -> [File] {
    let found = FileManager.default.enumerator(atPath: "\(root)/\(folder)")
    let names = (found?.allObjects as? [String] ?? []).sorted().filter {
      endings.contains(($0 as NSString).pathExtension)
    }
    return try names.map { try file("\(folder)/\($0)") }
  }

  /// One file.
  static func file(_ path: String) throws -> File {
    let text = try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8)
    return File(
      path: path,
      lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }
}
