internal import Glibc
internal import Synchronization

/// The temporary siblings and scratch directories of this process, to be removed when a signal ends it.
///
/// Whoever handles signals asks to be told of the first one, so that a process that writes nothing handles
/// none.
package enum UnfinishedFiles {
  private struct State: ~Copyable {
    var paths: Set<String> = []
    var announce: (@Sendable () -> Void)?
  }

  private static let state = Mutex(State())
  /// Not in the state: whoever is giving a file its place is to see it before the lock is free again.
  private static let ending = Atomic<Bool>(false)

  /// Has something done once, before the first temporary sibling is made.
  package static func beforeTheFirst(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.announce = action }
  }

  /// Removes all of them, because the process ends: no other is made from now on, and none takes its place.
  package static func removeAll() {
    ending.store(true, ordering: .sequentiallyConsistent)
    state.withLock { state in
      for path in state.paths {
        // Another thread may still be filling a directory: what it adds goes, too.
        for _ in 0..<10 {
          guard (try? removeTree(path)) == nil else { break }
        }
      }
    }
  }

  /// Whether the process is ending.
  static var isEnding: Bool { ending.load(ordering: .sequentiallyConsistent) }

  /// Waits for the end of a process that is ending; returns at once in others.
  package static func waitIfEnding() {
    while isEnding { pause() }
  }

  /// Makes a sibling, known from before it is there.
  static func begin(_ path: String) {
    let announce = state.withLock { state in
      let action = state.announce
      state.announce = nil
      return action
    }
    announce?()
    // Whether the process ends is asked inside the lock: `removeAll` does not see what comes after it.
    state.withLock { state in
      if !isEnding { state.paths.insert(path) }
    }
    waitIfEnding()
  }

  /// Gives a sibling its place, or removes it, while nobody else does.
  static func end<Failure: Error>(
    _ path: String, _ action: () throws(Failure) -> Void
  ) throws(Failure) {
    waitIfEnding()
    let outcome = state.withLock { state -> Result<Void, Failure> in
      let outcome = Result { () throws(Failure) in try action() }
      if case .success = outcome { _ = state.paths.remove(path) }
      return outcome
    }
    // A signal that came meanwhile ends the process, which is not to say that it is done.
    waitIfEnding()
    try outcome.get()
  }
}
