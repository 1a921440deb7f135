import Checkpoint
import Files
import Foundation
import TestSupport
import Testing

/// What `apply` writes, byte by byte, next to the base.
@Suite("Bytes of applied checkpoints")
struct OutputBytesTests {
  /// The data of a tensor, and the header with its length.
  private func parts(_ path: String) throws -> (header: [UInt8], tensors: [String: [UInt8]]) {
    let file = try SafetensorsFile(path: path)
    return (
      Array(file.headerBytes),
      Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, Array($0.bytes)) })
    )
  }

  private func changed(_ document: JSONValue) -> Set<String> {
    Set(document["changed"]?.array?.compactMap { $0["name"]?.string } ?? [])
  }

  @Test("one file: the header with its metadata and every untouched tensor are the base's")
  func oneFile() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    var file = try WeightFile(model.kit.base + "/model.safetensors")
    file.header.replace(
      "{\"format\":\"pt\"}", with: #"{"format":"pt","note":"Größe \"x\"  \u00e9","empty":""}"#,
      maxReplacements: 1)
    file.header += "   "
    try file.write()
    let repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
    let base = try contents(of: model.kit.base)
    let document = try repository.document("apply", "--output", "out")

    let touched = changed(document)
    #expect(touched == ["transformer.h.1.mlp.fc_out.weight", "transformer.h.2.mlp.fc_out.weight"])
    let old = try parts(model.kit.base + "/model.safetensors")
    let new = try parts(directory["work/out/model.safetensors"])
    #expect(new.header == old.header)
    for (name, bytes) in old.tensors {
      #expect((new.tensors[name] == bytes) != touched.contains(name), "\(name)")
    }
    for item in document["changed"]?.array ?? [] {
      let name = try #require(item["name"]?.string)
      let found = Digest(of: try #require(new.tensors[name])).hexadecimal
      #expect(item["sha256"]?.string == found)
    }
    let written = try contents(of: directory["work/out"])
    #expect(Set(written.keys) == Set(base.keys))
    for (name, digest) in base where name != "/model.safetensors" {
      #expect(written[name] == digest, "\(name)")
    }
    #expect(try contents(of: model.kit.base) == base)
  }

  @Test("shards: only those with a changed tensor differ, and the index is copied")
  func shards() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(.mistral, in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    try repository.commit(model.first)
    let base = try contents(of: model.kit.base)
    let touched = changed(try repository.document("apply", "--output", "out"))
    #expect(touched.count == 2)
    let written = try contents(of: directory["work/out"])
    #expect(Set(written.keys) == Set(base.keys))
    var untouchedShards = 0
    for (name, digest) in base {
      guard name.hasSuffix(".safetensors") else {
        #expect(written[name] == digest, "\(name)")
        continue
      }
      let old = try parts(model.kit.base + name)
      let new = try parts(directory["work/out"] + name)
      #expect(new.header == old.header, "\(name)")
      for (tensor, bytes) in old.tensors {
        #expect((new.tensors[tensor] == bytes) != touched.contains(tensor), "\(tensor)")
      }
      let isTouched = !touched.isDisjoint(with: old.tensors.keys)
      #expect((written[name] == digest) != isTouched, "\(name)")
      if !isTouched { untouchedShards += 1 }
    }
    #expect(untouchedShards >= 1)
  }

  @Test("without edits, the output is a copy")
  func copy() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(.mistral, in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    try repository("apply", "--output", "out")
    #expect(try contents(of: directory["work/out"]) == contents(of: model.kit.base))
  }

  @Test("no command writes to the base (I7)")
  func baseUntouched() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let before = try contents(of: model.kit.base)
    let stamp = try FileStamp(ofFileAt: model.kit.base + "/model.safetensors")
    let repository = try UserRepository(model.kit, in: directory)
    try directory.write("Oslo is in\nBern is in\n", to: "prompts.txt")
    try repository.commit(model.first)
    try repository.commit(model.second)
    for arguments in [
      ["status"], ["log"], ["show"], ["facts"],
      ["diff", "HEAD~1", "--prompts", directory["prompts.txt"]],
      ["generate", "Oslo is in"], ["apply", "--output", "out", "--verify"], ["apply", "--dry-run"],
      ["revert", "HEAD~1", "--fact", "Oslo", "--stats", model.kit.moments], ["revert", "HEAD~1"],
      ["stats", "--corpus", directory["first.jsonl"]], ["base", "set", model.kit.base], ["fsck"],
      ["undo"],
      ["switch", "--create", "side", "HEAD~1"], ["cherry-pick", "main"], ["merge", "main"],
    ] { try repository(arguments) }
    #expect(try contents(of: model.kit.base) == before)
    #expect(try FileStamp(ofFileAt: model.kit.base + "/model.safetensors") == stamp)
  }

  /// Runs a shell's words before `emend`, whose path and arguments follow them.
  private func run(
    after words: String, _ repository: UserRepository, _ arguments: [String]
  ) throws -> ProcessOutcome {
    var child = try repository.emend.child([])
    child.arguments = ["-c", words + "exec \"$0\" \"$@\"", child.executable] + arguments
    child.executable = "/bin/sh"
    return try child.run()
  }

  @Test("a limit on the size of files is said, and leaves nothing")
  func fileLimit() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    let before = try lasting(repository)
    let outcome = try run(after: "ulimit -f 16; ", repository, ["apply", "--output", "out"])
    #expect(outcome.ending == .exit(1), "\(outcome.ending)")
    #expect(outcome.errorText.contains("files this large"), "\(outcome.errorText)")
    #expect(try lasting(repository) == before)
  }

  @Test("a name that is no text is refused, and not written as another one")
  func notText() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    let before = try lasting(repository)
    let words = "set -- \"$@\" \"$(printf 'out\\377')\"; "
    let outcome = try run(after: words, repository, ["apply", "--json", "--output"])
    #expect(outcome.ending == .exit(2), "\(outcome.ending)")
    #expect(outcome.errorText.contains("argument 4"), "\(outcome.errorText)")
    #expect(outcome.outputText.contains("a name is not UTF-8"), "\(outcome.outputText)")
    #expect(try lasting(repository) == before)
  }

  @Test("a directory that exists is left as it is, and so is one that is a file or a dangling link")
  func existing() throws {
    let directory = try TemporaryDirectory()
    let model = try TinyModel(in: directory)
    let repository = try UserRepository(model.kit, in: directory)
    try directory.write("precious", to: "work/out/file")
    try directory.write("precious", to: "work/file")
    try FileManager.default.createSymbolicLink(
      atPath: directory["work/link"], withDestinationPath: "nowhere")
    for name in ["out", "file", "link"] {
      try expectRefusal(
        repository, ["apply", "--output", name], 1,
        ["the destination exists already", directory["work/" + name]])
    }
    #expect(try directory.read("work/out/file") == Array("precious".utf8))
  }
}
