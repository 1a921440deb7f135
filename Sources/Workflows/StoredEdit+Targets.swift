internal import Diagnostics
internal import Editing
internal import Store

extension StoredEdit {
  /// The stored targets, `[d]` each, in the facts' order; `nil` where the edit has none.
  ///
  /// - Parameters:
  ///   - width: d, the model's; `nil` for whatever the bytes say.
  ///   - count: the number of facts.
  /// - Throws: ``WorkflowError/damagedTargets(edit:reason:)`` for bytes that are no targets.
  func decodedTargets(width: Int?, count: Int) throws -> [[Float]]? {
    guard let bytes = try targets() else { return nil }
    do {
      return try TargetArchive.decode(bytes, width: width, count: count)
    } catch {
      let parts = error.explanation
      throw WorkflowError.damagedTargets(
        edit: id.abbreviated,
        reason: [parts.summary, parts.found, parts.expected.map { "expected \($0)" }]
          .compactMap { $0 }.joined(separator: ", "))
    }
  }
}
