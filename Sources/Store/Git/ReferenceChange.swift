/// What a reference holds.
package enum ReferenceValue: Sendable, Equatable {
  /// It does not exist.
  case absent
  /// An object: a commit, or an annotated tag.
  case object(ObjectID)
  /// The full name of another reference, as `HEAD` does.
  case symbolic(String)

  /// The text that Git's own files have: 40 digits, `ref: NAME`, or nothing.
  package var text: String {
    switch self {
    case .absent: ""
    case .object(let id): id.hexadecimal
    case .symbolic(let name): "ref: \(name)"
    }
  }

  /// Whether both are the same; of names, byte for byte.
  package static func == (one: ReferenceValue, other: ReferenceValue) -> Bool {
    switch (one, other) {
    case (.absent, .absent): true
    case (.object(let one), .object(let other)): one == other
    case (.symbolic(let one), .symbolic(let other)): one.isSameName(as: other)
    default: false
    }
  }

  /// Reads ``text``.
  init?(text: String) {
    if text.isEmpty {
      self = .absent
    } else if text.hasPrefix("ref: ") {
      self = .symbolic(String(text.dropFirst("ref: ".count)))
    } else if let id = ObjectID(hexadecimal: text) {
      self = .object(id)
    } else {
      return nil
    }
  }
}

/// One step of one reference, from what it must hold to what it will hold.
package struct ReferenceChange: Sendable, Equatable {
  /// Its full name.
  package let name: String
  /// What it holds before.
  package let before: ReferenceValue
  /// What it holds afterwards.
  package let after: ReferenceValue

  /// The way back.
  var inverse: ReferenceChange { ReferenceChange(name: name, before: after, after: before) }
}
