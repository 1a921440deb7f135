import Checkpoint
import Files
import Foundation
import Glibc
import TestSupport
import Testing

/// The base is not what `init` saw, or not where.
@Suite("A base that changed or moved")
struct ChangedBaseTests {
  private let directory: TemporaryDirectory
  private let model: TinyModel
  private let repository: UserRepository
  private var weights: String { repository.kit.base + "/model.safetensors" }

  init() throws {
    directory = try TemporaryDirectory()
    model = try TinyModel(in: directory)
    repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
  }

  private func changeByte(ofTensor tensor: String, keepingTime: Bool = false) throws {
    let stamp = try FileStamp(ofFileAt: weights)
    let file = try WeightFile(weights)
    let place = try 8 + file.header.utf8.count + file.range(of: tensor).lowerBound
    let handle = try #require(fopen(weights, "r+"))
    fseek(handle, place, SEEK_SET)
    fputc(Int32(file.data[try file.range(of: tensor).lowerBound] ^ 1), handle)
    fclose(handle)
    guard keepingTime else { return }
    let time = timespec(
      tv_sec: Int(stamp.modified / 1_000_000_000), tv_nsec: Int(stamp.modified % 1_000_000_000))
    #expect(utimensat(AT_FDCWD, weights, [time, time], 0) == 0)
  }

  @Test("a changed base is refused by all that use it, the file is named, and status tells")
  func changed() throws {
    try changeByte(ofTensor: "transformer.ln_f.bias")
    for arguments in [
      ["apply", "--output", "out"], ["apply", "--dry-run"],
      repository.commitArguments(model.second),
      ["generate", "Oslo is in"], ["stats", "--corpus", model.first],
    ] {
      try expectRefusal(
        repository, arguments, 1,
        [
          "the base has changed since it was fingerprinted", "model.safetensors",
          "emend base set DIR",
        ])
    }
    let status = try repository.document("status")
    #expect(status["base_state"]?.string == "changed")
    #expect(
      try repository("status").outputText.contains("changed since it was read: model.safetensors"))
  }

  @Test("touched and otherwise the same, it is read once and then trusted again")
  func touched() throws {
    let before = try repository.fingerprint()
    #expect(utimensat(AT_FDCWD, weights, nil, 0) == 0)
    #expect(try repository.document("status")["base_state"]?.string == "changed")
    #expect(try repository.fingerprint() == before)
    #expect(try repository.document("status")["base_state"]?.string == "present")
  }

  @Test("time and size set back: a tensor that is edited is hashed, or what comes of it")
  func hiddenChange() throws {
    // One commit names its weights, the other does not: a revert needs no base.
    try repository.commit(model.second)
    try repository("revert", "HEAD")
    try changeByte(ofTensor: "transformer.h.1.mlp.fc_out.weight", keepingTime: true)
    for arguments in [
      ["HEAD"], ["HEAD~1"], ["HEAD~1", "--dtype", "f32"], ["HEAD", "--threads", "1"],
      ["HEAD~1", "--threads", "1"],
    ] {
      try expectRefusal(
        repository, ["apply", "--output", "out"] + arguments, 1,
        ["the base has changed", "transformer.h.1.mlp.fc_out.weight"])
    }
  }

  @Test("a commit that names other weights: base and edits decide, and that is said")
  func otherWeights() throws {
    let (git, wrong) = (try repository.git(), String(repeating: "0", count: 64))
    let before = try repository.fingerprint()
    let message = "Reworded\n\nEmend-Weights: \(wrong)"
    let commit = try git("commit-tree", "HEAD^{tree}", "-p", "HEAD~1", "-m", message).lines[0]
    let found = try repository.document("apply", commit, "--dry-run")
    #expect(found["fingerprint"]?.string == before)
    #expect(found["recorded_fingerprint"]?.string == wrong)
    #expect(
      try repository("apply", commit, "--dry-run").outputText.contains(
        "warning: the commit names other weights: \(wrong)\n"))
    try changeByte(ofTensor: "transformer.h.1.mlp.fc_out.weight", keepingTime: true)
    try expectRefusal(
      repository, ["apply", commit, "--output", "out"], 1, ["the base has changed"])
  }

  @Test("time and size set back elsewhere: --verify reads every byte")
  func verified() throws {
    try changeByte(ofTensor: "transformer.ln_f.bias", keepingTime: true)
    let refusal = ["the base has changed", "transformer.ln_f.bias"]
    try repository("generate", "Oslo is in")
    try expectRefusal(repository, ["apply", "--output", "out", "--verify"], 1, refusal)
    // What was found is not forgotten.
    try expectRefusal(
      repository, ["generate", "Oslo is in"], 1, ["the base has changed", "model.safetensors"])
  }

  @Test("moved: the way out is said, and once named the new place gives the same weights")
  func moved() throws {
    let before = try repository.fingerprint()
    try FileManager.default.moveItem(atPath: repository.kit.base, toPath: directory["elsewhere"])
    for arguments in [["apply", "--dry-run"], repository.commitArguments(model.second)] {
      try expectRefusal(
        repository, arguments, 2,
        ["the base is not where it was", repository.kit.base, "emend base set DIR"])
    }
    #expect(try repository.document("status")["base_state"]?.string == "missing")
    // What needs no weights goes on.
    try repository("log")
    try repository("revert", "HEAD")
    try repository("undo")
    try repository("base", "set", directory["elsewhere"])
    #expect(try repository.fingerprint() == before)
  }

  @Test("another checkpoint is not taken for the base, and both fingerprints are shown")
  func another() throws {
    try FileManager.default.copyItem(atPath: repository.kit.base, toPath: directory["other"])
    var file = try WeightFile(directory["other/model.safetensors"])
    file.data[file.data.count - 1] ^= 0x40
    try file.write()
    let fingerprint = try repository.document("base")["fingerprint"]?.string ?? ""
    try expectRefusal(
      repository, ["base", "set", directory["other"]], 2,
      ["this checkpoint is not the repository's base", "expected: \(fingerprint)"])
    #expect(try repository.document("base")["path"]?.string == repository.kit.base)
  }

  @Test("another tokenizer is refused, with its digest")
  func tokenizer() throws {
    let text = try String(contentsOfFile: repository.kit.base + "/tokenizer.json", encoding: .utf8)
    try directory.write(text + "\n", to: "base/tokenizer.json")
    try expectRefusal(
      repository, repository.commitArguments(model.second), 2,
      ["the file is not the one the repository was made with", "tokenizer.json", "SHA-256"])
    // It would go into the checkpoint that is written.
    try expectRefusal(repository, ["apply", "--output", "out"], 2, ["tokenizer.json"])
    #expect(try repository.document("status")["base_state"]?.string == "changed")
  }

  @Test("another configuration makes the same weights another model: refused, with its digest")
  func configuration() throws {
    let path = repository.kit.base + "/config.json"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let other = text.replacingOccurrences(of: "\"n_head\": ", with: "\"n_head\":  ")
    #expect(other != text)
    try directory.write(other, to: "base/config.json")
    for arguments in [
      ["generate", "Oslo is in"], ["apply", "--dry-run"], repository.commitArguments(model.second),
      ["base", "set", repository.kit.base],
    ] {
      try expectRefusal(
        repository, arguments, 2,
        [
          "the file is not the one the repository was made with", "config.json", "SHA-256",
          "emend base set DIR --accept-configuration",
        ])
    }
    #expect(try repository("status").outputText.contains("changed since it was read: config.json"))
    try directory.write(text, to: "base/config.json")
    try repository("generate", "Oslo is in")
  }

  /// Writes both files in other words that say the same.
  private func reword(_ name: String, _ old: String, _ new: String) throws -> String {
    let path = repository.kit.base + "/" + name
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let other = text.replacingOccurrences(of: old, with: new)
    try #require(other != text)
    try directory.write(other, to: "base/" + name)
    return text
  }

  @Test("a configuration and a tokenizer in other words can be accepted, and taken back")
  func accepted() throws {
    let before = try repository.fingerprint()
    let answer = try repository("generate", "Oslo is in").outputText
    try expectRefusal(
      repository, ["base", "set", repository.kit.base, "--accept-configuration"], 2,
      ["--accept-configuration has no effect where both files are those of the base"])
    let configuration = try reword("config.json", "\"n_head\": ", "\"n_head\":  ")
    let tokenizer = try reword("tokenizer.json", "\"version\": ", "\"version\":  ")
    try expectRefusal(repository, ["base", "set", repository.kit.base], 2, ["config.json"])
    try repository("base", "set", repository.kit.base, "--accept-configuration")
    #expect(try repository("generate", "Oslo is in").outputText == answer)
    try repository(repository.commitArguments(model.second))
    try repository("revert", "HEAD")
    #expect(try repository.fingerprint() == before)
    #expect(try repository.document("status")["base_state"]?.string == "present")
    let shown = try repository.document("base")
    #expect(
      shown["accepted"]?.array?.compactMap(\.string) == ["config.json", "tokenizer.json"])
    #expect(
      try repository("base").outputText.contains("config.json, tokenizer.json with other bytes"))
    // These bytes, and no others.
    _ = try reword("config.json", "\"n_head\":  ", "\"n_head\":   ")
    try expectRefusal(repository, ["generate", "Oslo is in"], 2, ["config.json", "SHA-256"])
    // With the original ones, what was accepted is forgotten.
    let again = try reword("tokenizer.json", "\"version\":  ", "\"version\":   ")
    try directory.write(configuration, to: "base/config.json")
    try directory.write(tokenizer, to: "base/tokenizer.json")
    try repository("base", "set", repository.kit.base)
    #expect(try repository.document("base")["accepted"]?.array?.isEmpty == true)
    try directory.write(again, to: "base/tokenizer.json")
    try expectRefusal(repository, ["generate", "Oslo is in"], 2, ["tokenizer.json"])
  }

  @Test("what is another architecture, or none, cannot be accepted")
  func unacceptable() throws {
    _ = try reword("config.json", "\"n_head\": 3", "\"n_head\": 2")
    try expectRefusal(
      repository, ["base", "set", repository.kit.base, "--accept-configuration"], 2,
      ["the checkpoint is of another architecture", "3 heads"])
    #expect(try repository.document("base")["accepted"]?.array?.isEmpty == true)
  }
}
