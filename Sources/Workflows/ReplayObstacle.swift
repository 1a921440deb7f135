package import Store

/// Why an edit cannot be computed again from what it declares.
package enum ReplayObstacle: Error, Sendable, Equatable {
  /// It was made by a method whose result does not follow from what is recorded.
  case method(String)
  /// It was made elsewhere, and its contexts or targets were not handed in.
  case notRecorded(String)
  /// The tree that it was computed on is not in the repository.
  case stateMissing(ObjectID)
  /// An edit that was active beside the tree is not there.
  case edited(beside: EditID)
  /// No second moments are at hand.
  case noMoments
  /// The second moments at hand are not those that it was computed with.
  case otherMoments(name: String, recorded: String, found: String)

  /// In words, as the reason why something is not proved.
  package var reason: String {
    switch self {
    case .method(let name): "nothing follows from the facts of an edit by '\(name)'"
    case .notRecorded(let what): "the edit records no \(what)"
    case .stateMissing(let tree):
      "the state that it was computed on, tree \(tree.hexadecimal.prefix(12)), is not in the repository"
    case .edited(let id):
      "edit \(id.abbreviated), active when it was computed, is not in the repository"
    case .noMoments: "there are no second moments: give those of the edit with --stats"
    case .otherMoments(let name, let recorded, let found):
      "the second moments at hand are others: \(name) is \(found), the edit used \(recorded)"
    }
  }
}
