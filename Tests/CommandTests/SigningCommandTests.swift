import Checkpoint
import Foundation
import Files
import Glibc
import TestSupport
import Testing

/// Signatures are made and checked by the programs that Git uses, so that Git itself is the oracle.
@Suite(
  "Signed commits",
  .enabled(if: ExtraProgram.areReady(.sshKeys), "\(ExtraProgram.reason(.sshKeys))"))
struct SigningCommandTests {
  private let scene: Scene
  private let key: String

  init() throws {
    scene = try Scene(commits: 0)
    key = scene.directory["signer"]
    try Self.makeKey(key)
    try git("config", "gpg.format", "ssh")
    try git("config", "user.signingKey", key)
  }

  private static func makeKey(_ path: String) throws {
    let made = try ChildProcess(
      try ExtraProgram.sshKeys.path(),
      ["-q", "-t", "ed25519", "-N", "", "-C", "a key", "-f", path],
      environment: [:], in: "/"
    ).run()
    #expect(made.ending == .exit(0), "\(made.errorText)")
  }

  @discardableResult
  private func git(_ arguments: String...) throws -> ReferenceGit.Outcome {
    try scene.repository.git().run(arguments)
  }

  private func allow(_ principal: String, _ key: String? = nil) throws {
    let text = try String(contentsOfFile: (key ?? self.key) + ".pub", encoding: .utf8)
    let file = try scene.directory.write("\(principal) \(text)", to: "allowed")
    try git("config", "gpg.ssh.allowedSignersFile", file)
  }

  private func signature(_ revision: String = "HEAD") throws -> JSONValue? {
    try scene.repository.document("show", revision)["signature"]
  }

  @Test("tag.gpgSign signs tags, as Git checks them; one without a message cannot be signed")
  func signedTag() throws {
    try git("config", "tag.gpgSign", "true")
    try allow("carl@example.org")
    try scene.repository("tag", "-m", "Shipped", "v1")
    let verified = try git("tag", "-v", "v1")
    #expect(verified.status == 0, "\(verified.errors)")
    #expect(try scene.repository("tag", "-n").outputText.hasSuffix(" Shipped\n"))
    #expect(try !scene.repository("show", "v1").outputText.contains("SSH SIGNATURE"))
    try expectRefusal(scene.repository, ["tag", "v2"], 2, ["tag.gpgSign", "-m TEXT"])
    try git("config", "tag.gpgSign", "false")
    try git("config", "tag.forceSignAnnotated", "true")
    try scene.repository("tag", "v2")
    try scene.repository("tag", "-m", "Signed", "v3")
    #expect(try git("tag", "-v", "v3").status == 0)
  }

  @Test("what a program writes with the ends of lines of Windows is a signature")
  func otherEndsOfLines() throws {
    try allow("carl@example.org")
    let program = try scene.directory.write(
      """
      #!/bin/sh
      '\(try ExtraProgram.sshKeys.path())' "$@" || exit
      for file; do :; done
      sed -i 's/$/\\r/' "$file.sig"

      """, to: "signer.exe")
    chmod(program, 0o700)
    try git("config", "gpg.ssh.program", program)
    try git("config", "tag.gpgSign", "true")
    try scene.repository("tag", "-m", "Shipped", "v1")
    try git("config", "--unset", "gpg.ssh.program")
    let verified = try git("tag", "-v", "v1")
    #expect(verified.status == 0, "\(verified.errors)")
    #expect(try !git("cat-file", "tag", "v1").output.utf8.contains(UInt8(ascii: "\r")))
  }

  @Test("Ctrl-C while a program signs leaves none of the files that were made for it")
  func interrupted() throws {
    let scene = try Scene(commits: 1)
    let (temporary, seen) = (scene.directory["temporary"], scene.directory["seen"])
    try makeDirectories(temporary)
    let program = try scene.directory.write(
      """
      #!/bin/sh
      exec >/dev/null 2>&1 </dev/null
      ls "$TMPDIR" > "\(seen)"
      kill -INT $PPID
      i=0
      while [ $i -lt 200 ] && kill -0 $PPID; do sleep 0.05; i=$((i + 1)); done

      """, to: "signer")
    chmod(program, 0o700)
    var emend = scene.repository.emend
    emend.environment["TMPDIR"] = temporary
    let settings = [
      ("gpg.format", "ssh"), ("gpg.ssh.program", program),
      ("user.signingKey", "key::ssh-ed25519 A"),
    ]
    emend.environment["GIT_CONFIG_COUNT"] = "\(settings.count)"
    for (index, (key, value)) in settings.enumerated() {
      emend.environment["GIT_CONFIG_KEY_\(index)"] = key
      emend.environment["GIT_CONFIG_VALUE_\(index)"] = value
    }
    #expect(try emend.run(["revert", "--sign", "HEAD"]).ending == .signal(SIGINT))
    #expect(try scene.directory.read("seen").isEmpty == false)
    #expect(try listDirectory(temporary).isEmpty)
  }

  @Test("git verify-commit and git log accept what --sign signs; the model is the same")
  func signed() throws {
    try scene.repository.commit(scene.model.first)
    let unsigned = try scene.repository.tree()
    #expect(try signature()?["status"]?.string == "none")
    try scene.repository("undo")
    try scene.repository(scene.repository.commitArguments(scene.model.first) + ["--sign"])
    #expect(try scene.repository.tree() == unsigned)

    #expect(try signature()?["status"]?.string == "unknown-key")
    try allow("carl@example.org")
    #expect(try git("verify-commit", "HEAD").status == 0)
    let log = try git("log", "--show-signature", "-1")
    #expect(log.output.contains("Good \"git\" signature for carl@example.org"), "\(log)")
    #expect(try scene.repository.git().complaints() == "")
    try scene.repository("fsck")
    let said = try #require(try signature())
    #expect(said["status"]?.string == "good" && said["format"]?.string == "ssh")
    #expect(said["principal"]?.string == "carl@example.org")
    #expect(said["key"]?.string?.hasPrefix("SHA256:") == true)
    #expect(try scene.repository(["show", "HEAD"]).outputText.contains("Signature: good by carl"))
  }

  /// The last commit with another message and its signature.
  private func forged() throws -> String {
    let bytes = try git("cat-file", "commit", "HEAD").output
    #expect(bytes.contains("Facts\n"))
    let forged = try scene.repository.git().run(
      ["hash-object", "-t", "commit", "-w", "--stdin"],
      input: Array(bytes.replacing("Facts\n", with: "Other\n").utf8))
    return try #require(forged.lines.first)
  }

  @Test("a signature of another commit is bad, one by a stranger's key is of an unknown key")
  func bad() throws {
    try allow("carl@example.org")
    try scene.repository(scene.repository.commitArguments(scene.model.first) + ["--sign"])
    let id = try forged()
    #expect(try git("verify-commit", id).status != 0)
    #expect(try signature(id)?["status"]?.string == "bad")

    let other = scene.directory["stranger"]
    try Self.makeKey(other)
    try allow("eve@example.org", other)
    #expect(try git("verify-commit", "HEAD").status != 0)
    #expect(try signature()?["status"]?.string == "unknown-key")
    // Keys that were revoked count no more.
    try allow("carl@example.org")
    try git("config", "gpg.ssh.revocationFile", key + ".pub")
    #expect(try git("verify-commit", "HEAD").status != 0)
    #expect(try signature()?["status"]?.string == "bad")
  }

  @Test("an audit that asks for signatures takes those of allowed keys alone, and a bad one never")
  func audited() throws {
    try scene.repository(scene.repository.commitArguments(scene.model.first) + ["--sign"])
    func audit(_ range: String, _ options: String...) throws -> ProcessOutcome {
      try scene.repository.emend.run(
        ["audit", range, "-v", "--stats", scene.model.kit.moments] + options)
    }
    let stranger = try audit("HEAD~1..HEAD", "--require-signed")
    #expect(stranger.ending == .exit(1) && stranger.outputText.contains("unknown-key"))
    #expect(try audit("HEAD~1..HEAD").ending == .exit(0))
    try allow("carl@example.org")
    let known = try audit("HEAD~1..HEAD", "--require-signed")
    #expect(known.ending == .exit(0), "\(known.outputText)")
    #expect(known.outputText.contains("signature: good, by carl@example.org"))

    let id = try forged()
    let bad = try audit("HEAD~1..\(id)")
    #expect(bad.ending == .exit(1) && bad.outputText.contains("the signature is bad"))
  }

  @Test("a setting that says neither yes nor no is refused: nothing is recorded unsigned")
  func unreadableTruth() throws {
    try git("config", "commit.gpgSign", "ture")
    try expectRefusal(
      scene.repository, scene.repository.commitArguments(scene.model.first), 2,
      ["commit.gpgSign", "ture"])
    try git("config", "commit.gpgSign", "0")
    try scene.repository.commit(scene.model.first)
    #expect(try !git("cat-file", "commit", "HEAD").output.contains("gpgsig"))
  }

  @Test("where commit.gpgSign says so, every command that commits signs; --no-sign does not")
  func configured() throws {
    try allow("carl@example.org")
    // A name alone is true.
    let file = scene.repository.gitDirectory + "/config"
    let present = try String(contentsOfFile: file, encoding: .utf8)
    try (present + "[commit]\n\tgpgSign\n").write(
      toFile: file, atomically: true, encoding: .utf8)
    let stats = ["--stats", scene.model.kit.moments]
    try scene.repository.commit(scene.model.first)
    try scene.repository("branch", "side")
    try scene.repository("revert", "HEAD")
    try scene.repository("switch", "side")
    try scene.repository.commit(scene.model.second)
    try scene.repository("switch", "main")
    try scene.repository("cherry-pick", "side")
    try scene.repository(["resolve", "--all"] + stats)
    try scene.repository("merge", "side")
    for revision in ["HEAD", "HEAD~1", "HEAD~2", "HEAD~3", "side"] {
      #expect(try git("verify-commit", revision).status == 0, "\(revision)")
    }
    try scene.repository("revert", "side", "--no-sign")
    #expect(try git("verify-commit", "HEAD").status != 0)
  }

  @Test("what cannot be signed is refused before anything is computed")
  func refused() throws {
    let arguments = scene.repository.commitArguments(scene.model.first) + ["--sign"]
    try git("config", "gpg.ssh.program", "no-such-program")
    try expectRefusal(
      scene.repository, arguments, 1, ["the program that signs is not there", "no-such-program"])
    let noProgram = try scene.directory.write("text\n", to: "no-program")
    chmod(noProgram, 0o644)
    try git("config", "gpg.ssh.program", noProgram)
    try expectRefusal(
      scene.repository, arguments, 1, ["the program that signs is not there", noProgram])
    try git("config", "--unset", "gpg.ssh.program")
    try git("config", "user.signingKey", scene.directory["none"])
    try expectRefusal(
      scene.repository, arguments, 2,
      ["the key to sign with is not there", scene.directory["none"]])
    try scene.directory.write("no key\n", to: "junk")
    try git("config", "user.signingKey", scene.directory["junk"])
    try expectRefusal(scene.repository, arguments, 1, ["the commit could not be signed", "junk"])
    try git("config", "--unset", "user.signingKey")
    try expectRefusal(scene.repository, arguments, 2, ["there is no key to sign with"])
    try git("config", "gpg.format", "wax")
    try expectRefusal(
      scene.repository, arguments, 2,
      ["signatures of an unknown kind", "wax", "openpgp, x509, ssh"])
  }

  @Test(
    "OpenPGP signatures, as gpg makes them",
    .enabled(if: ExtraProgram.areReady(.gpg), "\(ExtraProgram.reason(.gpg))"))
  func openPGP() throws {
    let home = try TemporaryDirectory()
    let gpg = try ExtraProgram.gpg.path()
    var environment = CleanEnvironment.variables(home: home.path)
    environment["GNUPGHOME"] = home.path
    let made = try ChildProcess(
      gpg,
      [
        "--batch", "-q", "--passphrase", "", "--quick-gen-key", "Carl <carl@example.org>",
        "ed25519", "sign", "never",
      ], environment: environment, in: home.path
    ).run()
    #expect(made.ending == .exit(0), "\(made.errorText)")
    try git("config", "--unset", "user.signingKey")
    try git("config", "gpg.format", "openpgp")
    var emend = scene.repository.emend
    emend.environment["GNUPGHOME"] = home.path
    emend.environment["GIT_COMMITTER_NAME"] = "Carl"
    let committed = try emend.run(
      scene.repository.commitArguments(scene.model.first) + ["--sign"])
    #expect(committed.ending == .exit(0), "\(committed.errorText)")
    let verified = try scene.repository.git().run(
      ["verify-commit", "HEAD"], environment: ["GNUPGHOME": home.path])
    #expect(verified.status == 0, "\(verified.errors)")
    let said = try JSONValue(
      parsing: emend.run(["show", "HEAD", "--json"]).output, file: "show")["data"]?["signature"]
    #expect(said?["status"]?.string == "good" && said?["format"]?.string == "openpgp")
    #expect(said?["principal"]?.string == "Carl <carl@example.org>")
    // Another ring does not know the key.
    #expect(try signature()?["status"]?.string == "unknown-key")
    _ = try ChildProcess(
      "/bin/sh", ["-c", "gpgconf --kill all"], environment: environment, in: home.path
    ).run()
  }
}

extension ExtraProgram {
  /// Makes keys and signatures; comes with the client of OpenSSH.
  fileprivate static let sshKeys = ExtraProgram("ssh-keygen", package: "openssh-client")
  /// GNU Privacy Guard.
  fileprivate static let gpg = ExtraProgram("gpg", package: "gnupg")
}
