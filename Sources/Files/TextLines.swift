extension Collection<UInt8> {
  /// The lines of a text, without their ends. As characters, a carriage return and a line feed would be one that is neither.
  package var textLines: [String] {
    split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
  }
}
