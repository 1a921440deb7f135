internal import ArgumentParser
internal import Workflows

/// What must hold of an edit before it is recorded.
struct GateOptions: ParsableArguments {
  @Option(
    name: .customLong("require"),
    help: ArgumentHelp(
      "Refuse the edit unless its measurements satisfy this, such as "
        + "efficacy>=0.95,specificity_drop<=2%; beside what emend.require asks of everybody "
        + "(can be repeated: all must hold).",
      discussion: "Quantities: \(MeasuredQuantity.summary).", valueName: "conditions"))
  private var conditions: [String] = []

  /// All that was asked for, with commas between the conditions; `nil` where nothing was.
  var require: String? { conditions.isEmpty ? nil : conditions.joined(separator: ",") }
}
