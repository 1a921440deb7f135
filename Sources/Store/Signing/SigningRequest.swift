/// Whether commits are signed.
package enum SigningRequest: Sendable, Equatable {
  /// As Git's configuration says (`commit.gpgSign`).
  case configured
  /// In any case.
  case always
  /// In no case.
  case never
}

extension EditRepository {
  /// What signs the next commits; `nil` where they are not signed.
  ///
  /// - Throws: ``SigningError`` where they should be and cannot: worth asking before hours are spent on an edit.
  func signer() throws -> CommitSigner? {
    let settings = SigningSettings(try configuration(), environment)
    switch signing {
    case .never: return nil
    case .configured where try !settings.signsCommits(): return nil
    case .configured, .always: return try CommitSigner(settings, environment)
    }
  }

  /// Refuses what would be refused when a commit is recorded: a working tree, also a linked one on this branch, nobody to name, or
  /// a signature that cannot be made.
  ///
  /// - Throws: ``StoreError/hasWorkingTree(path:)``, ``StoreError/inWorkingTree(branch:directory:)``, ``IdentityError``, ``SigningError``.
  package func checkRecording() throws {
    try checkWritable()
    if let branch = try presentHead()?.branch { try checkMovable("refs/heads/" + branch) }
    _ = try identity()
    _ = try signer()
  }
}
