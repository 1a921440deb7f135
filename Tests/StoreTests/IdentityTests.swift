import Store
import TestSupport
import Testing

@Suite("Who records something")
struct IdentityTests {
  @Test(
    "environment, then author and committer settings, then user settings, then EMAIL, as git does")
  func precedence() throws {
    let home = try TemporaryDirectory()
    let sample = try SampleRepository()
    let cases: [(config: String, variables: [String: String])] = [
      ("[user]\nname = Config\nemail = c@x\n", [:]),
      ("[user]\nname = Config\nemail = c@x\n", ["GIT_AUTHOR_NAME": "Env"]),
      (
        "[user]\nname = Config\nemail = c@x\n[author]\nname = Author\n[committer]\nemail = d@x\n",
        [:]
      ),
      ("[user]\nname = Config\n", ["EMAIL": "e@x"]),
      ("[user]\nname = \" .,Crud; <\\\"x> \"\nemail = c@x\n", [:]),
      (
        "",
        [
          "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Pair",
          "GIT_CONFIG_KEY_1": "user.email", "GIT_CONFIG_VALUE_1": "p@x",
        ]
      ),
      (
        "",
        [
          "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "Pair",
          "GIT_CONFIG_PARAMETERS": #"'user.name'='It'\''s Zed'  'user.email'='z=z@x'"#,
        ]
      ),
      ("", ["GIT_CONFIG_PARAMETERS": #"'user.name=Old '\''Z'\!'' 'user.email=o@x'"#]),
      ("[include]\npath = other\n", [:]),
    ]
    try home.write("[user]\nname = Included\nemail = i@x\n", to: "other")
    for (config, variables) in cases {
      try home.write(config, to: ".gitconfig")
      var environment = variables.merging(["HOME": home.path, "GIT_CONFIG_NOSYSTEM": "1"]) { $1 }
      let ours = try EditRepository(
        opening: sample.repository.location, GitEnvironment(variables: environment)
      ).identity()
      for name in ["AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL"]
      where environment["GIT_\(name)"] == nil { environment["GIT_\(name)"] = "" }
      let theirs = try ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"].map {
        try sample.git.run(["var", $0], environment: environment).output.prefix { $0 != ">" } + ">"
      }
      #expect("\(ours.author.name) <\(ours.author.email)>" == theirs[0], "\(config)")
      #expect("\(ours.committer.name) <\(ours.committer.email)>" == theirs[1], "\(config)")
    }
  }

  @Test("without a name or an address nothing is recorded, and the remedy is said")
  func missing() throws {
    let sample = try SampleRepository()
    let nobody = try EditRepository(
      opening: sample.repository.location, GitEnvironment(variables: ["GIT_CONFIG_NOSYSTEM": "1"]))
    #expect(throws: IdentityError.missing(role: "author", key: "name")) { try nobody.identity() }
    let before = try nobody.head().commit
    #expect(throws: IdentityError.self) {
      try sample.record(SampleRepository.edit(1, on: sample.baseTree()), in: nobody)
    }
    #expect(try nobody.head().commit == before)
    let folder = try TemporaryDirectory()
    #expect(throws: IdentityError.self) {
      try EditRepository.create(
        in: folder.path, base: SampleRepository.base(), named: "x",
        GitEnvironment(variables: ["GIT_CONFIG_NOSYSTEM": "1"]))
    }
    #expect(try RepositoryLocation.isNothing(at: folder[".emend"]), "nothing is half-made")
  }

  @Test("a date that cannot be read is refused")
  func badDate() throws {
    let sample = try SampleRepository()
    var variables = SampleRepository.environment.variables
    variables["GIT_AUTHOR_DATE"] = "some day"
    let repository = try EditRepository(
      opening: sample.repository.location, GitEnvironment(variables: variables))
    #expect(throws: IdentityError.date(variable: "GIT_AUTHOR_DATE", found: "some day")) {
      try repository.identity()
    }
  }
}

extension RepositoryLocation {
  /// Whether no repository stands there.
  static func isNothing(at path: String) throws -> Bool {
    do {
      _ = try RepositoryLocation.find(named: path, from: "/")
      return false
    } catch StoreError.notARepository {
      return true
    }
  }
}
