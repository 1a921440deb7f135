internal import ArgumentParser
internal import Checkpoint
internal import Store
internal import Workflows

/// `emend apply`
struct Apply: EmendCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply", abstract: "Write the checkpoint of a revision, or an adapter",
    discussion: """
      Bytes that no edit touches are copied as they are. The directory appears whole or not at all. With \
      --adapter, what a revision or a range A..B changes is written as a PEFT LoRA, read back and compared.

      EXAMPLES:
        emend apply --output edited/
        emend apply v1.2 --dry-run
        emend apply --output wide/ --dtype f32
        emend apply v1.1..v1.2 --adapter lora/
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var compute: ComputeOptions
  @Argument(help: "The revision; with --adapter, or a range A..B.")
  var revision = RevisionExpression.head
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The directory to make.", valueName: "dir"),
    completion: .directory)
  var output: String?
  @Option(
    help: ArgumentHelp("Write a LoRA adapter into this new directory instead.", valueName: "dir"),
    completion: .directory)
  var adapter: String?
  @Option(help: "What floating-point tensors are stored as (default: as they are).")
  var dtype: StoredType?
  @Flag(exclusivity: .exclusive) var untouched: UntouchedFiles?
  @Flag(
    name: .customLong("dry-run"), help: "Write nothing; show the digests of what would be written.")
  var isDryRun = false
  @Flag(help: "Read every byte of the base against its fingerprint first.")
  var verify = false

  func validate() throws {
    guard [output != nil, adapter != nil, isDryRun].filter({ $0 }).count == 1 else {
      throw ValidationError("Give either --output DIR, --adapter DIR or --dry-run.")
    }
    try ValidationError.refuse(
      ["--dtype": dtype != nil, "--link/--reflink": untouched != nil, "--verify": verify],
      when: adapter != nil, "with --adapter")
    try ValidationError.refuse(
      ["--link/--reflink": untouched != nil], when: isDryRun, "with --dry-run")
  }

  func run(on console: Console) throws {
    let workspace = try common.openWorkspace(console, compute)
    if let adapter {
      let outcome = try ExportAdapter(in: workspace).run(
        workspace.repository.resolve(revision), output: Paths.absolute(adapter))
      return try console.tell(AdapterView(outcome, output: adapter))
    }
    let outcome = try ApplyRevision(in: workspace).run(
      workspace.repository.commitID(revision), output: output.map(Paths.absolute),
      as: dtype?.elementType, untouched: untouched?.way ?? .copied,
      check: verify ? .everyByte : .stamp)
    let view = ApplyView(outcome, output: output)
    try isDryRun ? console.show(view) : console.tell(view)
  }
}

/// How files that no edit touches come over, other than as copies.
enum UntouchedFiles: EnumerableFlag {
  case link
  case reflink

  static func help(for value: UntouchedFiles) -> ArgumentHelp? {
    switch value {
    case .link: "Give weight files that no edit touches a second name instead; never write to them."
    case .reflink: "Have them share their blocks with the base's, as 'cp --reflink=always' does."
    }
  }

  var way: ApplyRevision.Untouched {
    switch self {
    case .link: .linked
    case .reflink: .shared
    }
  }
}

/// The types that a checkpoint can be written in, by the names that safetensors has for them, in small letters.
enum StoredType: String, ExpressibleByArgument, CaseIterable {
  case f32
  case f16
  case bf16

  /// Also PyTorch's names, which configurations have, and capital letters.
  init?(argument: String) {
    switch argument.lowercased() {
    case "f32", "float32", "float": self = .f32
    case "f16", "float16", "half": self = .f16
    case "bf16", "bfloat16": self = .bf16
    default: return nil
    }
  }

  var elementType: ElementType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    }
  }
}
