/// Who did something, and when: the author or the committer of a commit.
package struct Signature: Sendable, Hashable {
  /// The person's name.
  package let name: String
  /// The person's address.
  package let email: String
  /// When.
  package let time: GitMoment

  /// Makes a signature. Characters that Git's format cannot carry (`<`, `>`, control characters) are left out of
  /// name and address, and punctuation is trimmed from their ends, as Git does.
  package init(name: String, email: String, time: GitMoment) {
    self.name = Self.cleaned(name)
    self.email = Self.cleaned(email)
    self.time = time
  }

  /// Reads the rest of an `author` or `committer` line; what cannot be read becomes empty or zero, since a
  /// history may hold commits that other programs wrote.
  init(parsing line: Slice<UnsafeBufferPointer<UInt8>>) {
    let open = line.firstIndex(of: UInt8(ascii: "<")) ?? line.endIndex
    let close = line[open...].firstIndex(of: UInt8(ascii: ">")) ?? line.endIndex
    name = String(decoding: line[..<open].trimmed, as: UTF8.self)
    email = String(decoding: line[open..<close].dropFirst(), as: UTF8.self)
    let words = line[close...].dropFirst().split(separator: UInt8(ascii: " "))
    let zone = words.count > 1 ? Int(String(decoding: words[1], as: UTF8.self)) ?? 0 : 0
    time = .init(
      seconds: words.first.flatMap { Int64(String(decoding: $0, as: UTF8.self)) } ?? 0,
      offsetMinutes: (-9999...9999).contains(zone) ? zone / 100 * 60 + zone % 100 : 0)
  }

  /// Reads the rest of an `author` or `committer` line.
  init(parsing line: some StringProtocol) {
    self = Array(line.utf8).withUnsafeBufferPointer { Self(parsing: $0[...]) }
  }

  /// The form that a commit carries.
  var line: String {
    let minutes = abs(time.offsetMinutes)
    let zone = (minutes / 60) * 100 + minutes % 60
    let digits = String(zone)
    let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return "\(name) <\(email)> \(time.seconds) \(time.offsetMinutes < 0 ? "-" : "+")\(padded)"
  }

  private static func cleaned(_ text: String) -> String {
    let crud: Set<Unicode.Scalar> = [".", ",", ":", ";", "<", ">", "\"", "\\", "'"]
    func isCrud(_ c: Unicode.Scalar) -> Bool { c.value <= 32 || crud.contains(c) }
    var scalars = text.unicodeScalars[...]
    while let first = scalars.first, isCrud(first) { scalars = scalars.dropFirst() }
    while let last = scalars.last, isCrud(last) { scalars = scalars.dropLast() }
    var result = String.UnicodeScalarView()
    result.append(
      contentsOf: scalars.filter { $0.value >= 32 && $0.value != 127 && $0 != "<" && $0 != ">" })
    return String(result)
  }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
  /// Without spaces at both ends.
  fileprivate var trimmed: Self {
    var text = self
    while text.last == UInt8(ascii: " ") { text.removeLast() }
    while text.first == UInt8(ascii: " ") { text.removeFirst() }
    return text
  }
}
