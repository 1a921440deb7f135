/// What charts are drawn with, in the units of the picture.
enum PlotShape {
  /// A straight line.
  static func line(_ style: String, _ from: (Double, Double), _ to: (Double, Double)) -> Markup {
    .element(
      "line",
      [
        "class": style, "x1": PlotNumber.coordinate(from.0), "y1": PlotNumber.coordinate(from.1),
        "x2": PlotNumber.coordinate(to.0), "y2": PlotNumber.coordinate(to.1),
      ])
  }

  /// A text beside, over or before a place, as its anchor says.
  static func label(
    _ text: some StringProtocol, _ at: (Double, Double), anchor: String
  ) -> Markup {
    .element(
      "text",
      [
        "x": PlotNumber.coordinate(at.0), "y": PlotNumber.coordinate(at.1), "text-anchor": anchor,
      ], String(text))
  }
}
