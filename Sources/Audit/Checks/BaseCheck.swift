internal import Checkpoint
internal import LinearAlgebra
internal import Store
internal import Workflows

/// Whether the base is the one that the repository names.
struct BaseCheck {
  let workspace: Workspace

  /// Reads every byte of a stack's base.
  ///
  /// - Throws: what the store throws where the stack does not say which it is.
  func run(_ stack: EditStack) throws -> AuditReport.Base {
    let manifest = try stack.base()
    let name = manifest.fingerprint.hexadecimal
    do {
      _ = try BaseBinding(
        of: workspace.repository, manifest, check: .everyByte, threads: workspace.workers.count,
        progress: workspace.progress)
      _ = try workspace.tokenizer(at: stack)
      return .init(fingerprint: name, isVerified: true, problem: nil)
    } catch {
      return .init(fingerprint: name, isVerified: false, problem: "\(error)")
    }
  }
}
