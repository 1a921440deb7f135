import Checkpoint

/// Takes the content of a new edit piece by piece, so that no more than one tensor's payload is in memory.
///
/// What was taken is visible to nobody before the commit that it belongs to is recorded.
package final class EditWriter {
  private let pack: PackWriter
  private var deltas: [DeltaRecord] = []
  private var targets: [ChunkRecord] = []
  private var changes: [(path: [String], item: TreeWriter.Item?)] = []

  init(writing pack: PackWriter) { self.pack = pack }

  /// Bytes of deltas and targets so far.
  package private(set) var payloadByteCount = 0

  /// Takes the change of one tensor.
  /// - Throws: ``StoreError/emptyPayload``; ``GitFailure`` when the disk refuses.
  package func add(delta description: DeltaRecord.Description, payload: [UInt8]) throws {
    let path = EditPath.delta(of: description.tensor)
    deltas.append(DeltaRecord(description, chunks: try store(payload, at: path)))
  }

  /// Takes the stored targets.
  package func add(targets payload: [UInt8]) throws {
    targets = try store(payload, at: [EditPath.targets])
  }

  private func store(_ payload: [UInt8], at path: [String]) throws -> [ChunkRecord] {
    guard !payload.isEmpty else {
      throw StoreError.emptyPayload(path.joined(separator: "/"))
    }
    payloadByteCount += payload.count
    return try ChunkRecord.ranges(of: payload.count).enumerated().map { index, range in
      let bytes = range.count == payload.count ? payload : Array(payload[range])
      let blob = try pack.add(.blob, bytes)
      changes.append((path + [EditPath.chunk(index)], .init(mode: .file, id: blob)))
      return ChunkRecord(byteCount: bytes.count, digest: Digest(of: bytes))
    }
  }

  /// Completes the edit: its manifest, its id and what stands where in its directory.
  func seal(
    _ description: EditDescription, facts: FactLines, base: Digest
  ) throws -> (
    id: EditID, manifest: EditManifest, files: [(path: [String], item: TreeWriter.Item?)]
  ) {
    let manifest = try EditManifest(
      description, base: base, facts: facts.record, deltas: deltas, targets: targets)
    let bytes = manifest.json.bytes
    let files = [
      ([EditPath.manifest], try pack.add(.blob, bytes)),
      ([EditPath.facts], try pack.add(.blob, facts.bytes)),
    ]
    return (
      EditID(ofManifest: bytes), manifest,
      changes + files.map { ($0.0, .init(mode: .file, id: $0.1)) }
    )
  }
}
