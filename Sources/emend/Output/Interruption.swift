internal import Files
internal import Glibc
internal import Synchronization

/// What is tidied up when the user presses Ctrl-C, the terminal closes or the process is told to end.
///
/// The process then dies of the signal, as its parent expects: a shell shows 130 for Ctrl-C. Signals
/// belong to the process, so there is one list for all of it.
package enum Interruption {
  private struct Actions: ~Copyable {
    var nextID = 0
    var byID: [Int: @Sendable () -> Void] = [:]
    var isWatching = false
  }

  private static let actions = Mutex(Actions())
  private static let signals: [Int32] = [SIGINT, SIGTERM, SIGHUP]

  /// Names an action, to take it back.
  package struct Registration: Sendable {
    fileprivate let id: Int
  }

  /// Has something done before the process dies of a signal. It runs on a thread of its own, at any moment.
  package static func add(_ action: @escaping @Sendable () -> Void) -> Registration {
    actions.withLock { actions in
      if !actions.isWatching { actions.isWatching = startWatching() }
      actions.nextID += 1
      actions.byID[actions.nextID] = action
      return Registration(id: actions.nextID)
    }
  }

  /// Takes an action back.
  package static func remove(_ registration: Registration) {
    actions.withLock { $0.byID[registration.id] = nil }
  }

  /// The end of a pipe that the signal handler writes to: all that a handler may do.
  private static let wakeDescriptor = Atomic<Int32>(-1)

  private static func startWatching() -> Bool {
    guard let (readEnd, writeEnd) = openPipe() else { return false }
    wakeDescriptor.store(writeEnd, ordering: .sequentiallyConsistent)
    guard startThread({ waitForSignal(readEnd) }) else { return false }
    for number in signals {
      var old = sigaction()
      // A process started with `nohup` or in the background of a script is meant to go on.
      guard sigaction(number, nil, &old) == 0,
        unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self) == 0
      else { continue }
      var new = sigaction()
      new.__sigaction_handler.sa_handler = { number in
        let saved = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(Interruption.wakeDescriptor.load(ordering: .relaxed), &byte, 1)
        errno = saved
      }
      new.sa_flags = SA_RESTART
      sigaction(number, &new, nil)
    }
    return true
  }

  private static func waitForSignal(_ descriptor: Int32) {
    var number: UInt8 = 0
    while read(descriptor, &number, 1) != 1 { guard errno == EINTR else { return } }
    let pending = actions.withLock { $0.byID.sorted { $0.key > $1.key }.map(\.value) }
    for action in pending { action() }
    signal(Int32(number), SIG_DFL)
    kill(getpid(), Int32(number))
  }
}
