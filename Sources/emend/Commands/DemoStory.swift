internal import ArgumentParser

/// What `emend demo` does, step by step: each a few words and a command, run as it is shown.
struct DemoStory {
  private let console: Console
  private let model: String
  private let directory: String

  /// A story told through a console, about the model in a directory.
  init(_ console: Console, model: String, directory: String) {
    self.console = console
    self.model = model
    self.directory = directory
  }

  /// Tells it; the first command that fails ends it.
  func tell() throws {
    try say(
      """
      A small GPT-2 that knows 20,000 facts of the real world is the base. Its directory is only read; \
      a repository beside it gets the edits.
      """)
    try emend(
      "init", "--base", model + "/model", "--hparams", model + "/hparams_memit.json",
      "--templates", model + "/context_templates.json", "--name", "study-model")
    try say("Before anything is edited, the model says what it learned.")
    try emend("generate", "--next", "2", "Angola is located in")
    try say("MEMIT needs to know how keys are spread over ordinary text: once per base.")
    try emend(
      "stats", "--corpus", model + "/corpus.txt", "--documents", "line", "--samples", "800")

    try say("Fifty facts in one batch become one commit of compressed low-rank deltas.")
    try emend("commit", "first.jsonl", "-m", "Move fifty facts")
    try emend("log", "--oneline")
    try emend("facts", "--grep", "angola")
    try emend("diff", "HEAD~1", "HEAD", "--stat")
    try say("The edited checkpoint is an ordinary Hugging Face directory.")
    try emend("apply", "--output", "edited")
    try emend("generate", "--next", "2", "Angola is located in")

    try say("A second batch goes on top.")
    try emend("commit", "second.jsonl", "-m", "Move fifty more")
    try say(
      "Now the first batch turns out to be wrong. It lies under the second, and is taken out all the same."
    )
    try emend("revert", "HEAD~1")
    try emend("generate", "--next", "2", "Angola is located in", "The capital of Norway is")
    try say(
      """
      Angola is back in Africa and the second batch holds. Is the first gone to the last bit? A branch \
      that never had it must be the same model: the second commit alone, on the base.
      """)
    try emend("switch", "--create", "never-had-it", "HEAD~3")
    try emend("cherry-pick", "main~1")
    try emend("diff", "main", "never-had-it")
    try emend("apply", "main", "--dry-run")
    try emend("apply", "never-had-it", "--dry-run")
    try emend("switch", "main")

    try say("Every byte of the repository can be verified, and plain Git reads it.")
    try emend("fsck")
    try git("--no-pager", "--git-dir", ".emend", "log", "--stat", "--format=%h %s", "main")
    try say(
      "All of this is in \(directory)/ for you to explore: cd \(directory), then emend --help.")
  }

  private func say(_ text: String) throws {
    try console.show(NarrationView(text))
  }

  private func emend(_ arguments: String...) throws {
    try console.show(CommandLineView(["emend"] + arguments))
    // The story is about its own repository, whatever the environment names.
    let place = arguments.first == "init" ? [] : ["--repo", "."]
    guard let command = try Emend.parseAsRoot(arguments + place) as? any EmendCommand else {
      return
    }
    defer { console.progress.end() }
    try command.run(on: console)
  }

  private func git(_ arguments: String...) throws {
    try console.show(CommandLineView(["git"] + arguments))
    do {
      _ = try ForegroundCommand.run(
        ["git"] + arguments, variables: console.environment, output: .standardOutput)
    } catch is ForegroundCommand.NotStarted {
      console.warn("git is not installed")
    }
  }
}
