package import Diagnostics
internal import LinearAlgebra
package import Transformer

/// Finds the hidden vectors that make the model say the new objects.
///
/// Minimises NLL(target) + KL(anchor) + decay over a vector δ added at the last edited layer's output to
/// the subject's last token, by Adam under a norm bound. All requests run in one ragged batch through the
/// tokens that δ can reach; each leaves the batch when it is done.
/// - Source: MEMIT, arXiv 2210.07229, section 4.1, with the released program's defaults and quirks.
package struct TargetOptimiser {
  private let model: DecoderModel
  private let objective: TargetObjective
  private let stop: StopRule
  private let work: TargetWork

  /// Optimises on a model.
  package init(
    _ model: DecoderModel, _ objective: TargetObjective, stop: StopRule = .loss,
    work: TargetWork = .suffixesTogether
  ) {
    self.model = model
    self.objective = objective
    self.stop = stop
    self.work = work
  }

  /// The targets of requests that are each a group of their own; see below.
  package func targets(
    for requests: [(name: String, tokens: RequestTokens)], progress: some ProgressSink
  ) throws -> [Target] {
    try targets(
      for: requests.map { RequestGroup(name: $0.name, requests: [$0.tokens], keyWeights: []) },
      progress: progress)
  }

  /// The targets of some groups of requests, in their order.
  ///
  /// - Parameter progress: told how much of the targets is done, block by block.
  /// - Throws: ``EditingError/lossNotFinite(fact:_:)``, ``TransformerError``.
  package func targets(for groups: [RequestGroup], progress: some ProgressSink) throws -> [Target] {
    try batches(of: groups).flatMap { try targets(of: $0, in: groups, progress: progress) }
  }

  /// The targets of one batch of `batches(of:)`.
  ///
  /// - Parameter origins: z₀ of each group of the batch, `[d]`, which bounds its target and to which the found
  ///   change is added; the block's output at the bare prompt where it is `nil`.
  package func targets(
    of batch: Range<Int>, in groups: [RequestGroup], from origins: [[Float]]? = nil,
    progress: some ProgressSink
  ) throws -> [Target] {
    let meter = TargetProgress(
      progress, model.architecture, objective, batch: batch, of: groups.count)
    var run = try TargetBatch(
      model, objective, stop: stop, work: work, Array(groups[batch]), origins: origins,
      onBlock: meter.blockIsDone)
    let targets = try run.optimise(meter.stepBegins)
    meter.end()
    return targets
  }

  /// Enough for the matrix kernels, few enough for the caches; an interrupted run loses no more than these.
  private static let mostAtOnce = 32

  /// Refuses a group that does not fit into the memory of a batch by itself: it is not cut.
  ///
  /// - Throws: ``EditingError/noRoomForTarget(fact:facts:missing:)``.
  package func check(_ groups: some Sequence<RequestGroup>) throws(EditingError) {
    guard work == .suffixesTogether else { return }
    for group in groups {
      let missing = cost(of: group).bytes - objective.batchBytes
      guard missing <= 0 else {
        throw .noRoomForTarget(fact: group.name, facts: group.requests.count, missing: missing)
      }
    }
  }

  private func cost(of group: RequestGroup) -> TargetBatchCost {
    var cost = TargetBatchCost(model.architecture, objective)
    cost.add(group)
    return cost
  }

  /// Consecutive groups that are optimised together: no more than fit into the memory of a batch, where one does.
  ///
  /// How a row rounds depends on the rows beside it, so batches follow from the groups and the memory alone
  /// and not from what is known already: whoever computes a batch, and whenever, gets the same bits. None lies in two
  /// parts of ``partSize(of:)``.
  package func batches(of groups: [RequestGroup]) -> [Range<Int>] {
    guard work == .suffixesTogether else { return groups.indices.map { $0..<$0 + 1 } }
    let most = Self.partSize(of: groups.count)
    var ranges: [Range<Int>] = []
    var start = 0
    var cost = TargetBatchCost(model.architecture, objective)
    for (index, group) in groups.enumerated() {
      cost.add(group)
      if index > start, cost.bytes > objective.batchBytes || index % most == 0 {
        ranges.append(start..<index)
        (start, cost) = (index, self.cost(of: group))
      }
    }
    if start < groups.count { ranges.append(start..<groups.count) }
    return ranges
  }

  /// The size of the parts that some groups are cut into before memory cuts further: as few as may be, of equal size,
  /// because a small rest at the end would run at a small batch's speed.
  private static func partSize(of count: Int) -> Int {
    let parts = max(1, (count + mostAtOnce - 1) / mostAtOnce)
    return max(1, (count + parts - 1) / parts)
  }

  /// Those of ``batches(of:)`` that are in a share: every `count`-th part, whatever the memory makes of each, so that
  /// shares are together all groups where every machine has a limit of its own.
  package func batches(of groups: [RequestGroup], share: Int, of count: Int) -> [Range<Int>] {
    let size = Self.partSize(of: groups.count)
    return batches(of: groups).filter { $0.lowerBound / size % count == share }
  }
}
