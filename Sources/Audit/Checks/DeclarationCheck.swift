internal import Delta
internal import Editing
internal import Store
internal import Transformer
internal import Workflows

/// Whether an edit does what it declares and nothing else.
struct DeclarationCheck {
  let workspace: Workspace
  let replays: ReplayEdits
  /// Prompts that an unexplained change is tried on, beside the edit's own facts.
  let prompts: [String]

  /// How many suspects are named.
  private static let suspectCount = 5

  /// The proof of one edit, or why there is none.
  ///
  /// - Parameters:
  ///   - model: before the edit.
  ///   - neighbours: stacks that may hold edits that were active beside the recorded state.
  func run(
    _ edit: StoredEdit, on model: DecoderModel, neighbours: [EditStack]
  ) -> DeclarationAudit {
    if edit.manifest.description.provenance == .undeclared {
      // What it moves is a help, and no reason to say less of it where that cannot be found.
      return DeclarationAudit(
        outcome: .undeclared, reason: "the edit was imported without facts", layers: [],
        suspects: (try? moved(by: edit, on: model)) ?? [])
    }
    do {
      return try prove(edit, on: model.architecture, neighbours)
    } catch let obstacle as ReplayObstacle {
      switch obstacle {
      case .method, .notRecorded: return .init(.notProvable, obstacle.reason)
      case .stateMissing, .edited, .noMoments, .otherMoments:
        return .init(.notChecked, obstacle.reason)
      }
    } catch {
      return .init(.notChecked, "\(error)")
    }
  }

  /// Why a proven edit is none in this history: it was computed on what nobody audits here. `nil` where that is not so.
  func foreignState(
    of edit: StoredEdit, _ entry: HistoryEntry, known: [EditStack]
  ) throws -> DeclarationAudit? {
    let check = StateCheck(repository: workspace.repository)
    return try check.foreignEdit(in: replays.editsBeneath(edit), of: entry, known: known).map {
      .init(
        .notProvable,
        "it was computed on a state with edit \($0.abbreviated), which this history never had; "
          + "`emend resolve \(entry.id.abbreviated)` computes it on this one")
    }
  }

  /// What an edit that declares nothing moves most; 1 is the most of all. Asked are the keys of the output projections of
  /// MLPs: of a change elsewhere nothing is said.
  private func moved(by edit: StoredEdit, on model: DecoderModel) throws -> [MovedSuspect] {
    let architecture = model.architecture
    let changed = Set(edit.manifest.deltas.map(\.tensor))
    let layers = (0..<architecture.layerCount).filter {
      changed.contains(architecture.editedWeight(layer: $0))
    }
    guard !layers.isEmpty, !prompts.isEmpty else { return [] }
    let search = try PromptSearch(model, workspace.tokenizer(), prompts)
    for index in layers {
      let change = try OrientedChange(
        EncodedEdit.Part(stored: edit, tensor: architecture.editedWeight(layer: index)).delta(),
        architecture.editedKeySide(layer: index))
      try search.add(.init(index: index, change: change, unit: 1))
    }
    let found = search.strongest(Self.suspectCount)
    guard let most = found.first?.response, most > 0 else { return [] }
    return found.map { MovedSuspect(prompt: $0.prompt, response: $0.response / most) }
  }

  private func prove(
    _ edit: StoredEdit, on architecture: ModelArchitecture, _ neighbours: [EditStack]
  ) throws -> DeclarationAudit {
    /// Computes the edit again and compares it, tensor after tensor: each is let go of before the next.
    func compare<Kept>(
      keeping keep: (DeclarationProof.Outcome) throws -> Kept
    ) throws -> ReplayEdits.Replay<(tensor: String, kept: Kept?)> {
      try replays.replay(
        edit, neighbours: neighbours, perUpdate: Self.comparisonBytes(of: edit, architecture)
      ) { update in
        let tensor = update.layer.tensor
        guard edit.manifest.deltas.contains(where: { $0.tensor == tensor }) else {
          return (tensor, nil)
        }
        let outcome = try DeclarationProof.compare(
          EncodedEdit.Part(stored: edit, tensor: tensor).delta(), with: update.layer,
          precision: update.precision, stateNorm: update.stateNorm)
        return (tensor, try keep(outcome))
      }
    }
    let replay = try compare { $0.proof }
    guard replay.precision <= DeclarationProof.coarsestPrecision else {
      return .init(
        .notProvable,
        "the deltas are stored too coarsely for a proof: precision \(replay.precision)")
    }
    let layers = replay.updates.compactMap(\.kept)
    let declared = Set(replay.updates.map(\.tensor))
    let changed = Set(edit.manifest.deltas.map(\.tensor))
    let others = changed.subtracting(declared).sorted()
    let untouched = declared.subtracting(changed).sorted()
    let isProven = others.isEmpty && untouched.isEmpty && layers.allSatisfy(\.isProven)
    let room = layers.reduce(0) { $0 + $1.room }
    guard !isProven || room <= DeclarationProof.roomLimit else {
      return DeclarationAudit(
        outcome: .notProvable,
        reason:
          "it is so large that precision \(replay.precision) leaves room for another fact: up to "
          + "\(ShortNumber.text(room)) of a prompt's state could move (at most \(DeclarationProof.roomLimit))",
        layers: layers, suspects: [])
    }
    let reason: String? =
      if let other = others.first {
        "it changes \(other), which its method does not edit"
      } else if let missing = untouched.first {
        "it does not change \(missing), which its facts ask for"
      } else {
        nil
      }
    var suspects: [MovedSuspect] = []
    if !layers.allSatisfy(\.isProven) {
      let own = try ListFacts.facts(of: edit).map(\.fact.filledPrompt)
      let search = try PromptSearch(replay.state, workspace.tokenizer(), own + prompts)
      _ = try compare { try search.add($0.search) }
      suspects = search.strongest(Self.suspectCount)
    }
    return DeclarationAudit(
      outcome: isProven ? .proven : .refuted, reason: reason, layers: layers, suspects: suspects)
  }

  /// Memory that comparing the widest of an edit's tensors takes, by what its manifest says.
  private static func comparisonBytes(
    of edit: StoredEdit, _ architecture: ModelArchitecture
  ) -> Int {
    let extents = (outputs: architecture.width, inputs: architecture.innerWidth)
    let directions = edit.manifest.deltas.map { delta in
      if case .lowRank(let rank) = delta.description.kind {
        min(rank, extents.inputs)
      } else {
        extents.outputs
      }
    }
    return DeclarationProof.byteCount(
      extents, directions: directions.max() ?? 0, facts: edit.manifest.facts.count)
  }
}

extension DeclarationAudit {
  fileprivate init(_ outcome: Outcome, _ reason: String) {
    self.init(outcome: outcome, reason: reason, layers: [], suspects: [])
  }
}
