package import Checkpoint
package import Files

/// How a text file falls into documents.
package enum DocumentBoundary: String, Sendable, CaseIterable {
  /// Documents are separated by empty lines.
  case paragraph
  /// Every line is a document.
  case line
}

/// A text file, or the text files of a folder, as a sequence of documents.
///
/// Files are mapped one at a time, so that a text may be larger than the memory.
package struct Corpus {
  private let files: [String]
  private let boundary: DocumentBoundary

  /// Looks for the files; they are read when the documents are.
  ///
  /// - Parameter path: a file, or a folder: its files and those of its folders, in the order of their
  ///   paths, without those whose names begin with a full stop.
  package init(path: String, boundary: DocumentBoundary) throws(FileFailure) {
    files = try Self.files(at: path, named: true)
    self.boundary = boundary
  }

  private static func files(at path: String, named: Bool) throws(FileFailure) -> [String] {
    switch try fileKind(at: path) {
    case .directory:
      var result: [String] = []
      for name in try listDirectory(path) where !name.hasPrefix(".") {
        result += try files(at: "\(path)/\(name)", named: false)
      }
      return result
    case .regular: return [path]
    // What was asked for by name is opened, so that the error says what it is.
    default: return named ? [path] : []
    }
  }

  /// The SHA-256 of the text: of the digests of its files, in order.
  package func digest() throws(FileFailure) -> Digest {
    guard files.count != 1 else { return try Digest(ofFile: files[0]) }
    var whole = DigestAccumulator()
    for file in files {
      whole.append(Array((try Digest(ofFile: file).hexadecimal + "\n").utf8))
    }
    return whole.finish()
  }

  /// How many documents there are, counted up to `limit`.
  package func documentCount(atMost limit: Int? = nil) throws(FileFailure) -> Int {
    var documents = documents()
    var count = 0
    while limit.map({ count < $0 }) ?? true, try documents.nextRange() != nil { count += 1 }
    return count
  }

  /// All documents at once, of a text that is small.
  package func allDocuments() throws(FileFailure) -> [String] {
    var documents = documents()
    var result: [String] = []
    while let document = try documents.next() { result.append(document) }
    return result
  }

  /// The documents from the first one on.
  package func documents() -> Documents { Documents(files: files, boundary: boundary) }

  /// The documents of a corpus, one after the other; empty ones are left out.
  package struct Documents {
    private var files: ArraySlice<String>
    private let boundary: DocumentBoundary
    private var file: MappedFile?
    private var start = 0

    init(files: [String], boundary: DocumentBoundary) {
      self.files = files[...]
      self.boundary = boundary
    }

    /// The next document; `nil` at the end. Bytes that are not UTF-8 become U+FFFD.
    package mutating func next() throws(FileFailure) -> String? {
      try next { String(decoding: $0, as: UTF8.self) }
    }

    /// Makes something of the next document's bytes, as they lie in the file; `nil` at the end.
    mutating func next<Result>(_ read: (UnsafeRawBufferPointer) -> Result) throws(FileFailure)
      -> Result?
    {
      guard let range = try nextRange(), let file else { return nil }
      return file.withBytes { read(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Passes over the next document; false at the end.
    package mutating func skip() throws(FileFailure) -> Bool { try nextRange() != nil }

    /// The bytes of the next document in the file that is open then.
    fileprivate mutating func nextRange() throws(FileFailure) -> Range<Int>? {
      while true {
        if file == nil {
          guard let path = files.popFirst() else { return nil }
          file = try MappedFile(path: path)
          start = 0
        }
        if let range = file?.withBytes({ rangeOfDocument(in: $0) }) { return range }
        file = nil
      }
    }

    /// A line ends in `\n` or `\r\n`; one of white space is an empty one.
    private mutating func rangeOfDocument(in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
      var document: Range<Int>?
      while start < bytes.count {
        let (line, isEmpty) = nextLine(in: bytes)
        switch (boundary, isEmpty) {
        case (.line, false): return line
        case (.line, true): continue
        case (.paragraph, false): document = (document ?? line).lowerBound..<line.upperBound
        case (.paragraph, true): if let document { return document }
        }
      }
      return document
    }

    /// The line at `start`, without its end; moves behind it.
    private mutating func nextLine(in bytes: UnsafeRawBufferPointer) -> (Range<Int>, isEmpty: Bool)
    {
      let first = start
      var isEmpty = true
      while start < bytes.count, bytes[start] != UInt8(ascii: "\n") {
        isEmpty = isEmpty && Self.blanks.contains(bytes[start])
        start += 1
      }
      var end = start
      start = Swift.min(start + 1, bytes.count)
      if end > first, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      return (first..<end, isEmpty)
    }

    private static let blanks = Set(" \t\r\u{b}\u{c}".utf8)
  }
}
