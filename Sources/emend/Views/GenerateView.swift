internal import Workflows

/// What `generate` says.
struct GenerateView: View {
  struct Document: Encodable {
    struct Answer: Encodable {
      let prompt: String
      let continuation: String
    }
    let answers: [Answer]
  }

  let document: Document

  init(_ prompts: [String], _ continuations: [String]) {
    document = Document(
      answers: zip(prompts, continuations).map { .init(prompt: $0, continuation: $1) })
  }

  func write(to page: Page) {
    for answer in document.answers {
      page.line("\(answer.prompt)\(answer.continuation, .added)")
    }
  }
}

/// A token that may come next, in a JSON document.
struct TokenDocument: Encodable {
  let text: String
  let probability: Double

  init(_ token: NextToken) {
    text = token.text
    probability = token.probability
  }
}

/// What `generate --next` says.
struct NextTokensView: View {
  struct Document: Encodable {
    struct Prompt: Encodable {
      let prompt: String
      let next: [TokenDocument]
    }
    let prompts: [Prompt]
  }

  let document: Document

  init(_ prompts: [String], _ tokens: [[NextToken]]) {
    document = Document(
      prompts: zip(prompts, tokens).map { prompt, tokens in
        .init(prompt: prompt, next: tokens.map { TokenDocument($0) })
      })
  }

  func write(to page: Page) {
    for prompt in document.prompts {
      page.line("\(prompt.prompt, .heading)")
      var table = Table([.init("", .right), .init("")])
      for token in prompt.next {
        table.add(["  \(Figures.percentage(token.probability))", "\"\(token.text)\""])
      }
      page.table(table)
    }
  }
}
