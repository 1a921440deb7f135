internal import ArgumentParser
internal import Workflows

/// What must hold of an edit before it is recorded.
struct GateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse the edit unless its measurements satisfy this, such as "
        + "efficacy>=0.95,specificity_drop<=2%; beside what emend.require asks of everybody.",
      discussion: "Quantities: \(MeasuredQuantity.summary).", valueName: "conditions"))
  var require: String?
}
