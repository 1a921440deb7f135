internal import Editing
internal import Store
internal import Workflows

/// What `blame` says: the fact, the commit that last set it, and what happened before.
struct BlameView: View {
  struct Document: Encodable {
    struct Event: Encodable {
      let kind: String
      let object: String
      let commit: String
      let author: String
      let time: String
      let summary: String
      let edit: String
      let active: Bool
    }
    struct Answer: Encodable {
      let prompt: String
      let subject: String
      let object: String?
      let setBy: String?
      let events: [Event]
      let inBase: String?
    }
    let facts: [Answer]
  }

  private let answers: [BlameFacts.Answer]

  init(_ answers: [BlameFacts.Answer]) { self.answers = answers }

  var document: Document {
    Document(
      facts: answers.map { answer in
        .init(
          prompt: answer.fact.prompt.text, subject: answer.fact.subject,
          object: answer.current?.fact.targetNew,
          setBy: answer.current?.commit.id.hexadecimal,
          events: answer.events.map { event in
            .init(
              kind: event.kind.rawValue, object: event.fact.targetNew,
              commit: event.commit.id.hexadecimal, author: event.commit.commit.author.name,
              time: event.commit.commit.author.time.iso8601,
              summary: event.commit.commit.summary, edit: event.edit.hexadecimal,
              active: event.isActive)
          }, inBase: answer.inBase)
      })
  }

  func write(to page: Page) {
    for (index, answer) in answers.enumerated() {
      if index > 0 { page.line() }
      if let current = answer.current {
        page.line(
          "\(answer.fact.filledPrompt) → \(current.fact.targetNew, .added), set by "
            + "\(Figures.shortID(current.commit.id), .identifier)")
      } else {
        page.line("\(answer.fact.filledPrompt): \("not active", .warning)")
      }
      var table = Table([.init(""), .init(""), .init(""), .init(""), .init("", flexible: true)])
      for event in answer.events {
        let commit = event.commit.commit
        table.add([
          "  \(Figures.shortID(event.commit.id), .identifier)",
          "\(String(commit.author.time.iso8601.prefix(10)))", "\(commit.author.name)",
          Self.said(event), "\(commit.summary, .faint)",
        ])
      }
      if let object = answer.inBase { table.add(["  the base", "", "", "\(object)", ""]) }
      page.table(table)
    }
  }

  private static func said(_ event: BlameFacts.Event) -> StyledText {
    switch event.kind {
    case .set: "\(event.fact.targetNew, .added)"
    case .takenOut: "\(event.fact.targetNew, .removed) taken out"
    case .solvedAgain: "\(event.fact.targetNew) solved again"
    }
  }
}
