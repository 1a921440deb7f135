extension EditRepository {
  /// Whether a commit carries a signature, whoever made it and whether it is good or not.
  package func isSigned(_ commit: ObjectID) throws -> Bool {
    let bytes = try database.read(commit, as: .commit, limit: CommitObject.byteLimit)
    return bytes.split(separator: 10, omittingEmptySubsequences: false)
      .prefix { !$0.isEmpty }.contains { $0.starts(with: Array("gpgsig".utf8)) }
  }
}
