internal import ArgumentParser
internal import Workflows

/// What must hold of an edit before it is recorded.
struct GateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Refuse the edit unless its measurements satisfy this, such as "
        + "efficacy>=0.95,specificity_drop<=2%; beside what emend.require asks of everybody.",
      discussion: "Quantities: "
        + MeasuredQuantity.all.map(\.name).joined(separator: ", ")
        + "; metrics also with _before, _drop and _gain.", valueName: "conditions"))
  var require: String?
}
