import Checkpoint
import Store
import TestSupport
import Testing

/// A repository with a small base, and edits whose payloads are random bytes.
final class SampleRepository {
  static let environment = GitEnvironment(
    variables: [
      "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Ada Lovelace",
      "GIT_AUTHOR_EMAIL": "ada@example.com", "GIT_COMMITTER_NAME": "Charles Babbage",
      "GIT_COMMITTER_EMAIL": "charles@example.com",
    ], fixedTime: GitMoment(seconds: 1_700_000_000, offsetMinutes: 60))

  static let tensors = ["h.0.mlp.out.weight", "h.1.mlp.out.weight", "../Weird Näme/.git"]

  let directory: TemporaryDirectory
  let repository: EditRepository
  let git: ReferenceGit
  var gitDirectory: String { repository.location.gitDirectory }

  init(_ environment: GitEnvironment = environment) throws {
    directory = try TemporaryDirectory()
    repository = try EditRepository.create(
      in: directory.path, base: Self.base(), named: "tiny", environment)
    git = try ReferenceGit(repository.location.gitDirectory)
  }

  /// Another object on the same repository, as another process would have.
  func reopened() throws -> EditRepository {
    try EditRepository(opening: repository.location, Self.environment)
  }

  /// - Parameter seed: other seeds give other weights, so other bases.
  static func base(_ seed: UInt8 = 2) throws -> BaseManifest {
    try base(
      tensors: tensors.map {
        .init(
          name: $0, elementType: .float32, shape: [16, 32],
          digest: Digest(of: Array($0.utf8) + [seed]), gridExponent: -50)
      } + [
        .init(
          name: "positions", elementType: .int64, shape: [7], digest: Digest(of: [1]),
          gridExponent: nil)
      ])
  }

  static func base(tensors: [BaseManifest.Tensor]) throws -> BaseManifest {
    let records = tensors.map {
      TensorRecord(
        declaration: .init(name: $0.name, elementType: $0.elementType, shape: $0.shape),
        digest: $0.digest, largestMagnitude: nil)
    }
    return try BaseManifest(
      fingerprint: CheckpointManifest(records).fingerprint, architecture: "GPTJForCausalLM",
      modelType: "gptj", tensors: tensors, tokenizer: Digest(of: [2]))
  }

  /// The content of an edit, which follows from its seed.
  struct SampleEdit {
    let description: EditDescription
    let facts: FactLines
    let deltas: [(description: DeltaRecord.Description, payload: [UInt8])]
    let targets: [UInt8]?
  }

  static func edit(
    _ seed: UInt64, on tree: ObjectID, facts: Int = 3, bytes: Int = 500, tensors: Int = 3
  ) throws -> SampleEdit {
    var random = SeededGenerator(seed: seed)
    let error = try #require(DecimalText(0.001))
    return SampleEdit(
      description: EditDescription(
        method: "memit",
        hyperparameters: .init([("layers", .array([.integer(3), .integer(4)]))]),
        contextTemplates: ["{}", "The \"quoted\" / text. {}"],
        provenance: facts == 0 ? .undeclared : .computed, computedOn: tree,
        statistics: [.init(name: "h.0", digest: Digest(of: [3]))],
        measurements: .init([
          ("after", .object(.init([("success", .string("0.98"))])))
        ]), tool: "emend 0.1.0"),
      facts: try FactLines(
        (0..<facts).map { "{\"prompt\":\"{} is in\",\"subject\":\"Tower \(seed).\($0)\"}" }),
      deltas: Self.tensors.prefix(tensors).map {
        (
          DeltaRecord.Description(
            tensor: $0, kind: .lowRank(rank: 4), shape: [16, 32], relativeError: error,
            keyError: error, norm: error, weightNorm: nil),
          randomBytes(bytes, &random)
        )
      }, targets: randomBytes(100, &random))
  }

  static func randomBytes(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      withUnsafeBytes(of: random.next()) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
  }

  /// The same with other facts.
  static func edit(_ seed: UInt64, on tree: ObjectID, lines: [String]) throws -> SampleEdit {
    let edit = try edit(seed, on: tree)
    return SampleEdit(
      description: edit.description, facts: try FactLines(lines), deltas: edit.deltas,
      targets: edit.targets)
  }

  /// Records an edit on `HEAD`.
  @discardableResult
  func record(
    _ edit: SampleEdit, _ message: String = "Move some towers", in other: EditRepository? = nil,
    expecting head: ObjectID? = nil
  ) throws -> RecordedCommit {
    try (other ?? repository).recordEdit(
      edit.description, facts: edit.facts, deltas: edit.deltas, targets: edit.targets,
      message: message, expecting: head)
  }

  /// Records an edit that was computed on the base, whatever is active now.
  @discardableResult
  func record(
    seed: UInt64, bytes: Int = 500, in other: EditRepository? = nil
  ) throws -> RecordedCommit {
    try record(Self.edit(seed, on: baseTree(), bytes: bytes), "Edit \(seed)", in: other)
  }

  /// All commits that `HEAD` reaches.
  func history() throws -> Set<ObjectID> {
    var found: Set<ObjectID> = []
    try repository.walk(from: [repository.head().commit]) {
      found.insert($0.id)
      return .goOn
    }
    return found
  }

  /// The tree without edits.
  func baseTree() throws -> ObjectID {
    var tree: ObjectID?
    try repository.walk(from: [repository.head().commit]) {
      tree = $0.commit.tree
      return .goOn
    }
    return try #require(tree)
  }

  func commit(_ text: String) throws -> ObjectID {
    try repository.commitID(RevisionExpression(text))
  }

  func tree(_ text: String = "HEAD") throws -> ObjectID {
    try repository.commit(commit(text)).tree
  }
}
