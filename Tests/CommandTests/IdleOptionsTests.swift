import Checkpoint
import TestSupport
import Testing

@Suite struct IdleOptionsTests {
  /// Command lines with an option that another one, or the lack of one, leaves without effect.
  static let lines = [
    "apply --adapter a --dtype f16", "apply --adapter a --link", "apply --adapter a --verify",
    "apply --dry-run --reflink", "branch -m old new --contains HEAD", "branch -c new --merged HEAD",
    "branch -d old --no-merged HEAD", "branch --show-current --verbose", "branch -D old --remotes",
    "branch --show-current --all", "branch --list --force", "branch --remotes --all",
    "commit facts --seed 3 --templates t",
    "diff HEAD HEAD --documents line", "eval data --text-seed 3", "eval data --references r",
    "fetch --no-tags --force", "generate text --next 1 --tokens 5",
    "generate text --next 1 --top-k 3", "generate text --next 1 --seed 4", "generate text --seed 4",
    "merge side --conflicts -m text", "merge side --conflicts --stats s",
    "merge side --conflicts --require r", "merge side --conflicts --no-interference",
    "merge side --conflicts --sign", "merge side --conflicts --ff-only",
    "merge side --ff-only --theirs", "pull --ff-only --ours",
    "merge side --conflicts --theirs", "merge side --conflicts --resolve r",
    "pull --ff-only --resolve r", "pull --ff-only -m text", "pull --ff-only --sign",
    "pull --ff-only --stats s", "pull --ff-only --no-interference",
    "pull --no-tags --force", "push origin --delete side --force", "push origin -u --delete side",
    "push origin --delete side --tags", "push origin --delete side --no-notes",
    "revert HEAD --stats s", "revert HEAD --fact f -m 1", "stats --npz 1=f --documents line",
    "stats --npz 1=f --save-every 9", "stats --npz 1=f --samples 9", "stats --npz 1=f --hparams h",
    "stats --npz 1=f --method rome", "status --quiet --progress",
    "sweep data -o d --n 3 --parts categories", "sweep data -o d --min-cases 3 --parts mixes",
    "sweep data -o d --mix a,b --parts scaling", "sweep data -o d --stats s --methods ft,mend",
    "sweep data -o d --editor e", "sweep data -o d --seed 3 --templates memit=t",
    "targets facts --seed 3 --templates t",
  ]

  @Test("an option that would do nothing is refused, with its name and that of the other")
  func refused() throws {
    let directory = try TemporaryDirectory()
    for line in Self.lines {
      let outcome = try EmendProcess(in: directory.path).run(
        line.split(separator: " ").map(String.init) + ["--json"])
      #expect(outcome.ending == .exit(2), "\(line)")
      let document = try JSONValue(parsing: outcome.output, file: line)
      let summary = try #require(document["error"]?["summary"]?.string, "\(line)")
      let given = line.split(separator: " ").filter { $0.hasPrefix("--") }
      #expect(summary.contains(" has no effect ") && outcome.errorText.contains(summary))
      #expect(given.allSatisfy { summary.contains($0) }, "\(line): \(summary)")
    }
    #expect(try contents(of: directory.path).isEmpty)
  }

  @Test("so it is where only the repository or a file tells")
  func found() throws {
    let scene = try Scene(commits: 0)
    let (repository, facts) = (scene.repository, scene.model.first)
    // Contexts come from the repository's file.
    let seed = ["--seed has no effect", "with the repository's context templates"]
    try expectRefusal(repository, repository.commitArguments(facts) + ["--seed", "3"], 2, seed)
    try expectRefusal(repository, ["targets", facts, "--seed", "3"], 2, seed)
    try expectRefusal(repository, ["sweep", facts, "-o", "sweep", "--seed", "3"], 2, seed)
    let hparams = try scene.directory.write(
      #"{"layers": [1], "num_steps": 8, "lr": 0.01}"#, to: "ft.json")
    try repository("commit", facts, "--method", "ft", "--hparams", hparams)
    let stats = ["--stats has no effect", "no edit was solved with second moments"]
    for command in [
      ["resolve", "HEAD"], ["resolve", "--all"], ["revert", "HEAD", "--fact", "Oslo"],
    ] {
      try expectRefusal(repository, command + ["--stats", "nosuch"], 2, stats)
    }
    try expectRefusal(
      repository, ["resolve", "HEAD", "--refresh-targets"], 2,
      ["--refresh-targets has no effect", "no edit was solved for targets"])
    for option in ["--link", "--reflink"] {
      try expectRefusal(
        repository, ["apply", "--dtype", "bf16", option, "--output", "other"], 2,
        ["\(option) has no effect", "with --dtype, which rewrites every file"])
    }
    try repository("apply", "--output", scene.directory["edited"])
    try repository("reset", "HEAD~1")
    try expectRefusal(
      repository, ["import", scene.directory["edited"], "--precision", "0.1"], 2,
      ["--precision has no effect", "on a checkpoint, which is kept bit for bit"])
    try repository("import", scene.directory["edited"])
    try repository("switch", "--create", "side", "HEAD~1")
    try repository("commit", scene.model.second, "--method", "ft", "--hparams", hparams)
    try expectRefusal(
      repository, ["merge", "main", "--stats", "nosuch"], 2,
      ["--stats has no effect", "where no batch loses a fact"])
  }

  @Test("so it is with what does not make, move or delete anything")
  func words() throws {
    let directory = try TemporaryDirectory()
    for line in [
      "branch --show-current main", "branch --force", "tag --force",
      "tag --delete v1 --force", "tag --list --force", "tag -n --force",
      "clone a b --repo c", "demo --repo c", "init --repo c --base b",
      "init --memory 1G --base b", "base set --memory 1G b",
    ] {
      let outcome = try EmendProcess(in: directory.path).run(
        line.split(separator: " ").map(String.init))
      #expect(outcome.ending == .exit(2), "\(line)")
      let option = try #require(line.split(separator: " ").first { $0.hasPrefix("--") })
      #expect(outcome.errorText.contains(option), "\(line)")
    }
  }
}
