internal import ArgumentParser
internal import Store
internal import Workflows

/// `emend base`
struct Base: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "base", abstract: "Show or name the checkpoint that edits start from",
    discussion: """
      The checkpoint is not part of a repository, which knows its fingerprint. After a clone, or when \
      the checkpoint moved, say where it is.

      EXAMPLES:
        emend base
        emend base set models/gpt-j-6b
      """, subcommands: [BaseShow.self, BaseSet.self], defaultSubcommand: BaseShow.self)
}

/// `emend base show`
struct BaseShow: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what the repository knows of its base",
    discussion: "EXAMPLE: emend base show --json")

  @OptionGroup var common: CommonOptions

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let base = try repository.stack(at: repository.head().commit).base()
    try console.show(
      BaseView(
        base, path: repository.baseDirectory(of: base.fingerprint),
        accepted: base.acceptedFiles(in: repository)))
  }
}

/// `emend base set`
struct BaseSet: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Say where the base is",
    discussion: """
      Every byte of it is verified against the fingerprint, then the directory is remembered. After \
      'emend resolve --onto-base', the same says where the base of earlier commits is.

      config.json and tokenizer.json must be those of 'emend init', byte for byte: with others, the same \
      weights are another model. Another version of transformers writes them in other words; where they \
      say the same, --accept-configuration takes them, on this machine, until the original ones are back.

      EXAMPLES:
        emend base set models/gpt-j-6b
        emend base set downloads/gpt-j-6b --accept-configuration
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var threading: ThreadOptions
  @Argument(help: "The checkpoint directory.", completion: .directory)
  var directory: String
  @Flag(help: "Take its config.json and tokenizer.json for the base's although their bytes differ.")
  var acceptConfiguration = false

  func run(on console: Console) throws {
    let repository = try common.openRepository(console)
    let base = try BaseBinding.bind(
      repository, to: Paths.absolute(directory), acceptingConfiguration: acceptConfiguration,
      threads: threading.threadCount, progress: console.progress)
    try console.tell(
      BaseView(
        base, path: repository.baseDirectory(of: base.fingerprint),
        accepted: base.acceptedFiles(in: repository)))
  }
}
