/// The merges of a file, most urgent first, each as two byte strings; the bytes lie in one block.
struct MergeList {
  private var bytes: [UInt8] = []
  private var ends: [(left: Int, right: Int)] = []
  /// Index of the first merge that has not two parts.
  private(set) var firstMalformed: Int?

  /// Number of merges.
  var count: Int { ends.count }

  /// Adds a merge given as a pair; `nil` takes the place of one that is not.
  mutating func append(_ pair: (left: String, right: String)?) {
    if pair == nil { firstMalformed = firstMalformed ?? count }
    bytes.append(contentsOf: (pair?.left ?? "").utf8)
    let middle = bytes.count
    bytes.append(contentsOf: (pair?.right ?? "").utf8)
    ends.append((middle, bytes.count))
  }

  /// Adds a merge written as one string with a space in the middle.
  mutating func append(joined: String) {
    // Old files begin with the version line of merges.txt.
    if joined.utf8.starts(with: "#version".utf8) { return }
    let parts = joined.utf8.split(separator: 0x20, omittingEmptySubsequences: false)
    append(parts.count == 2 ? (String(Substring(parts[0])), String(Substring(parts[1]))) : nil)
  }

  /// The two parts, and both together.
  func parts(_ index: Int) -> (left: Range<Int>, right: Range<Int>, whole: Range<Int>) {
    let start = index == 0 ? 0 : ends[index - 1].right
    let (middle, end) = ends[index]
    return (start..<middle, middle..<end, start..<end)
  }

  /// Whether two lists have the same merges in the same order, however they were written.
  func holdsTheSame(as other: MergeList) -> Bool {
    bytes == other.bytes && ends.elementsEqual(other.ends) { $0 == $1 }
  }

  /// Some of the bytes as text, for messages.
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// Lets `body` see the bytes.
  func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withUnsafeBufferPointer(body)
  }
}
