internal import Transformer

/// What the optimisation of a batch of targets holds, counted as its groups come: what they share counts once.
struct TargetBatchCost {
  private let architecture: ModelArchitecture
  private let layer: Int
  private var tree = TokenTree()
  private var groups: Int32 = 0
  /// Tokens that no change can reach, and those that one can.
  private var fixed = 0
  private var owned = 0
  /// Tokens that those attend to, at most.
  private var attended = 0

  /// An empty batch.
  init(_ architecture: ModelArchitecture, _ objective: TargetObjective) {
    self.architecture = architecture
    layer = objective.layer
  }

  /// Adds a group.
  mutating func add(_ group: RequestGroup) {
    let known = tree.count
    groups += 1
    _ = group.insert(into: &tree, owner: groups, .suffixesTogether)
    for node in known..<tree.count {
      guard tree.owners[node] > 0 else {
        fixed += 1
        continue
      }
      owned += 1
      // As the kernel wants them.
      attended += Int(tree.positions[node]) + 16
    }
  }

  /// Bytes at the widest of three: all tokens in one block up to the edited layer, those that no change can reach in one
  /// block above it, and the others in all blocks above it, for whose gradient everything is kept.
  var bytes: Int {
    let (all, row) = (fixed + owned, architecture.rowElements)
    let above = max(1, architecture.layerCount - 1 - layer)
    let output = all * architecture.width
    let keysAndValues = fixed * 2 * architecture.keyValueWidth * above
    let gradient = above * (owned * row + attended * architecture.headCount)
    // What was said before any change, which each step is compared with.
    let anchors = 2 * Int(groups) * architecture.vocabularySize
    return MemoryLayout<Float>.size
      * max(
        output + all * row,
        output + keysAndValues + max(fixed * (row + architecture.width), gradient + anchors))
  }
}
