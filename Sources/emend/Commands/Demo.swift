internal import ArgumentParser
internal import Editing
internal import Files
internal import FoundationEssentials

/// `emend demo`
struct Demo: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Tell the whole story on the bundled model, in a repository to explore",
    discussion: """
      Makes a directory with a repository and two files of facts, and runs the commands that a user \
      would type, one after the other.

      EXAMPLE: emend demo
      """)

  @OptionGroup var common: CommonOptions
  @Argument(help: "The directory to make.", completion: .directory)
  var directory = "demo"

  func validate() throws { try common.refuseRepository() }

  func run(on console: Console) throws {
    guard !console.writesDocuments else {
      throw ValidationError("The demo is a text: it has no document for --json.")
    }
    let bundle = try BundledModel.find()
    let path = Paths.absolute(directory)
    guard try fileKind(at: path) == nil else {
      throw FileFailure.destinationExists(path: path)
    }
    try makeDirectories(path)
    let facts = try FactsFile(path: bundle + "/counterfact_500.json").cases
    for (name, range) in [("first.jsonl", 0..<50), ("second.jsonl", 50..<100)] {
      try AtomicFile.write(FactLines.encode(Array(facts[range])), to: path + "/" + name)
    }
    guard FileManager.default.changeCurrentDirectoryPath(path) else {
      throw ValidationError("Cannot enter \(path).")
    }
    try DemoStory(console, model: Paths.relative(bundle, to: path), directory: directory).tell()
  }
}

/// The model and the facts that come with the program.
private enum BundledModel {
  /// Looks upwards from the executable, in a checkout and in an installation.
  static func find() throws -> String {
    var directory = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    while directory.count > 1 {
      directory = URL(filePath: directory).deletingLastPathComponent().path
      if directory.hasSuffix("/") { directory.removeLast() }
      for place in ["/Fixtures/counterfact", "/share/emend/Fixtures/counterfact"] {
        if try fileKind(at: directory + place) == .directory { return directory + place }
      }
    }
    throw ValidationError("The bundled model is not beside this program.")
  }
}
