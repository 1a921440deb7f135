/// One command that changed references, as the log of operations has it.
package struct OperationRecord: Sendable, Equatable {
  /// The kinds of commands.
  package enum Kind: String, Sendable, CaseIterable {
    case commit, revert, cherryPick, merge, resolve, rebase, reset, branch, `switch`, tag, fetch,
      remote, config, measure, undo

    /// As the command is called.
    package var verb: String { self == .cherryPick ? "cherry-pick" : rawValue }
  }

  /// What was done.
  package let kind: Kind
  /// In words: a commit's summary, a branch's name.
  package let summary: String
  /// What it did to which references.
  package let changes: [ReferenceChange]
  /// The operation that it takes back.
  package let undoes: ObjectID?
}

extension OperationRecord: CanonicalDocument {
  /// The version of the document.
  package static let format: Int64 = 1
  /// The longest document that is read.
  package static let byteLimit = 64 << 20

  /// Reads the members; see ``CanonicalDocument/read(_:file:)``.
  package init(_ value: CanonicalJSON, file: String) throws(FormatError) {
    let reader = try ObjectReader(
      value, file: file, allowing: ["changes", "format", "kind", "summary", "undoes"])
    let kindText = try reader.string("kind")
    guard let kind = Kind(rawValue: kindText) else {
      throw reader.failure(
        "kind", kindText, Kind.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.kind = kind
    summary = try reader.string("summary")
    changes = try reader.array("changes", atMost: 1 << 20) { value, place throws(FormatError) in
      let reader = try ObjectReader(
        value, file: file, path: place, allowing: ["after", "before", "name"])
      return ReferenceChange(
        name: try reader.string("name"), before: try reader.referenceValue("before"),
        after: try reader.referenceValue("after"))
    }
    if reader.has("undoes") {
      let text = try reader.string("undoes")
      guard let id = ObjectID(hexadecimal: text) else {
        throw reader.failure("undoes", text, "40 hexadecimal digits")
      }
      undoes = id
    } else {
      undoes = nil
    }
  }

  /// All members.
  package var json: CanonicalJSON {
    let steps = changes.map { change in
      CanonicalJSON.object(
        .init([
          ("name", .string(change.name)), ("before", .string(change.before.text)),
          ("after", .string(change.after.text)),
        ]))
    }
    var members: [(String, CanonicalJSON)] = [
      ("format", .integer(Self.format)), ("kind", .string(kind.rawValue)),
      ("summary", .string(summary)), ("changes", .array(steps)),
    ]
    if let undoes { members.append(("undoes", .string(undoes.hexadecimal))) }
    return .object(.init(members))
  }
}

extension ObjectReader {
  fileprivate func referenceValue(_ key: String) throws(FormatError) -> ReferenceValue {
    let text = try string(key)
    guard let value = ReferenceValue(text: text) else {
      throw failure(key, text, "40 digits, 'ref: NAME' or nothing")
    }
    return value
  }
}
