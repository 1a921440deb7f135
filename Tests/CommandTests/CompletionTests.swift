import TestSupport
import Testing

/// What bash offers with the program's own script.
@Suite struct CompletionTests {
  private let scene: SharedScene
  private let script: String

  init() throws {
    scene = try SharedScene(commits: 1)
    script = """
      emend=$1; shift
      source <("$emend" --generate-completion-script bash)
      COMP_WORDS=("$emend" "$@") COMP_CWORD=$# COMP_LINE="emend $*" COMP_POINT=${#COMP_LINE}
      _emend "$emend" "${!#}" "${COMP_WORDS[$#-1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
  }

  private func offers(_ words: String..., in place: String = "work") throws -> Set<String> {
    let emend = try scene.emend(in: place).child([])
    let outcome = try ChildProcess(
      "/bin/bash", ["-c", script, "bash", emend.executable] + words,
      environment: emend.environment, in: emend.directory
    ).run()
    #expect(outcome.ending == .exit(0), "\(outcome.errorText)")
    return Set(outcome.outputText.split(separator: "\n").map(String.init))
  }

  @Test("commands, options and their values")
  func words() throws {
    #expect(try offers("cherry").contains("cherry-pick"))
    #expect(try offers("commit", "--met") == ["--method"])
    #expect(try offers("commit", "--method", "m") == ["memit", "mend"])
    #expect(try offers("config", "get", "push") == ["pushlimit"])
  }

  @Test("names of the repository that the line is about; none outside of one")
  func names() throws {
    try scene("work", "switch", "--create", "candidate")
    try scene("work", "tag", "v1")
    try scene("work", "push", "-u")
    #expect(try offers("switch", "") == ["main", "candidate"])
    #expect(try offers("diff", "HEAD", "v") == ["v1"])
    #expect(try offers("log", "can") == ["candidate"])
    #expect(try offers("fetch", "") == ["origin"])
    try scene.clone(to: "mine")
    #expect(try offers("switch", "can", in: "mine") == ["candidate"])
    #expect(try offers("switch", "--repo", "work", "can", in: "").contains("candidate"))
    #expect(try offers("switch", "--repo=work", "can", in: "").contains("candidate"))
    // So bash takes such a word apart.
    #expect(try offers("switch", "--repo", "=", "work", "can", in: "").contains("candidate"))
    #expect(try offers("switch", "can", in: "").isEmpty)
  }

  @Test("files where a file is wanted, directories where a directory is")
  func files() throws {
    #expect(try offers("commit", scene.model.first).contains(scene.model.first))
    let directory = scene.directory["work"]
    #expect(try offers("init", "--base", String(directory.dropLast())).contains(directory))
    #expect(try !offers("init", "--base", scene.model.first).contains(scene.model.first))
  }
}
