internal import Diagnostics
internal import FoundationEssentials
internal import Synchronization

/// What a command speaks through: results to standard output, everything else to standard error.
package final class Console: Sendable {
  /// Where long work reports how far it is.
  package let progress: TerminalProgress
  /// The process's environment when the command began.
  package let environment: [String: String]

  private let settings: OutputSettings
  private let output: TextStream
  private let errors: TextStream
  private let hasShown = Mutex(false)
  private let colors = Mutex<Bool?>(nil)

  /// A console with the user's settings, in the environment given.
  package init(
    _ settings: OutputSettings,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    output: TextStream = .output, errors: TextStream = .errors
  ) {
    self.settings = settings
    self.environment = environment
    self.output = output
    self.errors = errors
    progress = TerminalProgress(Self.progressForm(settings, environment, errors), on: errors)
  }

  /// Takes over what Git's `color.ui` says, once a repository is open; `nil` leaves it to the terminal.
  func follow(colors setting: Bool?) { colors.withLock { $0 = setting } }

  private func isColored(_ stream: TextStream) -> Bool {
    settings.color.isColored(
      isTerminal: stream.isTerminal, environment: environment, setting: colors.withLock { $0 })
  }

  /// Shows a result: as text, or as the one JSON document.
  ///
  /// - Throws: what standard output refused.
  package func show(_ view: some View) throws { try show(view, pager: nil) }

  /// Tells what was done: as ``show(_:)``, but with `--quiet` only what warns of something.
  ///
  /// - Throws: what standard output refused.
  package func tell(_ view: some View) throws {
    try show(view, pager: nil, onlyWarnings: settings.isQuiet)
  }

  /// Whether results are documents for programs: nothing else may stand on the standard output then.
  package var writesDocuments: Bool { settings.format == .json }

  /// Tells what was done before an error ended the work; the document has both. The error itself is still to be thrown.
  ///
  /// - Throws: what standard output refused.
  package func tell(_ view: some View, before error: any Error) throws {
    try show(view, pager: nil, onlyWarnings: settings.isQuiet, before: error)
  }

  /// Shows a result that may be long: on a terminal, through a pager.
  ///
  /// - Parameter corePager: what Git's configuration says under `core.pager`.
  package func page(_ view: some View, corePager: String? = nil) throws {
    guard settings.usesPager, settings.format == .text, output.isTerminal,
      let command = Pager.command(environment: environment, corePager: corePager)
    else { return try show(view) }
    // The line is the pager's neighbor on the screen.
    progress.end()
    let pager = Pager(command, environment: environment, output: output)
    let shown = Result { try show(view, pager: pager) }
    // A shell that did not find the pager read nothing of it.
    if pager?.finish() == .notFound { throw PagerNotFound(command: command) }
    try shown.get()
  }

  /// Warns of something beside the result.
  package func warn(_ message: StyledText) { write(["\("warning:", .warning) \(message)"]) }

  /// Tells of the error that ended the command; with `--json` also as the document, if none was shown.
  package func present(_ error: any Error) {
    if error is ExitStatus || error is ReaderLeft { return }
    if settings.format == .json, hasShown.withLock({ !$0 }) {
      if let document = try? JSONOutput.bytes(
        error: Explanation(of: error), indented: isIndented)
      {
        try? output.write(document)
      }
    }
    write(ErrorPresentation.lines(for: error))
  }

  private var isIndented: Bool { output.isTerminal }

  private func show(
    _ view: some View, pager: Pager?, onlyWarnings: Bool = false, before error: (any Error)? = nil
  ) throws {
    switch settings.format {
    case .json:
      let document = try JSONOutput.bytes(
        data: view.document, error: error.map { Explanation(of: $0) }, indented: isIndented)
      hasShown.withLock { $0 = true }
      try progress.interrupt { try output.write(document) }
    case .text:
      let page = Page(
        width: output.isTerminal ? output.columns(environment: environment) : nil,
        inColor: isColored(output), onlyWarnings: onlyWarnings
      ) { [progress, output] bytes in
        if let pager {
          try pager.write(bytes)
        } else {
          try progress.interrupt { try output.write(bytes) }
        }
      }
      view.write(to: page)
      try page.finish()
    }
  }

  /// A message that cannot be written has nowhere else to go.
  private func write(_ lines: [StyledText]) {
    let inColor = isColored(errors)
    let text = lines.map { $0.rendered(inColor: inColor) + "\n" }.joined()
    progress.interrupt { try? errors.write(text.utf8) }
  }

  private static func progressForm(
    _ settings: OutputSettings, _ environment: [String: String], _ stream: TextStream
  ) -> TerminalProgress.Form {
    let canDraw = stream.isTerminal && environment["TERM"] != "dumb"
    switch settings.progress {
    case .never: return .none
    case .automatic where !canDraw: return .none
    case .always where !canDraw: return .log
    case .automatic, .always:
      return .line(
        columns: stream.columns(environment: environment),
        inColor: settings.color.isColored(isTerminal: true, environment: environment))
    }
  }
}
