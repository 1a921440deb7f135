package import Checkpoint
package import Files

/// How a text file falls into documents.
package enum DocumentBoundary: String, Sendable, CaseIterable {
  /// Documents are separated by an empty line.
  case paragraph
  /// Every line is a document.
  case line
}

/// A text, mapped, as a sequence of documents.
package struct Corpus: Sequence {
  private let file: MappedFile
  private let boundary: DocumentBoundary

  /// Opens a file; its text is read when the documents are.
  package init(path: String, boundary: DocumentBoundary) throws(FileFailure) {
    file = try MappedFile(path: path)
    self.boundary = boundary
  }

  /// The bytes of all text.
  package var byteCount: Int { file.bytes.count }

  /// The SHA-256 of the text.
  package var digest: Digest { file.withBytes { Digest(of: $0) } }

  /// The documents in order; empty ones are left out, and bytes that are not UTF-8 become U+FFFD.
  package func makeIterator() -> AnyIterator<String> {
    let newline = UInt8(ascii: "\n")
    var start = 0
    let file = file
    let gap = boundary == .paragraph ? 2 : 1
    return AnyIterator {
      let bytes = file.bytes
      while start < bytes.count {
        var end = start
        while end < bytes.count {
          if bytes[end] == newline,
            gap == 1 || end + 1 == bytes.count || bytes[end + 1] == newline
          {
            break
          }
          end += 1
        }
        let document = bytes[start..<end]
        start = Swift.min(end + gap, bytes.count)
        if !document.isEmpty {
          return String(decoding: UnsafeRawBufferPointer(rebasing: document), as: UTF8.self)
        }
      }
      return nil
    }
  }
}
