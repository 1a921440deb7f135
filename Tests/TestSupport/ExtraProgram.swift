internal import Glibc

/// A program that a test needs beside what building needs: a web server, a browser.
///
/// The one rule for all of them: where such a program is missing, the tests that need it are skipped and
/// say so; under `EMEND_TEST_REQUIRE=all`, which `.ci/run` sets, they run and fail.
///
/// ```swift
/// @Suite(.enabled(if: ExtraProgram.areReady(.webServer), ExtraProgram.reason(.webServer)))
/// …
/// let server = try ExtraProgram.webServer.path()
/// ```
package struct ExtraProgram: Sendable {
  /// The program's name, looked up in `PATH` and where Debian puts servers.
  package let name: String
  /// The Debian package that brings it.
  package let package: String

  /// A program and its Debian package. A new one belongs into `.ci/run` as well.
  package init(_ name: String, package: String) {
    self.name = name
    self.package = package
  }

  /// A web server that runs CGI programs.
  package static let webServer = ExtraProgram("lighttpd", package: "lighttpd")
  /// The server of OpenSSH.
  package static let sshServer = ExtraProgram("sshd", package: "openssh-server")
  /// The client of OpenSSH.
  package static let sshClient = ExtraProgram("ssh", package: "openssh-client")
  /// A browser that shows a page without a screen.
  package static let browser = ExtraProgram("chromium", package: "chromium")

  /// It is not installed.
  package struct Missing: Error, CustomStringConvertible {
    /// What to install.
    package let description: String
  }

  /// Where it is.
  /// - Throws: ``Missing``.
  package func path() throws -> String {
    guard let found = installed else { throw Missing(description: Self.reason(self)) }
    return found
  }

  /// Whether tests that need these programs run: all are installed, or none may be missing.
  package static func areReady(_ programs: ExtraProgram...) -> Bool { areReady(programs) }

  /// Whether tests that need these programs run.
  package static func areReady(_ programs: [ExtraProgram]) -> Bool {
    isAllRequired || programs.allSatisfy { $0.installed != nil }
  }

  /// The comment of a test that is skipped.
  package static func reason(_ programs: ExtraProgram...) -> String { reason(programs) }

  /// The comment of a test that is skipped.
  package static func reason(_ programs: [ExtraProgram]) -> String {
    let names = programs.map(\.name).joined(separator: ", ")
    let packages = programs.map(\.package).joined(separator: " ")
    return "needs \(names): apt-get install \(packages)"
  }

  /// Whether nothing may be skipped for a missing program: `EMEND_TEST_REQUIRE=all`.
  package static var isAllRequired: Bool {
    getenv("EMEND_TEST_REQUIRE").map { String(cString: $0) } == "all"
  }

  private var installed: String? {
    CleanEnvironment.program(name)
      ?? ["/usr/sbin", "/usr/local/sbin", "/sbin"].map { "\($0)/\(name)" }
      .first { access($0, X_OK) == 0 }
  }
}
