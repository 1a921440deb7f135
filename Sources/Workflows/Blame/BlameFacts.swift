package import Diagnostics
package import Editing
package import Store

/// Which commit last set a fact, and what it was before: `emend blame`.
package struct BlameFacts {
  /// What is asked.
  package enum Question: Sendable, Equatable {
    /// All facts about a subject.
    case subject(String)
    /// The facts with this prompt, the subject written out.
    case prompt(String)

    /// As it was asked.
    package var text: String {
      switch self {
      case .subject(let text), .prompt(let text): text
      }
    }
  }

  /// Something that a commit did to a fact.
  package struct Event: Sendable {
    /// What it did.
    package enum Kind: String, Sendable {
      /// It gave the fact an object.
      case set
      /// It took the edit with the fact out.
      case takenOut = "taken_out"
      /// It put another solution of the same fact in the place of one.
      case solvedAgain = "solved_again"
    }
    /// What it did.
    package let kind: Kind
    /// The commit.
    package let commit: HistoryEntry
    /// The edit that came, or, of what was taken out, that went.
    package let edit: EditID
    /// The fact as the edit has it.
    package let fact: Fact
    /// Whether the edit is active at the revision.
    package let isActive: Bool
  }

  /// What became of one subject and prompt.
  package struct Answer: Sendable {
    /// What happened, the latest first.
    package let events: [Event]
    /// The commit that last set the fact, of those whose edit is active; `nil` for a fact that is not active.
    package var current: Event? {
      // A fact that was solved again is active by another edit than the one that set it.
      guard let active = events.first(where: { $0.kind != .takenOut && $0.isActive }) else {
        return nil
      }
      guard active.kind == .solvedAgain,
        let place = events.firstIndex(where: { $0.edit == active.edit })
      else { return active }
      return events[place...].first {
        $0.kind == .set && $0.fact.targetNew.collapsed == active.fact.targetNew.collapsed
      } ?? active
    }
    /// The fact as the latest event has it.
    package let fact: Fact
    /// What the fact's maker said that the base says, where that is known.
    package var inBase: String? { events.last?.fact.targetTrue }
  }

  private let repository: EditRepository
  private let progress: any ProgressSink

  /// Asks a repository.
  package init(in repository: EditRepository, progress: any ProgressSink) {
    self.repository = repository
    self.progress = progress
  }

  /// What happened to facts in a revision's history.
  ///
  /// - Returns: one answer for each subject and prompt, those whose fact was set last first.
  /// - Throws: ``WorkflowError/factNeverSet(question:)``, what the store throws.
  package func run(_ question: Question, at revision: RevisionExpression) throws -> [Answer] {
    let commit = try repository.commitID(revision)
    let found = try FactIndex.ask(repository, covering: [commit], progress: progress) {
      try answers(question, at: commit, $0)
    }
    guard !found.isEmpty else { throw WorkflowError.factNeverSet(question: question.text) }
    return found
  }

  /// One edit's fact and what happened to it.
  private struct Trace {
    let edit: EditID
    let fact: Fact
    let events: [HistorySegment.Event]
  }

  /// - Returns: `nil` where the index does not agree with the repository.
  private func answers(
    _ question: Question, at commit: ObjectID, _ index: FactIndex
  ) throws -> [Answer]? {
    let key = FactKey(question.text)
    let table: FactIndex.Table =
      switch question {
      case .subject: .subject
      case .prompt: .prompt
      }
    guard let candidates = try index.candidates(key.hash, in: table) else { return nil }
    let isReached = index.isReached(from: commit)
    var traces: [FactQuestion: [Trace]] = [:]
    let byEdit = Dictionary(grouping: candidates, by: \.edit)
    for (edit, lines) in byEdit.sorted(by: { $0.key.hexadecimal < $1.key.hexadecimal }) {
      let events = index.events(of: edit).filter { isReached[$0.commit] }
      guard let last = events.last(where: { !$0.isDrop }) else { continue }
      guard let origin = index.commit(last.commit),
        let stored = try repository.edit(edit, at: origin)
      else { return nil }
      let facts = try stored.facts().lines
      for line in lines.map(\.line).sorted() {
        guard facts.indices.contains(line) else { return nil }
        let fact = try ListFacts.fact(ofLine: facts[line], of: edit)
        let text: String
        switch question {
        case .subject: text = fact.subject
        case .prompt: text = fact.filledPrompt
        }
        guard FactKey(text) == key else { continue }
        traces[FactQuestion(fact), default: []].append(
          Trace(edit: edit, fact: fact, events: events))
      }
    }
    let depths = index.depths()
    let dated = try traces.values.map { try answer($0, index, depths, at: commit) }
    return dated.sorted {
      $0.place == $1.place
        ? $0.answer.fact.filledPrompt < $1.answer.fact.filledPrompt : $0.place > $1.place
    }.map(\.answer)
  }

  /// Where a commit stands in the order of events. Commits of parallel branches have no order of their own;
  /// theirs follows from the history alone as well.
  private struct Place: Comparable {
    let depth: Int
    let commit: String

    static func < (a: Place, b: Place) -> Bool { (a.depth, a.commit) < (b.depth, b.commit) }
  }

  /// All that happened to one subject and prompt, in the order of history.
  private func answer(
    _ traces: [Trace], _ index: FactIndex, _ depths: [Int], at commit: ObjectID
  ) throws -> (place: Place, answer: Answer) {
    struct Step {
      let trace: Trace
      let isDrop: Bool
    }
    var steps: [Int: [Step]] = [:]
    for trace in traces {
      for event in trace.events {
        steps[event.commit, default: []].append(Step(trace: trace, isDrop: event.isDrop))
      }
    }
    var isActive: [EditID: Bool] = [:]
    for trace in traces where isActive[trace.edit] == nil {
      isActive[trace.edit] = try repository.edit(trace.edit, at: commit) != nil
    }
    var events: [Event] = []
    let ordered = steps.compactMap { number, steps in
      index.commit(number).map { id in
        (place: Place(depth: depths[number], commit: id.hexadecimal), id: id, steps: steps)
      }
    }.sorted { $0.place > $1.place }
    for (_, id, steps) in ordered {
      let entry = HistoryEntry(id: id, commit: try repository.commit(id))
      func event(_ kind: Event.Kind, _ step: Step) -> Event {
        Event(
          kind: kind, commit: entry, edit: step.trace.edit, fact: step.trace.fact,
          isActive: isActive[step.trace.edit] ?? false)
      }
      var gone = steps.filter(\.isDrop)
      for step in steps where !step.isDrop {
        let same = gone.firstIndex {
          $0.trace.fact.targetNew.collapsed == step.trace.fact.targetNew.collapsed
        }
        if let same { gone.remove(at: same) }
        events.append(event(same == nil ? .set : .solvedAgain, step))
      }
      events += gone.map { event(.takenOut, $0) }
    }
    return (
      ordered.first?.place ?? Place(depth: 0, commit: ""),
      Answer(events: events, fact: events.first?.fact ?? traces[0].fact)
    )
  }
}
