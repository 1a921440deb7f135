package import Diagnostics
internal import Dispatch
internal import Synchronization

extension CheckpointManifest {
  /// Reads all tensors of a checkpoint once: digests, magnitudes, and whether all weights are finite.
  ///
  /// A scalar may be infinite, since masks in half precision are; anything else that is not finite is
  /// refused, naming the first tensor in order and the element.
  /// - Parameter threads: how many tensors are read at the same time.
  /// - Throws: ``CheckpointError/nonFiniteWeight(file:tensor:index:value:)``.
  package init(
    measuring directory: CheckpointDirectory, threads: Int = 2,
    progress: some ProgressSink = NoProgress()
  ) throws(CheckpointError) {
    let views = directory.weightFiles.flatMap { $0.contents.tensors }
    // The largest first, so that no thread is left alone with one at the end.
    let order = views.sorted { ($1.bytes.count, $0.name) < ($0.bytes.count, $1.name) }
    let measured = Self.measure(
      order, total: directory.tensorByteCount, threads: threads, progress: progress)

    for (entry, found) in zip(directory.tensors, measured) {
      guard let index = found.firstNonFinite else { continue }
      let value = try directory.tensor(named: entry.declaration.name).element(index)
      guard entry.declaration.shape.isEmpty && value.isInfinite else {
        throw .nonFiniteWeight(
          file: directory.path + "/" + entry.file, tensor: entry.declaration.name, index: index,
          value: value)
      }
    }
    self.init(measured.map(\.record))
  }

  private static func measure(
    _ tensors: [TensorView], total: Int, threads: Int, progress: some ProgressSink
  ) -> [MeasuredTensor] {
    let next = Atomic<Int>(0)
    let results = Mutex<[MeasuredTensor]>([])
    let done = Mutex<Int>(0)
    progress.report(ProgressEvent(.fingerprint, done: 0, total: total))
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      while true {
        let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard i < tensors.count else { return }
        let measured = MeasuredTensor(tensors[i]) { bytes in
          done.withLock {
            $0 += bytes
            // Inside the lock, so that the figures only grow.
            progress.report(
              ProgressEvent(.fingerprint, done: $0, total: total, detail: tensors[i].name))
          }
        }
        results.withLock { $0.append(measured) }
      }
    }
    return results.withLock { $0 }.sorted {
      $0.record.name.utf8.lexicographicallyPrecedes($1.record.name.utf8)
    }
  }
}

extension TensorView {
  /// One element of a floating tensor, in row-major order.
  fileprivate func element(_ i: Int) -> Double {
    let bytes = bytes[i * elementType.byteCount..<(i + 1) * elementType.byteCount]
    var value = [0.0]
    value.withUnsafeMutableBufferPointer {
      elementType.widen(UnsafeRawBufferPointer(rebasing: bytes), into: $0)
    }
    return value[0]
  }
}
