import Checkpoint
import Editing
import Evaluation
import Transformer

/// The paper's Table 1 on zsRE's form, with the GPT-J fixture and its invented world; and MEMIT and ROME there
/// against the authors' programs.
struct FictionalResults {
  private static let reported = 60

  private let study: ResultsStudy
  private let directory: String

  init(_ fixtures: String, keepingIn directory: String) throws {
    study = try .fictional(fixtures)
    self.directory = directory
  }

  func write(to text: inout ResultsText) throws {
    let layers = study.model.architecture.layerCount
    let memit = try MEMITHyperparameters(
      json: study.json("hparams_memit.json"), file: "hparams_memit.json", layerCount: layers)
    let alpha = try AlphaEditHyperparameters(
      json: study.json("hparams_alphaedit.json"), file: "hparams_alphaedit.json",
      layerCount: layers)
    var rome = try ROMEHyperparameters(
      json: study.json("hparams_rome.json"), file: "hparams_rome.json", layerCount: layers)
    let averaged = try study.rome("rome", rome)
    rome.denominator = .bare
    let released = try study.rome("rome-released", rome)
    let data = try EvaluationData(
      path: "\(study.directory)/zsre.json", .first(Self.reported))
    let outcome = try study.sweep(
      [study.memit("memit", memit), study.alphaEdit("alphaedit", alpha), averaged, released], data,
      SweepPlan(data, sizes: [10, 60], parts: [.scaling]), keepingIn: directory + "/zsre")
    text.heading("zsRE's form, GPT-J fixture (3.1 M parameters)")
    text.paragraph(
      "The first \(Self.reported) questions of `Fixtures/fictional/zsre.json`, edited to new answers. Shares of tokens "
        + "that are the most probable ones after the right tokens before them, as the paper's Table 1 has them. Files of "
        + "hyperparameters come with the fixture; they were chosen on its statements, not on these questions. Where MEMIT is "
        + "held against its authors' program below, on statements, they were chosen on the very first 100 records: "
        + "those rows show that the programs agree, not what to expect of new facts."
    )
    func row(_ name: String, _ size: String, _ summary: MetricSummary) -> [String] {
      [name, size, ResultsText.figure(summary.tokenScore)]
        + [Metric.efficacyTokens, .paraphraseTokens, .specificityTokens].map {
          ResultsText.figure(summary[$0])
        }
    }
    text.table(
      ["editor", "n", "Score", "efficacy", "paraphrase", "specificity"],
      [row("unedited", "", outcome.unedited.summary)]
        + outcome.scaling.map { row($0.method, "\($0.size)", $0.summary) })
    text.heading("Against the authors' programs, on the invented world's statements", level: 3)
    try text.authors(
      MEMITAuthors.fictional, study, keepingIn: directory + "/authors", values: memit)
    let few = try EvaluationData(path: study.facts, .first(24))
    let single = try study.sweep(
      [released, averaged], few, SweepPlan(few, sizes: [1], parts: [.scaling]),
      keepingIn: directory + "/rome")
    text.paragraph(
      "ROME, 24 single edits with `hparams_rome.json`; the released program reached ES 100.0, PS 93.8, NS 93.8."
    )
    text.table(
      ["editor"] + ResultsText.columns(texts: false),
      single.scaling.map { [$0.method] + ResultsText.row($0.summary, texts: false) })
  }
}
