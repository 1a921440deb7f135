import Files
internal import Glibc

/// What a `git gc` that was killed leaves: a file with its process id, by which Git believes that it still runs.
///
/// Git looks whether there is such a process. One that has died and that nobody has asked about yet is there and does
/// nothing; Git would wait for it.
enum AbandonedCollection {
  /// Removes the mark of a process of this machine that has died.
  static func removeMark(in gitDirectory: String) throws(FileFailure) {
    let mark = gitDirectory + "/gc.pid"
    guard let bytes = try? readFile(mark, limit: 1024) else { return }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let process = Int32(words[0]), words[1] == hostName,
      let status = try? readFile("/proc/\(process)/stat", limit: 4096)
    else { return }
    // The state follows the program's name, which is in parentheses and may hold any.
    let state = String(decoding: status, as: UTF8.self).split(separator: ")").last ?? ""
    if state.hasPrefix(" Z") { try removeTree(mark) }
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
