import Files
import Foundation
import Glibc
import Store
import TestSupport
import Testing

/// The process dies, or its disk refuses, at the calls that change files, one after the other (I4).
///
/// After each, the state is the one before or the one after, Git's and our own checks are content, and the
/// next command works. A kill meets every call, of more than ninety every second one; the other faults meet
/// some twenty each, another row for each fault.
@Suite("Crashes and refusals of the disk (I4)")
struct CrashTests {
  enum Verb: String, CaseIterable {
    case commit, revert, merge, takeOver, apply, initialise
  }

  /// What is left of a run.
  private struct State: Equatable {
    var head: ObjectID?
    var tree: ObjectID?
    var output: [String: String]?
    var settings: [String?] = []
  }

  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let repository: UserRepository

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory, .toBeMade)
  }

  private func arguments(_ verb: Verb) -> [String] {
    switch verb {
    case .commit: repository.commitArguments(model.second)
    case .revert: ["revert", "HEAD"]
    case .merge: ["merge", "side"]
    case .takeOver: ["import", directory["edited"]]
    case .apply: ["apply", "--output", "out"]
    case .initialise: repository.initArguments
    }
  }

  private func state() throws -> State {
    var state = State()
    if try fileKind(at: directory["work/out"]) != nil {
      state.output = try contents(of: directory["work/out"])
    }
    guard try fileKind(at: repository.gitDirectory) != nil else { return state }
    let opened = try EditRepository(
      opening: RepositoryLocation(gitDirectory: repository.gitDirectory),
      GitEnvironment(variables: CleanEnvironment.variables(home: directory["work"])))
    state.head = try opened.head().commit
    state.tree = try opened.stack(at: opened.head().commit).tree
    state.settings = try [
      opened.baseDirectory(of: opened.stack(at: opened.head().commit).base().fingerprint),
      opened.setting("hparams"), opened.setting("templates"),
    ]
    #expect(try opened.check().findings.isEmpty)
    return state
  }

  /// Puts `work` back as it was.
  private func restore() throws {
    try removeTree(directory["work"])
    try FileManager.default.copyItem(atPath: directory["pristine"], toPath: directory["work"])
  }

  private func prepare(_ verb: Verb) throws -> (
    before: State, after: State, calls: [String], faulty: FaultyProcess
  ) {
    if verb != .initialise {
      try repository(repository.initArguments)
      try repository.commit(model.first)
    }
    switch verb {
    case .merge:
      try repository("switch", "--create", "side")
      try repository.commit(model.second)
      try repository("switch", "main")
      try repository.commit(
        directory.write(TinyModel.facts([("Lodz", "Riga")]), to: "third.jsonl"))
    case .takeOver:
      try repository("apply", "--output", directory["edited"])
      try repository("revert", "HEAD")
    case .commit, .revert, .apply, .initialise: break
    }
    try FileManager.default.copyItem(atPath: directory["work"], toPath: directory["pristine"])
    let before = try state()
    let faulty = try FaultyProcess(
      repository.emend.child(arguments(verb)), watching: directory["work"])
    let run = try faulty.run()
    try #require(run.outcome.ending == .exit(0), "\(run.outcome.errorText)")
    return (before, try state(), run.calls, faulty)
  }

  private func gitIsContent() throws -> Bool {
    guard try fileKind(at: repository.gitDirectory) != nil else { return true }
    return try repository.git().complaints() == ""
  }

  @Test(
    "killed at each call, or in the middle of a write", arguments: Verb.allCases,
    [FaultyProcess.Fault.kill, .tear])
  func killed(verb: Verb, fault: FaultyProcess.Fault) throws {
    let (before, after, calls, faulty) = try prepare(verb)
    let writes = calls.indices.filter {
      calls[$0].hasPrefix("write") || calls[$0].hasPrefix("pwrite")
    }
    let chosen =
      fault == .kill
      ? faultPoints(calls.count, atMost: 90)
      : writes.map { $0 + 1 }.enumerated()
        .filter { $0.offset % max(1, writes.count / 15) == 0 }.map(\.element)
    var seen: Set<Bool> = []
    for point in chosen {
      try restore()
      let run = try faulty.run(fault, at: point)
      let place: Comment = "\(verb), call \(point) of \(calls.count), \(calls[point - 1])"
      #expect(run.outcome.ending == .signal(SIGKILL), place)
      let left = try state()
      #expect(left == before || left == after, place)
      seen.insert(left == after)
      #expect(try gitIsContent(), place)
      // The same command again; where it was done already, the way back.
      let next = try repository.emend.run(left == before ? arguments(verb) : wayBack(verb))
      #expect(next.ending == .exit(0), "\(place): \(next.errorText)")
      if left == before { #expect(try state() == after, place) }
      #expect(try partials().isEmpty, place)
    }
    #expect(seen.contains(false))
  }

  @Test(
    "refused at each call: a full disk, a broken one, missing permission", arguments: Verb.allCases,
    [
      FaultyProcess.Fault.failure(ENOSPC, .ever), .failure(ENOSPC, .once), .failure(EIO, .once),
      .failure(EACCES, .once),
    ])
  func refused(verb: Verb, fault: FaultyProcess.Fault) throws {
    let (before, after, calls, faulty) = try prepare(verb)
    for point in faultPoints(
      calls.count, from: fault.description.utf8.reduce(0) { $0 + Int($1) }, atMost: 20)
    {
      try restore()
      let run = try faulty.run(fault, at: point)
      let place: Comment =
        "\(verb), \(fault) at call \(point) of \(calls.count), \(calls[point - 1])"
      let left = try state()
      switch run.outcome.ending {
      case .exit(0): #expect(left == after, place)
      case .exit(1), .exit(2):
        // Where the name is there already and only its keeping fails, the new state is whole, and the error
        // says that the disk may not hold it; a disk that stays broken does not let it be taken back.
        let isKept = calls[point - 1].hasPrefix("fsync")
        #expect(left == before || (isKept && left == after), place)
        #expect(run.outcome.errorText.hasPrefix("error: "), place)
        #expect(run.outcome.output.isEmpty, place)
      default: Issue.record("\(place): \(run.outcome.ending)")
      }
      #expect(try gitIsContent(), place)
      #expect(try partials().isEmpty, place)
    }
  }

  @Test(
    "interrupted at each call, it ends by the signal and leaves nothing half-written",
    arguments: Verb.allCases)
  func interrupted(verb: Verb) throws {
    let (before, after, calls, faulty) = try prepare(verb)
    for point in faultPoints(calls.count, atMost: 12) {
      try restore()
      let run = try faulty.run(.interrupt, at: point)
      let place: Comment = "\(verb), call \(point) of \(calls.count), \(calls[point - 1])"
      #expect(run.outcome.ending == .signal(SIGINT), place)
      #expect(run.outcome.errorText.isEmpty, place)
      let left = try state()
      #expect(left == before || left == after, place)
      #expect(try gitIsContent(), place)
      #expect(try partials().isEmpty, place)
    }
  }

  private func wayBack(_ verb: Verb) -> [String] {
    switch verb {
    case .commit, .revert, .takeOver: ["revert", "HEAD"]
    case .merge: ["undo"]
    case .apply: ["apply", "--output", "again"]
    case .initialise: repository.commitArguments(model.first)
    }
  }

  /// What is half-written where a user looks.
  private func partials() throws -> [String] {
    try listDirectory(directory["work"]).filter { $0.hasSuffix(".partial") }
  }
}
