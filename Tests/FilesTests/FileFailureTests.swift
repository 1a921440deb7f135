import Diagnostics
import Files
import Glibc
import TestSupport
import Testing

@Suite struct FileFailureTests {
  @Test(
    "each errno has its own clause and a remedy",
    arguments: [
      ENOENT, EACCES, EPERM, EEXIST, ENOSPC, EDQUOT, EFBIG, EROFS, EIO, EMFILE, ENFILE, ENOTDIR,
      EISDIR, ENOTEMPTY, ELOOP, ENAMETOOLONG, EXDEV, EMLINK, EBUSY, ENOMEM, ENODEV, ENOLCK, ESTALE,
    ])
  func meanings(code: Int32) {
    let explanation = FileFailure.system(.write, path: "/p", code: code).explanation
    #expect(explanation.summary.hasPrefix("could not write to it: "))
    #expect(explanation.file == "/p")
    #expect(explanation.remedy != nil)
  }

  @Test("an errno without a clause of ours gets the system's words")
  func unknownCode() {
    let explanation = FileFailure.system(.open, path: "/p", code: EPROTO).explanation
    #expect(explanation.summary == "could not open it: Protocol error")
  }

  @Test("every failure can be said in one line")
  func sentences() {
    let failures: [FileFailure] = [
      .tooLarge(path: "f", bytes: 5, limit: 4), .tooLarge(path: "f", bytes: nil, limit: 4),
      .destinationExists(path: "d"), .notRegularFile(path: "d"), .nameNotText(directory: "d"),
    ]
    #expect(
      failures.map(\.description) == [
        "f: the file is too large; found 5 bytes; expected at most 4 bytes. Check that it is the file you mean.",
        "f: the file is too large; found more; expected at most 4 bytes. Check that it is the file you mean.",
        "d: the destination exists already. Choose another name, or move it out of the way first.",
        "d: not a regular file; expected a file. Give the path of a file, not of a directory or device.",
        "d: the directory contains a name that is not UTF-8. Rename that file; `ls -b` shows its bytes.",
      ])
  }

  @Test("a symbolic link that points to itself, and a name that is too long, are refused by name")
  func realErrors() throws {
    let directory = try TemporaryDirectory()
    symlink("loop", directory["loop"])
    #expect(throws: FileFailure.system(.open, path: directory["loop"], code: ELOOP)) {
      try MappedFile(path: directory["loop"])
    }
    let long = directory[String(repeating: "n", count: 300)]
    #expect(throws: FileFailure.system(.open, path: long, code: ENAMETOOLONG)) {
      try MappedFile(path: long)
    }
  }

  @Test("a name that is not UTF-8 is reported, not guessed")
  func nameNotText() throws {
    let directory = try TemporaryDirectory()
    let path = (Array(directory.path.utf8) + [47, 0xFF, 0xFE, 0]).map { CChar(bitPattern: $0) }
    let made = creat(path, 0o600)
    try #require(made >= 0)
    close(made)
    #expect(throws: FileFailure.nameNotText(directory: directory.path)) {
      try listDirectory(directory.path)
    }
    unlink(path)
  }
}
