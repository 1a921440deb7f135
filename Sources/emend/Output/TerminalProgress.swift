package import Diagnostics
internal import Glibc
internal import Synchronization

/// Draws progress on standard error while work goes on.
///
/// The reporter only leaves its event; a thread of its own looks at most thirty times a second whether
/// the line should change, so a slow or stopped terminal never holds up the work. The first quarter of
/// a second of each phase stays silent, and nothing remains on the screen at the end.
package final class TerminalProgress: ProgressSink {
  /// How progress is shown.
  package enum Form: Sendable, Equatable {
    /// Not at all.
    case none
    /// One line, drawn again and again.
    case line(columns: Int, inColor: Bool)
    /// A plain line every ten seconds, for logs.
    case log
  }

  private struct State: ~Copyable {
    var track = ProgressTrack()
    var isDrawing = false
    var isEnded = false
    var shown = ""
    var lastShown: ContinuousClock.Instant?
    var registration: Interruption.Registration?
  }

  /// How it shows what is reported.
  package let form: Form

  private let stream: TextStream
  private let state = Mutex(State())
  private let warned = Mutex<Set<String>>([])
  /// Held while the screen changes, so that messages and the line never mix.
  private let screen = Mutex(())

  /// A sink that shows progress in a form.
  package init(_ form: Form, on stream: TextStream = .errors) {
    self.form = form
    self.stream = stream
  }

  /// Takes note of an event. An ordinary step is dropped rather than waited for; the first and last
  /// of a phase wait for as long as copying an event takes.
  package func report(_ event: ProgressEvent) {
    guard form != .none else { return }
    let now = ContinuousClock.now
    let isEdge = event.done == 0 || event.done == event.total
    if isEdge {
      state.withLock { note(event, at: now, in: &$0) }
    } else {
      _ = state.withLockIfAvailable { note(event, at: now, in: &$0) }
    }
  }

  /// Warns, whatever the form; a second time nothing is said.
  package func warn(_ text: String) {
    guard warned.withLock({ $0.insert(text).inserted }) else { return }
    let line: StyledText = "\("warning:", .warning) \(text)"
    let inColor = if case .line(_, let inColor) = form { inColor } else { false }
    interrupt { try? stream.write((line.rendered(inColor: inColor) + "\n").utf8) }
  }

  /// Passes words on, whatever the form.
  package func tell(_ text: String) {
    let line: StyledText = "\(text)"
    interrupt { try? stream.write((line.rendered(inColor: false) + "\n").utf8) }
  }

  /// Removes the line, for good.
  package func end() {
    let registration = state.withLock { state in
      state.isEnded = true
      return state.registration.take()
    }
    if let registration { Interruption.remove(registration) }
    interrupt {}
  }

  /// Runs `body`, which writes to the terminal, with the line out of its way.
  func interrupt(_ body: () throws -> Void) rethrows {
    try screen.withLock { _ in
      let wasShown = state.withLock { state in
        defer { state.shown = "" }
        return !state.shown.isEmpty
      }
      if wasShown, case .line = form { put("\r\u{1B}[K") }
      try body()
    }
  }

  private func note(
    _ event: ProgressEvent, at now: ContinuousClock.Instant, in state: inout State
  ) {
    guard !state.isEnded else { return }
    state.track.note(event, at: now)
    guard !state.isDrawing else { return }
    state.registration = Interruption.add { [weak self] in self?.end() }
    state.isDrawing = startThread { [weak self] in
      while true {
        usleep(33_000)
        guard let self, self.draw() else { return }
      }
    }
  }

  /// Brings the screen up to date; false when there will be nothing more to draw.
  private func draw() -> Bool {
    screen.withLock { _ in
      let change = state.withLock { state in next(&state) }
      guard let change else { return false }
      if !change.isEmpty { put(change) }
      return true
    }
  }

  private func next(_ state: inout State) -> String? {
    guard !state.isEnded else { return nil }
    let now = ContinuousClock.now
    let line = state.track.line(at: now)
    switch form {
    case .none: return nil
    case .line(let columns, let inColor):
      guard let line, line.elapsed >= .milliseconds(250) else {
        defer { state.shown = "" }
        return state.shown.isEmpty ? "" : "\r\u{1B}[K"
      }
      // One column stays free: some terminals wrap when the last one is written.
      let text = line.text(width: max(1, columns - 1)).rendered(inColor: inColor)
      guard text != state.shown else { return "" }
      state.shown = text
      return "\r\(text)\u{1B}[K"
    case .log:
      let isDue = state.lastShown.map { now - $0 >= .seconds(10) } ?? true
      guard let line, isDue, line.elapsed >= .seconds(10) else { return "" }
      state.lastShown = now
      return line.text(width: 200).plain + "\n"
    }
  }

  /// Not shown is better than waited for: a terminal that takes nothing is left alone.
  private func put(_ text: String) {
    var poll = pollfd(fd: stream.descriptor, events: Int16(POLLOUT), revents: 0)
    guard Glibc.poll(&poll, 1, 0) == 1, poll.revents & Int16(POLLOUT) != 0 else { return }
    try? stream.write(text.utf8)
  }
}
