/// A real browser, without a screen and without a network.
package enum HeadlessBrowser {
  /// The page did not load.
  package struct Failure: Error {
    /// What it said.
    package let outcome: ProcessOutcome
  }

  /// What the browser makes of a page once its scripts ran, as HTML.
  /// - Throws: ``ExtraProgram/Missing``, ``Failure``.
  package static func document(of page: String) throws -> String {
    let profile = try TemporaryDirectory()
    let outcome = try ChildProcess(
      ExtraProgram.browser.path(),
      [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--user-data-dir=\(profile["profile"])", "--dump-dom", "file://\(page)",
      ], environment: CleanEnvironment.variables(home: profile.path), in: profile.path
    ).run()
    guard outcome.ending == .exit(0) else { throw Failure(outcome: outcome) }
    return outcome.outputText
  }
}
