package import Diagnostics

/// Why an edit cannot be computed.
package enum EditingError: ExplainedError, Equatable {
  /// A context template without exactly one `{}`.
  case badTemplate(text: String, file: String?)
  /// Context templates whose first is not the bare prompt.
  case noBareTemplate(first: String, file: String?)
  /// A file that does not hold what it should.
  case unreadable(file: String, expected: String)
  /// A hyperparameter that is missing, of the wrong type or out of range.
  case badHyperparameter(file: String, key: String, found: String, expected: String)
  /// No preset fits the model.
  case noPreset(family: String, layers: Int, width: Int, known: [String])
  /// A target that has no tokens.
  case emptyTarget(fact: String)
  /// A new object, or the end of a subject, that the tokenizer has no tokens for.
  case unknownText(fact: String, text: String)
  /// A prompt, with subject and target, that has more tokens than the model has positions.
  case factTooLong(fact: String, tokens: Int, limit: Int)
  /// The subject's last token also holds what follows the subject.
  case subjectNotSeparable(fact: String, subject: String, token: String)
  /// A target at the last block's output, behind which nothing reads what it gives the subject.
  case lastBlock(fact: String, layer: Int)
  /// The loss of a fact became NaN or infinite.
  case lossNotFinite(fact: String, LossPlace)
  /// A rank-one update that would be divided by nothing.
  case keyWithoutDirection(fact: String, denominator: Double)
  /// No direction of a layer's keys, or every one, is below the threshold of the null space.
  case nullSpaceTrivial(
    layer: Int, threshold: Double, dimension: Int, order: Int, quartiles: [Double])
  /// A tokenizer without a token that a text could begin with.
  case noBeginning
  /// The statistics lack a layer, or have another shape.
  case wrongMoment(file: String, layer: Int, found: String, expected: String)
  /// The solve failed: the second moment is not positive definite.
  case momentNotDefinite(layer: Int, tokens: Int, dimensions: Int)
  /// The corpus has no text.
  case emptyCorpus(file: String)
  /// Nothing to edit.
  case noFacts
  /// The limit of memory is too low for the model.
  case notEnoughMemory(limit: Int, needed: Int, work: String)
  /// So many facts that share one target, the first of them named, do not fit into what is left for batches.
  case noRoomForTarget(fact: String, facts: Int, missing: Int)
  /// The edit came out as zero.
  case changesNothing

  /// Where a loss was looked at.
  package enum LossPlace: Sendable, Equatable {
    /// In a step towards a target, from 1.
    case step(Int)
    /// While weights are trained on the fact; from 1.
    case epoch(Int)
    /// On the model as it is.
    case beforeEdit

    fileprivate var text: String {
      switch self {
      case .step(let step): "at step \(step)"
      case .epoch(let epoch): "in epoch \(epoch)"
      case .beforeEdit: "before any edit"
      }
    }

    fileprivate var remedy: String {
      switch self {
      case .step: "Lower v_lr, or look for damage in the weights below this edit."
      case .epoch: "Lower lr, or look for damage in the weights below this edit."
      case .beforeEdit: "Look for damage in the weights."
      }
    }
  }

  /// What to tell the user.
  package var explanation: Explanation {
    switch self {
    case .badTemplate(let text, let file):
      Explanation(
        "a context template needs exactly one {}", file: file, found: "\"\(text)\"",
        remedy: "The {} marks the place of the request's prompt.")
    case .noBareTemplate(let first, let file):
      Explanation(
        "the first context template is not the bare prompt", file: file, found: "\"\(first)\"",
        expected: "\"{}\"", remedy: "Put [\"{}\"] first: a target starts from the bare prompt.")
    case .unreadable(let file, let expected):
      Explanation("the file cannot be understood", file: file, expected: expected)
    case .badHyperparameter(let file, let key, let found, let expected):
      Explanation(
        "bad hyperparameter", file: file, field: key, found: found, expected: expected,
        remedy: "The keys are those of the method's authors' files.")
    case .noPreset(let family, let layers, let width, let known):
      Explanation(
        "no hyperparameters are known for this model",
        found: "\(family) with \(layers) layers of width \(width)",
        expected: known.joined(separator: ", "),
        remedy: "Give a file with --hparams; its keys are those of the method's authors' files.")
    case .emptyTarget(let fact):
      Explanation(
        "the new object has no tokens", field: fact,
        remedy: "Give a target that the model's tokenizer knows.")
    case .unknownText(let fact, let text):
      Explanation(
        "the tokenizer cannot spell this", field: fact, found: "'\(text)'",
        expected: "text that it has tokens for",
        remedy: "All such text looks the same to the model: it cannot learn one of them.")
    case .factTooLong(let fact, let tokens, let limit):
      Explanation(
        "a fact does not fit into the model's context", field: fact, found: "\(tokens) tokens",
        expected: "at most \(limit)",
        remedy: "Shorten the prompt, the subject or the context templates.")
    case .subjectNotSeparable(let fact, let subject, let token):
      Explanation(
        "the subject's last token runs into the text after it", field: fact,
        found: "token \"\(token)\" at the end of subject \"\(subject)\"",
        expected: "a token that ends with the subject",
        remedy: "Let the subject end where a word ends, or take the following text into it.")
    case .lastBlock(let fact, let layer):
      Explanation(
        "what the last block gives the subject reaches no token behind it", field: fact,
        found: "layer \(layer), the model's last",
        expected: "layers that end below \(layer), or a prompt that ends with the subject",
        remedy: "Name lower layers with --hparams.")
    case .lossNotFinite(let fact, let place):
      Explanation(
        "the loss is not a finite number", field: fact, found: place.text, remedy: place.remedy)
    case .keyWithoutDirection(let fact, let denominator):
      Explanation(
        "the update of a fact is not finite", field: fact, found: "a denominator of \(denominator)",
        expected: "a number away from zero",
        remedy:
          "Leave rome.denominator at \"averaged\", or look for damage in the weights below this edit."
      )
    case .nullSpaceTrivial(let layer, let threshold, let dimension, let order, let quartiles):
      Explanation(
        dimension == 0
          ? "the null space is empty: the edit would change nothing"
          : "the null space is everything: the edit would keep nothing",
        field: "nullspace_threshold \(threshold), layer \(layer)",
        found: "\(dimension) of \(order) directions below it",
        expected: "a threshold between the eigenvalues, whose quartiles are "
          + quartiles.map { "\(Float($0))" }.joined(separator: ", "),
        remedy: "Choose it so that the directions below it have little of the energy together.")
    case .noBeginning:
      Explanation(
        "the model cannot write contexts: its tokenizer has no token to begin a text with",
        remedy: "Give contexts with --templates.")
    case .wrongMoment(let file, let layer, let found, let expected):
      Explanation(
        "second moments of another model", file: file, field: "layer \(layer)", found: found,
        expected: expected, remedy: "Compute them for this model with 'emend stats'.")
    case .momentNotDefinite(let layer, let tokens, let dimensions):
      Explanation(
        "the second moment is not positive definite", field: "layer \(layer)",
        found: "\(tokens) tokens", expected: "many more than \(dimensions) tokens",
        remedy: "Compute it over a longer text with 'emend stats'.")
    case .emptyCorpus(let file):
      Explanation("the corpus holds no text", file: file, remedy: "Give a text file.")
    case .noFacts:
      Explanation("there are no facts to edit", remedy: "Give at least one.")
    case .notEnoughMemory(let limit, let needed, let work):
      Explanation(
        "not enough memory to \(work)", field: "--memory", found: Self.megabytes(limit),
        expected: "at least \(Self.megabytes(needed + (1 << 20) - 1))",
        remedy: "Allow more with --memory, or use a machine that has more.")
    case .noRoomForTarget(let fact, let facts, let missing):
      Explanation(
        "not enough memory to find a target", field: fact,
        found: facts == 1 ? nil : "\(facts) facts that share it",
        expected: "\(Self.megabytes(missing + (1 << 20) - 1)) more",
        remedy: facts == 1
          ? "Allow more with --memory, or shorten the prompt or the context templates."
          : "Allow more with --memory, put them into several commits, or use --same-subject separate."
      )
    case .changesNothing:
      Explanation(
        "the edit would change nothing",
        remedy: "The model already answers this way, or the hyperparameters are too weak.")
    }
  }

  /// As `--memory` takes it.
  private static func megabytes(_ bytes: Int) -> String { "\(bytes >> 20)M" }
}
