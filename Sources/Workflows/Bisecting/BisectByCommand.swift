package import Files
internal import Store

/// Looks for the commit that changed what a command says: `emend bisect run`.
package struct BisectByCommand {
  private let workspace: Workspace

  /// Searches in a workspace.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Runs a command at one commit after the other.
  ///
  /// The command finds the commit's id in `EMEND_REVISION`, the repository in `EMEND_DIR` and, where a directory is given,
  /// the materialised checkpoint in `EMEND_CHECKPOINT`.
  /// - Parameters:
  ///   - command: for messages.
  ///   - checkpoint: a directory, an absolute path, that is made for each commit and removed after it; `nil` makes none.
  ///   - execute: runs the command with some variables.
  /// - Throws: ``BisectionError``, what `execute`, the base and the store throw.
  package func run(
    _ command: [String], checkpoint: String?,
    execute: ([String: String]) throws -> SpawnedProgram.Ending
  ) throws -> BisectHistory.Progress {
    let repository = workspace.repository
    return try BisectHistory(in: repository).run { commit in
      var variables = [
        "EMEND_REVISION": commit.id.hexadecimal, "EMEND_DIR": repository.location.gitDirectory,
      ]
      let ending: SpawnedProgram.Ending
      if let checkpoint {
        variables["EMEND_CHECKPOINT"] = checkpoint
        _ = try ApplyRevision(in: workspace).run(
          commit.id, output: checkpoint, check: .stamp)
        defer { try? removeTree(checkpoint) }
        ending = try execute(variables)
      } else {
        ending = try execute(variables)
      }
      return try verdict(ending, command, commit.id)
    }
  }

  private func verdict(
    _ ending: SpawnedProgram.Ending, _ command: [String], _ commit: ObjectID
  ) throws -> BisectionLog.Verdict {
    switch ending {
    case .status(0): return .good
    case .status(125): return .skip
    case .status(1...127): return .bad
    case .status(let code):
      throw BisectionError.commandFailed(
        command: command.joined(separator: " "), status: "exit status \(code)",
        commit: commit.abbreviated)
    case .signal(let number):
      throw BisectionError.commandFailed(
        command: command.joined(separator: " "), status: "signal \(number)",
        commit: commit.abbreviated)
    case .unknown:
      throw BisectionError.commandFailed(
        command: command.joined(separator: " "), status: "an end that the system does not tell",
        commit: commit.abbreviated)
    }
  }
}
