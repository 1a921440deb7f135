/// Where long work says how far it is. The executable draws it; libraries never print.
package protocol ProgressSink: Sendable {
  /// Takes note of an event. Must be cheap and must not block: it is called from inner loops.
  func report(_ event: ProgressEvent)

  /// Takes note of something that the user should know and that stops nothing: a cache entry that is damaged
  /// and made again. What was said already is not said again.
  func warn(_ text: String)

  /// Passes on what another program or the other side has to say.
  func tell(_ text: String)
}

extension ProgressSink {
  /// Says nothing.
  package func warn(_ text: String) {}

  /// Says nothing.
  package func tell(_ text: String) {}
}

/// How far a phase of some work is.
package struct ProgressEvent: Sendable, Equatable {
  /// The kinds of long work that there are.
  package enum Phase: String, Sendable {
    case fingerprint, moments, factors, templates, targets, keys, training, solve, encode, verify
    case write, evaluate, receive, send, index, search
  }
  /// What is being done.
  package let phase: Phase
  /// Units done so far.
  package let done: Int
  /// Units in all; `nil` until known. The last event of a phase has `done == total`.
  package let total: Int?
  /// A few words beside the figures: a loss, a file's name.
  package let detail: String?

  /// Makes an event.
  package init(_ phase: Phase, done: Int, total: Int?, detail: String? = nil) {
    self.phase = phase
    self.done = done
    self.total = total
    self.detail = detail
  }
}

/// Takes no notice.
package struct NoProgress: ProgressSink {
  /// Makes a sink that drops all events.
  package init() {}
  /// Does nothing.
  package func report(_ event: ProgressEvent) {}
}
