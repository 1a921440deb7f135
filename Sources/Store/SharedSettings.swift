import Checkpoint
import Files

/// Settings of a repository that travel with it, so that they hold for everybody.
///
/// Git's own configuration does not leave a machine. These lie behind ``reference``, a history of commits whose trees
/// hold one file, `config.json`: `fetch` and `push` carry it, `clone` brings it, each change can be seen and
/// taken back. It changes no weights, so it is no part of any state's tree (I1).
package struct SharedSettings: Sendable, Equatable {
  static let reference = "refs/emend/config"
  static let file = "config.json"

  /// The values by name, without `emend.`.
  package var values: [String: String]

  /// Takes values.
  package init(values: [String: String] = [:]) { self.values = values }

  /// Joins two sides, setting by setting. Where both changed one, theirs, which others have seen already, counts.
  func merged(with theirs: SharedSettings, since base: SharedSettings) -> SharedSettings {
    var merged: [String: String] = [:]
    for name in Set(values.keys).union(theirs.values.keys) {
      let (a, b, old) = (values[name], theirs.values[name], base.values[name])
      merged[name] = b == old ? a : b
    }
    return SharedSettings(values: merged)
  }
}

extension SharedSettings: CanonicalDocument {
  /// The version of the document.
  package static let format: Int64 = 1
  /// The longest document that is read.
  package static let byteLimit = 1 << 20

  /// Reads the members; see ``CanonicalDocument/read(_:file:)``.
  package init(_ value: CanonicalJSON, file: String) throws(FormatError) {
    let reader = try ObjectReader(value, file: file, allowing: ["format", "settings"])
    var values: [String: String] = [:]
    for member in try reader.object("settings").members {
      guard case .string(let text) = member.value else {
        throw reader.failure("settings.\(member.name)", member.value.kind, "text")
      }
      values[member.name] = text
    }
    self.values = values
  }

  /// All members.
  package var json: CanonicalJSON {
    .object(
      .init([
        ("format", .integer(Self.format)),
        ("settings", .object(.init(values.map { ($0.key, .string($0.value)) }))),
      ]))
  }
}

extension EditRepository {
  /// The settings that hold for everybody; none where nobody made any.
  /// - Throws: ``FormatError``, ``StoreError/damagedTree(_:problem:)``.
  func sharedSettings() throws -> SharedSettings {
    guard let tip = try references.target(of: SharedSettings.reference) else {
      return SharedSettings()
    }
    return try sharedSettings(at: tip)
  }

  /// One of them: a rule that no local setting changes.
  func sharedSetting(_ name: String) throws -> String? {
    try sharedSettings().values[name]
  }

  /// The settings of a commit behind ``SharedSettings/reference``.
  func sharedSettings(at commit: ObjectID) throws -> SharedSettings {
    let tree = try database.commit(commit).tree
    guard let entry = try database.tree(tree)[SharedSettings.file], entry.mode == .file else {
      throw StoreError.damagedTree(tree, problem: "there is no file '\(SharedSettings.file)'")
    }
    return try SharedSettings.read(
      database.read(entry.id, as: .blob, limit: SharedSettings.byteLimit),
      file: SharedSettings.file)
  }

  /// Makes or takes away settings that hold for everybody, once they are pushed.
  ///
  /// - Parameter change: what becomes of them; nothing is recorded where it changes nothing.
  func changeSharedSettings(
    _ summary: String, _ change: (inout SharedSettings) -> Void
  ) throws {
    let identity = try identity()
    let pack = PackWriter(into: database)
    try operate(.config, summary, "config: \(summary)", with: pack) {
      let before = try references.target(of: SharedSettings.reference)
      let old = try before.map { try sharedSettings(at: $0) } ?? SharedSettings()
      var new = old
      change(&new)
      guard new != old else { return [] }
      let commit = try addSharedSettings(
        new, parents: before.map { [$0] } ?? [], "emend config: \(summary)", by: identity, to: pack)
      return [
        .init(
          name: SharedSettings.reference, before: before.map { .object($0) } ?? .absent,
          after: .object(commit))
      ]
    }
  }

  func addSharedSettings(
    _ settings: SharedSettings, parents: [ObjectID], _ message: String, by identity: Identity,
    to pack: PackWriter
  ) throws -> ObjectID {
    var tree = TreeObject()
    let blob = try pack.add(.blob, settings.json.bytes)
    tree.set(
      SharedSettings.file, to: .init(name: SharedSettings.file, mode: .file, id: blob))
    let commit = CommitObject(
      tree: try pack.add(.tree, tree.bytes), parents: parents, author: identity.author,
      committer: identity.committer, message: message)
    return try pack.add(.commit, commit.bytes)
  }
}
