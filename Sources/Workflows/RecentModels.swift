internal import Checkpoint
package import Store
package import Transformer

/// The models of a few states, the latest used ones: in a walk through history, the state after one
/// commit is the state before the next.
package final class RecentModels {
  private let workspace: Workspace
  private let limit = 3
  private var models: [(key: Digest, model: DecoderModel)] = []

  /// Models of a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// The model at a stack.
  package func model(at stack: EditStack) throws -> DecoderModel {
    try model(at: SolveState(stack: stack))
  }

  func model(at state: SolveState) throws -> DecoderModel {
    let key = state.weightsKey(try workspace.base().manifest)
    if let place = models.firstIndex(where: { $0.key == key }) {
      let known = models.remove(at: place)
      models.append(known)
      return known.model
    }
    let model = try workspace.model(
      at: state.stack, excluding: state.excluded, adding: state.extra)
    if models.count == limit { models.removeFirst() }
    models.append((key, model))
    return model
  }
}
