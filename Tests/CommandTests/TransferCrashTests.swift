import Files
import Foundation
import Glibc
import TestSupport
import Testing

/// The process and its git die, or their disk refuses, while edits travel or the repository is tidied up (I4).
///
/// What `CrashTests` does for single commands of one repository; here some calls of each command are met.
@Suite("Crashes and refusals of the disk while edits travel (I4)")
struct TransferCrashTests {
  enum Verb: String, CaseIterable {
    case clone, fetch, pull, push, gc
  }

  private let scene: SharedScene

  /// The hub has a commit that `work` lacks; `mine`, a clone of it, has one that the hub lacks.
  init() throws {
    scene = try SharedScene(commits: 1)
    try scene("work", "push", "-u")
    try scene.clone(to: "mine")
    try scene.commit(scene.model.second, in: "mine", message: "Mine")
    try scene("mine", "push")
    try scene.commit(scene.model.clash, in: "mine", message: "More")
    try FileManager.default.createDirectory(
      atPath: scene.directory["new"], withIntermediateDirectories: true)
  }

  /// What is run, where, and the directory whose disk is at fault.
  private func plan(_ verb: Verb) -> (place: String, arguments: [String], watched: String) {
    switch verb {
    case .clone: ("new", ["clone", scene.hub, "copy"], scene.directory["new"])
    case .fetch: ("work", ["fetch"], scene.directory["work"])
    case .pull: ("work", ["pull"], scene.directory["work"])
    case .push: ("mine", ["push"], scene.hub)
    case .gc: ("mine", ["gc"], scene.directory["mine"])
    }
  }

  /// The repository that changes.
  private func repository(_ verb: Verb) -> String {
    switch verb {
    case .clone: scene.directory["new/copy/.emend"]
    case .fetch, .pull: scene.directory["work/.emend"]
    case .push: scene.hub
    case .gc: scene.directory["mine/.emend"]
    }
  }

  /// Its references, but for the log of operations, which may tell of what did not take place; empty without a repository.
  private func state(_ verb: Verb) throws -> [String] {
    guard try fileKind(at: repository(verb) + "/HEAD") != nil else { return [] }
    let git = try ReferenceGit(repository(verb))
    #expect(try scene.isSound(repository(verb)))
    return try git("for-each-ref", "--format=%(refname) %(objectname)").lines
      .filter { !$0.hasPrefix("refs/emend/operations") } + git("symbolic-ref", "HEAD").lines
  }

  @Test(
    "killed, or refused once: before or after, and the next command works",
    arguments: Verb.allCases)
  func faults(verb: Verb) throws {
    let (place, arguments, watched) = plan(verb)
    let pristine = scene.directory["pristine"]
    try FileManager.default.copyItem(atPath: watched, toPath: pristine)
    func restore() throws {
      try removeTree(watched)
      try FileManager.default.copyItem(atPath: pristine, toPath: watched)
    }
    let before = try state(verb)
    let faulty = try FaultyProcess(scene.emend(in: place).child(arguments), watching: watched)
    let clean = try faulty.run()
    try #require(clean.outcome.ending == .exit(0), "\(clean.outcome.errorText)")
    let after = try state(verb)
    // A pull has fetched before it merges.
    var between = before
    if verb == .pull {
      try restore()
      try scene("work", "fetch")
      between = try state(verb)
    }
    let faults: [(FaultyProcess.Fault, points: Int)] = [
      (.kill, 10), (.failure(ENOSPC, .ever), 4), (.failure(EACCES, .once), 3),
    ]
    for (fault, count) in faults {
      let middle = max(1, clean.calls.count / count) / 2
      for point in faultPoints(clean.calls.count, from: middle, atMost: count) {
        try restore()
        let outcome = try faulty.run(fault, at: point).outcome
        let comment: Comment =
          "\(verb), \(fault) at call \(point) of \(clean.calls.count), \(clean.calls[point - 1])"
        switch (fault, outcome.ending) {
        case (.kill, .signal(SIGKILL)), (_, .exit(0)): break
        case (_, .exit(1)), (_, .exit(2)):
          #expect(outcome.errorText.contains("error: ") || verb == .push, comment)
        default: Issue.record("\(comment): \(outcome.ending) \(outcome.errorText)")
        }
        let left = try state(verb)
        #expect([before, between, after].contains(left), comment)
        // A lock that plain Git's own receiver left on the other side is for that side to remove.
        if verb == .push { try removeLocks(in: scene.hub) }
        if verb == .clone, !left.isEmpty { continue }
        let again = try scene.emend(in: place).run(arguments)
        #expect(again.ending == .exit(0), "\(comment): \(again.errorText)\(again.outputText)")
        #expect(try state(verb) == after, comment)
        if verb == .clone {
          let names = try listDirectory(scene.directory["new/copy"])
          #expect(names == [".emend"], comment)
        }
      }
    }
  }

  private func removeLocks(in directory: String) throws {
    for name in try listDirectory(directory) {
      let path = directory + "/" + name
      if name.hasSuffix(".lock") {
        try removeTree(path)
      } else if try fileKind(at: path) == .directory {
        try removeLocks(in: path)
      }
    }
  }
}
