internal import CGit2
internal import Checkpoint

/// The four kinds of Git objects.
package enum ObjectKind: String, Sendable, Hashable {
  case commit, tree, blob, tag

  init?(_ raw: git_object_t) {
    switch raw {
    case GIT_OBJECT_COMMIT: self = .commit
    case GIT_OBJECT_TREE: self = .tree
    case GIT_OBJECT_BLOB: self = .blob
    case GIT_OBJECT_TAG: self = .tag
    default: return nil
    }
  }

  /// The number that a pack's entry carries.
  var packNumber: UInt8 {
    switch self {
    case .commit: 1
    case .tree: 2
    case .blob: 3
    case .tag: 4
    }
  }
}

extension ObjectID {
  /// The id that Git gives to an object: the SHA-1 of kind, length and bytes.
  init(of kind: ObjectKind, _ content: UnsafeRawBufferPointer) {
    var hash = HashAccumulator(.sha1)
    hash.append(Array("\(kind.rawValue) \(content.count)\0".utf8))
    hash.append(content)
    self = hash.finish().withUnsafeBytes { ObjectID(unchecked: $0) }
  }
}
