import Diagnostics
import Files
import Foundation
import Glibc
import Store
import TestSupport
import Testing
import Workflows
import emend

private struct Greeting: View {
  struct Document: Encodable {
    let shortName: String
    let loss: Double
    let path: String
  }
  let name: String
  var document: Document { Document(shortName: name, loss: .infinity, path: "a/b") }

  func write(to page: Page) {
    page.line("\("hello", .heading) \(name)")
    page.paragraph("two\n\nlines", indented: 4)
  }
}

private struct Paragraph: View {
  let document: String
  func write(to page: Page) { page.paragraph(document, indented: 2) }
}

@Suite struct ConsoleTests {
  private let directory: TemporaryDirectory
  private let refusal = SampleError()

  private struct SampleError: ExplainedError {
    let explanation = Explanation(
      "the header does not fit", file: "m.safetensors", field: "header length", found: "9",
      expected: "at most 8", remedy: "Fetch it again.")
  }

  init() throws { directory = try TemporaryDirectory() }

  @Test(
    "a paragraph that is copied has the lines of one that is taken apart",
    arguments: [
      "", "\n", "a", "a\n", "a\n\n", "\n\na ", "two\nlines\n", "ü\nb", "a\tb\nc", "\u{1B}[2J\nd",
    ])
  func paragraph(text: String) throws {
    let lines = StyledText.lines(of: text, indented: 2).map { $0.plain + "\n" }.joined()
    #expect(try Page.text(of: Paragraph(document: text)) == lines)
  }

  /// What a console writes to two files, by what is done with it.
  private func written(
    format: OutputSettings.Format = .text, color: ColorChoice = .never,
    _ body: (Console) throws -> Void
  ) throws -> (output: String, errors: String) {
    let streams = ["output", "errors"].map {
      TextStream(descriptor: open(directory[$0], O_WRONLY | O_CREAT | O_TRUNC, 0o600), name: $0)
    }
    defer { for stream in streams { close(stream.descriptor) } }
    var settings = OutputSettings()
    settings.format = format
    settings.color = color
    try body(Console(settings, environment: [:], output: streams[0], errors: streams[1]))
    let texts = try ["output", "errors"].map {
      String(decoding: try directory.read($0), as: UTF8.self)
    }
    return (texts[0], texts[1])
  }

  @Test("results go to standard output, messages to standard error")
  func streams() throws {
    let (output, errors) = try written {
      try $0.show(Greeting(name: "Ada"))
      $0.warn("look out")
    }
    #expect(output == "hello Ada\n    two\n\n    lines\n")
    #expect(errors == "warning: look out\n")
  }

  @Test(
    "JSON is one document with its version, sorted keys in snake case, and words for what JSON lacks"
  )
  func json() throws {
    let (output, _) = try written(format: .json) { try $0.show(Greeting(name: "Ada")) }
    #expect(
      output
        == #"{"data":{"loss":"inf","path":"a/b","short_name":"Ada"},"schema_version":2}"# + "\n")
  }

  @Test("an error has its parts under each other, and the remedy as a hint")
  func errorText() throws {
    let (output, errors) = try written { $0.present(refusal) }
    #expect(output.isEmpty)
    #expect(
      errors == """
        error: the header does not fit
          file:     m.safetensors
          field:    header length
          found:    9
          expected: at most 8
        hint: Fetch it again.

        """)
  }

  @Test("with --json an error is also the document, unless a result was shown")
  func errorDocument() throws {
    let alone = try written(format: .json) { $0.present(refusal) }
    let document =
      #"{"error":{"expected":"at most 8","field":"header length","file":"m.safetensors","found":"9","#
      + #""remedy":"Fetch it again.","summary":"the header does not fit"},"schema_version":2}"#
    #expect(alone.output == document + "\n")
    #expect(alone.errors.hasPrefix("error: the header does not fit\n"))
    let after = try written(format: .json) {
      try $0.show(Greeting(name: "Ada"))
      $0.present(refusal)
    }
    #expect(after.output.split(separator: "\n").count == 1)
  }

  @Test("an error of no room of ours is one line")
  func foreignError() throws {
    struct Odd: Error, CustomStringConvertible { let description = "odd\nthing" }
    #expect(try written { $0.present(Odd()) }.errors == "error: odd\\nthing\n")
  }

  @Test("a status that was thrown to end a command is not talked about")
  func statusIsSilent() throws {
    #expect(try written { $0.present(ExitStatus.refused) }.errors.isEmpty)
  }

  @Test("a full disk under standard output is reported by name")
  func fullOutput() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    let console = Console(
      OutputSettings(), environment: [:],
      output: TextStream(descriptor: full, name: "standard output"))
    #expect(throws: FileFailure.system(.write, path: "standard output", code: ENOSPC)) {
      try console.show(Greeting(name: "Ada"))
    }
  }

  @Test("on a terminal, long text goes through the pager that was chosen")
  func pager() throws {
    let terminal = try PseudoTerminal()
    let stream = TextStream(descriptor: terminal.device, name: "terminal")
    let copy = directory["paged"]
    let environment = [
      "PATH": "/usr/bin:/bin", "EMEND_PAGER": "tee \(copy)", "PAGER": "false", "TERM": "xterm",
    ]
    let console = Console(OutputSettings(), environment: environment, output: stream)
    try console.page(Greeting(name: "Ada"), corePager: "false")
    let expected = "\u{1B}[1mhello\u{1B}[m Ada\n    two\n\n    lines\n"
    #expect(String(decoding: try directory.read("paged"), as: UTF8.self) == expected)
    #expect(terminal.closeAndRead() == expected)
  }

  @Test("a pager that is not there is an error: the text was not shown")
  func pagerMissing() throws {
    let terminal = try PseudoTerminal()
    let stream = TextStream(descriptor: terminal.device, name: "terminal")
    let environment = ["PATH": "/usr/bin:/bin", "PAGER": "/nonexistent", "TERM": "xterm"]
    let console = Console(OutputSettings(), environment: environment, output: stream)
    let error = #expect(throws: PagerNotFound.self) {
      try console.page(Greeting(name: "Ada"))
    }
    #expect(error?.explanation.summary == "the pager cannot be started")
    _ = terminal.closeAndRead()
  }

  @Test("a result that is not for a terminal is never paged")
  func noPager() throws {
    let (output, _) = try written { try $0.page(Greeting(name: "Ada"), corePager: "false") }
    #expect(output.hasPrefix("hello Ada"))
  }
}

@Suite struct ChoiceTests {
  @Test("colors: the option, then NO_COLOR, then CLICOLOR_FORCE, then the terminal")
  func colors() {
    func colored(_ choice: ColorChoice, _ terminal: Bool, _ environment: [String: String]) -> Bool {
      choice.isColored(isTerminal: terminal, environment: environment)
    }
    #expect(colored(.always, false, ["NO_COLOR": "1"]))
    #expect(!colored(.never, true, ["CLICOLOR_FORCE": "1"]))
    #expect(!colored(.auto, true, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1", "TERM": "xterm"]))
    #expect(colored(.auto, true, ["NO_COLOR": "", "TERM": "xterm"]))
    #expect(colored(.auto, false, ["CLICOLOR_FORCE": "1"]))
    #expect(!colored(.auto, false, ["CLICOLOR_FORCE": "0", "TERM": "xterm"]))
    #expect(!colored(.auto, true, ["TERM": "dumb"]))
    #expect(colored(.auto, true, [:]))
  }

  @Test("pagers: EMEND_PAGER, GIT_PAGER, core.pager, PAGER, less; empty and cat mean none")
  func pagers() throws {
    let all = ["EMEND_PAGER": "a -x", "PAGER": "c"]
    #expect(Pager.command(environment: all, corePager: "b") == "a -x")
    #expect(Pager.command(environment: ["PAGER": "c"], corePager: "b") == "b")
    #expect(Pager.command(environment: ["GIT_PAGER": "g", "PAGER": "c"], corePager: "b") == "g")
    #expect(Pager.command(environment: ["PAGER": "c"], corePager: nil) == "c")
    #expect(
      Pager.command(environment: ["EMEND_PAGER": " cat", "PAGER": "c"], corePager: "b") == nil)
    #expect(Pager.command(environment: ["PAGER": ""], corePager: nil) == nil)
    let directory = try TemporaryDirectory()
    let path = ["PATH": directory.path]
    #expect(Pager.command(environment: path, corePager: nil) == nil)
    chmod(try directory.write("#!/bin/sh\n", to: "more"), 0o700)
    #expect(Pager.command(environment: path, corePager: nil) == "more")
    chmod(try directory.write("#!/bin/sh\n", to: "less"), 0o700)
    #expect(Pager.command(environment: path, corePager: nil) == "less")
  }

  @Test(
    "memory sizes as people write them",
    arguments: [
      ("8G", 8 << 30), ("512m", 512 << 20), ("1.5GiB", 3 << 29), ("64KB", 65536),
      ("6000000000", 6_000_000_000),
    ])
  func memory(text: String, bytes: Int) { #expect(MemorySize(argument: text)?.bytes == bytes) }

  @Test(
    "other texts are no memory size",
    arguments: ["", "G", "-1G", "0", "nan", "inf", "1e400", "9e30T", "8X", "0x10", "1 G", "١"])
  func notMemory(text: String) { #expect(MemorySize(argument: text) == nil) }

  @Test("what the user typed wrong is 2; what the disk, a lock or the state refuses is 1")
  func statuses() {
    struct Foreign: Error {}
    let expected: [(any Error, emend.ExitStatus)] = [
      (FileFailure.system(.open, path: "p", code: ENOENT), .misuse),
      (FileFailure.system(.write, path: "p", code: ENOSPC), .refused),
      (FileFailure.locked(path: "p", holder: 1), .refused),
      (StoreError.notFound(searched: "p"), .misuse), (StoreError.nothingToUndo, .refused),
      (WorkflowError.mergeConflicts(lines: [], count: 1, with: "side"), .refused),
      (WorkflowError.noMoments, .misuse), (emend.ExitStatus.refused, .refused),
      (Foreign(), .refused),
    ]
    for (error, status) in expected {
      #expect(emend.ExitStatus(after: error) == status, "\(error)")
    }
  }
}
