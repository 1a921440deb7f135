import Checkpoint
import Diagnostics
import Editing
import Evaluation
import Files
import LinearAlgebra
import Transformer
import Workflows

/// One of the bundled models with what its editors need, and the records that it is measured with.
struct ResultsStudy {
  let name: String
  let directory: String
  let model: DecoderModel
  let tokenizer: BytePairTokenizer
  let identity: ModelIdentity
  let moments: KeptMoments
  let momentNames: [(layer: Int, digest: Digest)]
  let templates: ContextTemplates
  let facts: String

  private init(
    _ name: String, in fixtures: String, facts: String, templates: String,
    moments: (DecoderModel, BytePairTokenizer, String) throws -> SecondMoments
  ) throws {
    self.name = name
    directory = "\(fixtures)/\(name)"
    let checkpoint = try CheckpointDirectory(path: directory + "/model")
    model = try DecoderModel(checkpoint, workers: Workers(1))
    tokenizer = try BytePairTokenizer(contentsOf: directory + "/model/tokenizer.json")
    identity = ModelIdentity(
      weights: try CheckpointManifest(measuring: checkpoint, threads: 1, progress: NoProgress())
        .fingerprint,
      configuration: try Digest(ofFile: directory + "/model/config.json"),
      tokenizer: try Digest(ofFile: directory + "/model/tokenizer.json"))
    self.templates = try ContextTemplates(
      json: readFile(templates, limit: 1 << 20), file: templates)
    let collected = try Self.stored(moments(model, tokenizer, directory))
    self.moments = KeptMoments(collected)
    momentNames = collected.matrices.sorted { $0.key < $1.key }.map { layer, matrix in
      (layer, matrix.storage.withUnsafeBytes { Digest(of: $0) })
    }
    self.facts = "\(directory)/\(facts)"
    shared = TargetMemory(KeptTargets(), weights: identity.weights)
  }

  /// Moments as `emend stats` stores them.
  private static func stored(_ moments: SecondMoments) throws -> SecondMoments {
    let matrices = try moments.matrices.map { layer, mean in
      let stable = try StableMoment(
        layer: layer, tokens: moments.tokenCount, order: mean.rows, { mean })
      return (layer, StableMoment.stored(mean, ridge: stable.ridge))
    }
    return SecondMoments(
      matrices: Dictionary(uniqueKeysWithValues: matrices), tokenCount: moments.tokenCount,
      documentCount: moments.documentCount)
  }

  /// The model that knows the real CounterFact.
  static func counterfact(_ fixtures: String) throws -> ResultsStudy {
    try ResultsStudy(
      "counterfact", in: fixtures, facts: "counterfact_500.json",
      templates: fixtures + "/counterfact/context_templates.json"
    ) { model, tokenizer, directory in
      try MomentCollector(model, tokenizer, layers: [0, 1, 2]).collect(
        Corpus(path: directory + "/corpus.txt", boundary: .line), named: "corpus.txt",
        progress: NoProgress())
    }
  }

  /// The model of the invented world, with second moments of the text that the authors' program used.
  static func fictional(_ fixtures: String) throws -> ResultsStudy {
    try ResultsStudy(
      "fictional", in: fixtures, facts: "facts.json",
      templates: fixtures + "/reference/memit/context_templates.json"
    ) { model, tokenizer, directory in
      try MomentCollector(model, tokenizer, layers: [1, 2, 3, 4]).collect(
        Corpus(path: directory + "/corpus.txt", boundary: .paragraph), named: "corpus.txt",
        progress: NoProgress())
    }
  }

  /// A file of hyperparameters beside the model.
  func json(_ file: String) throws -> JSONValue {
    let path = "\(directory)/\(file)"
    return try JSONValue(parsing: readFile(path, limit: 1 << 20), file: path)
  }

  /// Targets that sweeps share whose run times are not reported.
  let shared: TargetMemory

  private func memory(_ given: TargetMemory?) -> TargetMemory {
    given ?? TargetMemory(KeptTargets(), weights: identity.weights)
  }

  private func settings(_ hyperparameters: EditHyperparameters, _ templates: ContextTemplates)
    -> [(key: String, value: JSONValue)]
  {
    let layers = hyperparameters.momentLayers
    return SweepMethod.settings(
      hyperparameters, templates, moments: momentNames.filter { layers.contains($0.layer) })
  }

  func memit(
    _ name: String, _ values: MEMITHyperparameters, _ same: SameSubject = .merge,
    memory: TargetMemory? = nil
  ) -> SweepMethod {
    SweepMethod(
      name: name,
      editor: MEMITEditor(
        model, tokenizer, values, templates, moments, sameSubject: same,
        memory: self.memory(memory)),
      settings: settings(.memit(values), templates) + [("same_subject", .string(same.rawValue))])
  }

  func alphaEdit(
    _ name: String, _ values: AlphaEditHyperparameters, memory: TargetMemory? = nil
  ) -> SweepMethod {
    SweepMethod(
      name: name,
      editor: MEMITEditor(
        model, tokenizer, values.memit, templates, moments, preserving: values.preservation,
        memory: self.memory(memory)), settings: settings(.alphaEdit(values), templates))
  }

  /// Settings of AlphaEdit to choose between; run times are not theirs to report.
  func candidates(_ settings: [AlphaEditHyperparameters]) -> [ResultsChoice.Candidate] {
    settings.enumerated().map { index, values in
      .init(
        label: "threshold \(values.threshold), L2 \(values.ridge)",
        method: alphaEdit("alphaedit-\(index)", values, memory: shared))
    }
  }

  /// Remembers no targets: they follow from the facts before them, and each batch is timed whole.
  func rome(_ name: String, _ values: ROMEHyperparameters) throws -> SweepMethod {
    let contexts = try ContextTemplates(
      fromNothingBy: model, tokenizer, values.contexts, seed: 0)
    return SweepMethod(
      name: name,
      editor: ROMEEditor(model, tokenizer, values, contexts, moments),
      settings: settings(.rome(values), contexts))
  }

  func fineTune(_ name: String, _ values: FineTuneHyperparameters) -> SweepMethod {
    SweepMethod(
      name: name, editor: FineTuneEditor(model, tokenizer, values),
      settings: settings(.ft(values), templates))
  }

  func mend(_ name: String, _ editor: ResultsEditor, _ batch: MENDSettings.Batch) -> SweepMethod {
    var use = MENDSettings()
    use.editor = editor.file.digest
    use.batch = batch
    return SweepMethod(
      name: name, editor: MENDEditor(model, tokenizer, editor.file, use),
      settings: settings(.mend(use), templates))
  }

  /// Fine-tuning as it is meant, and as the released program runs it: without decay, a target's tokens in no order.
  func fineTunes(_ file: String) throws -> (own: SweepMethod, released: SweepMethod) {
    let values = try FineTuneHyperparameters(
      json: json(file), file: file, for: model.architecture)
    var released = values
    released.decay = .fixed(0)
    released.loss = .bagOfTokens
    return (fineTune("ft", values), fineTune("ft-released", released))
  }

  /// Sweeps over some records; what is kept in `directory` is not done again.
  func sweep(
    _ methods: [SweepMethod], _ data: EvaluationData, _ plan: SweepPlan,
    _ rule: GenerationRule = GenerationRule(), keepingIn directory: String
  ) throws -> SweepOutcome {
    try makeDirectories(directory)
    return try Sweep(
      model, tokenizer, of: identity, data, rule, keepingIn: SweepStore(directory),
      progress: NoProgress()
    ).run(methods, plan)
  }
}
