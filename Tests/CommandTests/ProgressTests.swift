import Diagnostics
import Glibc
import TestSupport
import Testing
import emend

@Suite struct ProgressTests {
  private let start = ContinuousClock.now

  @Test("a line says what, how far, how fast and how long still")
  func line() {
    let event = ProgressEvent(.targets, done: 38, total: 100, detail: "loss 0.31")
    let line = ProgressLine(event: event, elapsed: .seconds(3), rate: 12.4)
    #expect(
      line.text(width: 100).plain
        == "Optimising targets  [###########-------------------]  38/100  38 %  12.4/s  eta 0:05  loss 0.31"
    )
    for width in 1...120 {
      let text = line.text(width: width)
      #expect(text.width <= width)
      if width >= 50 { #expect(text.plain.contains("38/100  38 %  12.4/s  eta 0:05")) }
    }
  }

  @Test("bytes are shown as sizes, and an unknown total as what is done so far")
  func units() {
    let bytes = ProgressEvent(.fingerprint, done: 3_000_000_000, total: 12_000_000_000)
    #expect(
      ProgressLine(event: bytes, elapsed: .seconds(3), rate: 1e9).text(width: 200).plain
        .hasSuffix("3.0 GB/12.0 GB  25 %  1.0 GB/s  eta 0:09"))
    let unknown = ProgressEvent(.verify, done: 64, total: nil)
    #expect(
      ProgressLine(event: unknown, elapsed: .seconds(7), rate: nil).text(width: 80).plain
        == "Verifying  64  0:07")
  }

  @Test("absurd figures do not stop the work that reports them")
  func absurd() {
    for (done, total) in [
      (-5, 10), (20, 10), (0, 0), (Int.max, Int.max), (5, -1), (0, Int.max), (Int.min, Int.max),
    ] {
      let event = ProgressEvent(.write, done: done, total: total)
      for rate in [nil, 0, -1, 1e300, .infinity, .nan] {
        #expect(
          ProgressLine(event: event, elapsed: .zero, rate: rate).text(width: 70).width <= 70)
      }
    }
  }

  @Test("a rate follows the work, and a new phase starts afresh")
  func track() throws {
    var track = ProgressTrack()
    let nothing = track.line(at: start)
    #expect(nothing == nil)
    for second in 0...5 {
      let now = start + .seconds(second)
      track.note(ProgressEvent(.targets, done: second * 10, total: 100), at: now)
      _ = track.line(at: now)
    }
    let last = track.line(at: start + .seconds(5))
    let line = try #require(last)
    #expect(line.rate == 10)
    #expect(line.elapsed == .seconds(5))
    track.note(ProgressEvent(.keys, done: 0, total: 2), at: start + .seconds(9))
    let first = track.line(at: start + .seconds(10))
    let next = try #require(first)
    #expect(next.elapsed == .seconds(1))
    #expect(next.event.phase == .keys)
    track.note(ProgressEvent(.keys, done: 2, total: 2), at: start + .seconds(11))
    let ended = track.line(at: start + .seconds(11))
    #expect(ended == nil)
  }

  @Test("a terminal is left as it was found, and messages never mix with the line")
  func terminal() throws {
    let terminal = try PseudoTerminal()
    let stream = TextStream(descriptor: terminal.device, name: "terminal")
    let console = Console(OutputSettings(), environment: ["TERM": "xterm"], errors: stream)
    console.progress.report(ProgressEvent(.targets, done: 1, total: 4, detail: "step 2"))
    // Until the line is there: it appears by itself, after a quarter of a second.
    var polled = pollfd(fd: terminal.controller, events: Int16(POLLIN), revents: 0)
    #expect(poll(&polled, 1, 60_000) == 1)
    console.warn("a message")
    console.progress.end()
    console.progress.report(ProgressEvent(.keys, done: 1, total: 4))
    let written = terminal.closeAndRead()
    #expect(written.hasPrefix("\r\u{1B}[1mOptimising targets"))
    let message = "\u{1B}[K\u{1B}[33mwarning:\u{1B}[m a message\n"
    #expect(written.contains("\r\(message)"))
    let last = written.split(separator: "\r", omittingEmptySubsequences: false).last
    #expect(last == "\u{1B}[K" || last == message[...])
    #expect(!written.contains("Computing keys"))
  }

  @Test("nothing is drawn where there is no terminal, or a dumb one, or none was asked for")
  func silence() throws {
    var never = OutputSettings()
    never.progress = .never
    for (settings, term) in [(never, "xterm"), (OutputSettings(), "dumb")] {
      let terminal = try PseudoTerminal()
      let stream = TextStream(descriptor: terminal.device, name: "terminal")
      let console = Console(settings, environment: ["TERM": term], errors: stream)
      #expect(console.progress.form == .none)
      console.progress.report(ProgressEvent(.targets, done: 1, total: 4))
      console.progress.end()
      #expect(terminal.closeAndRead().isEmpty)
    }
  }
}
