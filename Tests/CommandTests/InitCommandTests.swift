import Checkpoint
import Files
import TestSupport
import Testing

@Suite struct InitCommandTests {
  @Test("makes a repository with the base's fingerprint and settings, and says so")
  func makes() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory, .toBeMade)
    let text = try repository(repository.initArguments + ["--name", "tiny"]).outputText
    #expect(text.contains("Created a repository in \(repository.gitDirectory)"))
    #expect(text.contains("45 tensors") && text.contains("530.0 kB"))
    let git = try repository.git()
    #expect(try git("log", "--format=%s").lines == ["emend: start from base tiny"])
    #expect(try git("config", "emend.hparams").lines == [model.kit.hyperparameters])
    #expect(try git("config", "emend.templates").lines == [model.kit.templates])
    #expect(try git("config", "emend.base").lines == [model.kit.base])
    #expect(try git("ls-tree", "--name-only", "HEAD").lines == ["base.json", "format"])
    #expect(try listDirectory(directory["work"]) == [".emend"])
  }

  @Test("the document has the fingerprint that apply computes")
  func document() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory, .toBeMade)
    let made = try repository.document("init", "--base", "../base", "sub")
    #expect(made["tensors"]?.integer == 45)
    #expect(made["repository"]?.string == directory["work/sub/.emend"])
    let applied = try repository.document("apply", "--dry-run", "--repo", "sub")
    #expect(applied["fingerprint"]?.string == made["fingerprint"]?.string)
    #expect(applied["base"]?.string == made["fingerprint"]?.string)
  }

  @Test(
    "settings that every commit would refuse are not remembered",
    arguments: [
      ("\"alg_name\": \"ROME\"", "alg_name"),
      ("\"rewrite_module_tmp\": \"transformer.h.{}.mlp.fc_in\"", "rewrite_module_tmp"),
    ])
  func otherMethod(member: String, key: String) throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory, .toBeMade)
    let file = try directory.write(
      TinyModel.hyperparameters.replacing("\"v_lr\"", with: member + ", \"v_lr\""),
      to: "other.json")
    try expectRefusal(
      repository, ["init", "--base", model.kit.base, "--hparams", file], 2, [file, key])
  }

  @Test("a commit that cannot be signed: before the base is read, and no directory is left")
  func notSigned() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory, .toBeMade)
    var emend = repository.emend
    func sign(by settings: (key: String, value: String)...) {
      let all = [("commit.gpgsign", "true"), ("gpg.format", "ssh")] + settings
      emend.environment["GIT_CONFIG_COUNT"] = "\(all.count)"
      for (index, (key, value)) in all.enumerated() {
        emend.environment["GIT_CONFIG_KEY_\(index)"] = key
        emend.environment["GIT_CONFIG_VALUE_\(index)"] = value
      }
    }
    sign(by: ("user.signingkey", directory["none"]))
    // There is no such base.
    let early = try emend.run(["init", "--base", "nowhere", "sub"])
    #expect(early.ending == .exit(2))
    #expect(early.errorText.contains("the key to sign with is not there"), "\(early.errorText)")
    sign(by: ("user.signingkey", "key::ssh-ed25519 A"), ("gpg.ssh.program", "/bin/false"))
    let late = try emend.run(["init", "--base", model.kit.base, "sub"])
    #expect(late.ending == .exit(1))
    #expect(late.errorText.contains("could not be signed"), "\(late.errorText)")
    #expect(try listDirectory(directory["work"]).isEmpty)
  }

  @Test("a repository that is there already is left alone")
  func twice() throws {
    let scene = try Scene(commits: 1)
    try expectRefusal(
      scene.repository, scene.repository.initArguments, 1, ["a repository is there already"])
  }
}
