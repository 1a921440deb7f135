import Files
import Store
import TestSupport
import Testing

@Suite("Packs")
struct PackTests {
  @Test("many commits leave few packs, and everything can be read")
  func packsAreJoined() throws {
    let sample = try SampleRepository()
    let reader = try sample.reopened()
    let edits = try (0..<70).map {
      try SampleRepository.edit(UInt64($0), on: sample.baseTree(), bytes: 40, tensors: 1)
    }
    for edit in edits { try sample.record(edit) }
    let directory = sample.gitDirectory + "/objects/pack"
    #expect(try packs(in: directory).count <= 51)
    #expect(try listDirectory(directory).filter { $0.hasSuffix(".idx") }.count <= 51)
    #expect(try sample.repository.check().findings.isEmpty)
    #expect(try sample.git.complaints() == "")
    // One that was opened before, and never looked into the packs that are gone, finds its way.
    let stack = try reader.stack(at: reader.head().commit)
    #expect(stack.edits.count == 70)
    for id in stack.edits {
      #expect(try !stack.edit(id).delta(of: SampleRepository.tensors[0]).isEmpty)
    }
    #expect(try sample.git("verify-pack", directory + "/" + packs(in: directory)[0]).status == 0)
  }

  @Test("operations that are no commits leave few packs, too")
  func packsOfOperations() throws {
    let sample = try SampleRepository()
    let commit = try sample.commit("HEAD")
    for number in 0..<70 { try sample.repository.createBranch("b\(number)", at: commit) }
    #expect(try packs(in: sample.gitDirectory + "/objects/pack").count <= 51)
    #expect(try sample.repository.operations(limit: 100).count == 70)
    #expect(try sample.repository.check().findings.isEmpty)
  }

  @Test("packs that git made, with deltas, are left as they are and read as well")
  func packsOfGit() throws {
    let sample = try SampleRepository()
    for seed in 1...3 as ClosedRange<UInt64> { try sample.record(seed: seed) }
    try sample.git("repack", "-a", "-d", "-f", "--depth=50", "--quiet")
    let directory = sample.gitDirectory + "/objects/pack"
    let theirs = try packs(in: directory)
    #expect(theirs.count == 1)
    try sample.git("config", "gc.autoPackLimit", "2")
    for seed in 4...12 as ClosedRange<UInt64> { try sample.record(seed: seed) }
    #expect(try packs(in: directory).contains(theirs[0]))
    #expect(try packs(in: directory).count <= 4)
    #expect(try sample.repository.check().findings.isEmpty)
    #expect(try sample.git.complaints() == "")
  }

  @Test("an index of many packs goes with the packs that it names")
  func multiPackIndex() throws {
    let sample = try SampleRepository()
    try sample.git("config", "gc.autoPackLimit", "0")
    for seed in 1...4 as ClosedRange<UInt64> { try sample.record(seed: seed) }
    try sample.git("multi-pack-index", "write", "--bitmap")
    try sample.git("config", "gc.autoPackLimit", "2")
    try sample.record(seed: 5)
    let directory = sample.gitDirectory + "/objects/pack"
    #expect(try packs(in: directory).count < 5)
    #expect(try listDirectory(directory).filter { $0.hasPrefix("multi-pack-index") } == [])
    #expect(try sample.git.complaints() == "")
    #expect(try sample.git.run(["multi-pack-index", "verify"]).status == 0)
  }

  @Test("gc.autoPackLimit = 0 leaves a pack for each commit")
  func turnedOff() throws {
    let sample = try SampleRepository()
    try sample.git("config", "gc.autoPackLimit", "0")
    for seed in 1...55 as ClosedRange<UInt64> {
      try sample.record(
        SampleRepository.edit(seed, on: sample.baseTree(), bytes: 10, tensors: 1))
    }
    #expect(try packs(in: sample.gitDirectory + "/objects/pack").count == 56)
  }

  @Test("a damaged pack is not joined: nothing of it is lost or passed on")
  func damagedPack() throws {
    let sample = try SampleRepository()
    try sample.git("config", "gc.autoPackLimit", "0")
    let directory = sample.gitDirectory + "/objects/pack"
    // The first pack ends with a commit, which is read before packs are joined.
    let first = try packs(in: directory)
    for seed in 1...4 as ClosedRange<UInt64> { try sample.record(seed: seed) }
    let names = try packs(in: directory).filter { !first.contains($0) }
    // In the data of the last entry, which is the operation.
    let victim = "\(directory)/\(names[1])"
    try flipByte(of: victim, at: FileStamp(ofFileAt: victim).size - 60)
    let bytes = try readFile(victim, limit: 1 << 20)
    try sample.git("config", "gc.autoPackLimit", "2")
    try sample.record(seed: 5)
    #expect(try packs(in: directory).contains(names[1]))
    #expect(try readFile(victim, limit: 1 << 20) == bytes)
  }

  @Test("an edit larger than what is held in memory is spread over packs and whole")
  func largeEdit() throws {
    let sample = try SampleRepository()
    let edit = try SampleRepository.edit(
      1, on: sample.baseTree(), bytes: 2 * ChunkRecord.byteLimit + 1, tensors: 3)
    let recorded = try sample.record(edit)
    #expect(recorded.writtenBytes > 6 * ChunkRecord.byteLimit)
    let stack = try sample.repository.stack(at: recorded.id)
    let stored = try stack.edit(recorded.added[0])
    for delta in edit.deltas {
      #expect(try stored.delta(of: delta.description.tensor) == delta.payload)
      let record = try #require(
        stored.manifest.deltas.first { $0.tensor == delta.description.tensor })
      #expect(record.chunks.map(\.byteCount) == [8 << 20, 8 << 20, 1])
    }
    #expect(try sample.git.complaints() == "")
  }
}
