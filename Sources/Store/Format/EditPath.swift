/// Where things are in a commit's tree.
///
/// Edits are spread over 256 directories by their first two digits: hosts advise against directories of more than 3000 entries, and a
/// commit rewrites the directories above what it changes. With 10,000 active edits that is 11 kB a commit; one flat directory would be
/// 0.9 MB.
enum EditPath {
  static let format = "format"
  static let base = "base.json"
  static let edits = "edits"
  static let manifest = "edit.json"
  static let facts = "facts.jsonl"
  static let deltas = "deltas"
  static let targets = "targets"

  /// The directory of an edit.
  static func directory(of id: EditID) -> [String] {
    [edits, String(id.hexadecimal.prefix(2)), String(id.hexadecimal.dropFirst(2))]
  }

  /// The directory of a tensor's delta, below the edit's.
  static func delta(of tensor: String) -> [String] { [deltas, PathEscape.component(for: tensor)] }

  /// The name of a chunk: three digits, more from the thousandth on. What order they have is the manifest's business.
  static func chunk(_ index: Int) -> String {
    let digits = String(index)
    return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
  }
}
