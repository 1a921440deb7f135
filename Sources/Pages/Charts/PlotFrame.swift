/// The area of a plot with its axes, in the units of the picture.
struct PlotFrame {
  let horizontal: AxisScale
  let vertical: AxisScale
  let horizontalLabel: String
  let verticalLabel: String
  let width = 620.0
  let height = 340.0
  private let left = 58.0
  private let right = 14.0
  private let top = 12.0
  private let bottom = 46.0

  /// From the left of the picture.
  func x(_ value: Double) -> Double { left + horizontal.position(value) * (width - left - right) }

  /// From the top of the picture.
  func y(_ value: Double) -> Double {
    height - bottom - vertical.position(value) * (height - top - bottom)
  }

  /// The lower edge of the area.
  var floor: Double { height - bottom }

  /// "x,y" as `points` attributes have it.
  func place(_ x: Double, _ y: Double) -> String {
    "\(PlotNumber.coordinate(self.x(x))),\(PlotNumber.coordinate(self.y(y)))"
  }

  /// Axes, grid and labels.
  var markup: [Markup] {
    let levels = vertical.ticks.flatMap { tick in
      [
        PlotShape.line("grid", (left, y(tick.value)), (width - right, y(tick.value))),
        PlotShape.label(tick.label, (left - 6, y(tick.value) + 4), anchor: "end"),
      ]
    }
    let places = horizontal.ticks.flatMap { tick in
      [
        PlotShape.line("axis", (x(tick.value), self.floor), (x(tick.value), self.floor + 4)),
        PlotShape.label(tick.label, (x(tick.value), self.floor + 17), anchor: "middle"),
      ]
    }
    let middle = (top + self.floor) / 2
    return levels + places + [
      PlotShape.line("axis", (left, self.floor), (width - right, self.floor)),
      PlotShape.line("axis", (left, top), (left, self.floor)),
      PlotShape.label(horizontalLabel, ((left + width - right) / 2, height - 8), anchor: "middle"),
      .element(
        "text",
        [
          "transform": "translate(14,\(PlotNumber.coordinate(middle))) rotate(-90)",
          "text-anchor": "middle",
        ], verticalLabel),
    ]
  }
}
