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
        segment("grid", (left, y(tick.value)), (width - right, y(tick.value))),
        label(tick.label, (left - 6, y(tick.value) + 4), anchor: "end"),
      ]
    }
    let places = horizontal.ticks.flatMap { tick in
      [
        segment("axis", (x(tick.value), self.floor), (x(tick.value), self.floor + 4)),
        label(tick.label, (x(tick.value), self.floor + 17), anchor: "middle"),
      ]
    }
    let middle = (top + self.floor) / 2
    return levels + places + [
      segment("axis", (left, self.floor), (width - right, self.floor)),
      segment("axis", (left, top), (left, self.floor)),
      label(horizontalLabel, ((left + width - right) / 2, height - 8), anchor: "middle"),
      .element(
        "text",
        [
          "transform": "translate(14,\(PlotNumber.coordinate(middle))) rotate(-90)",
          "text-anchor": "middle",
        ], verticalLabel),
    ]
  }

  /// A straight line.
  func segment(_ style: String, _ from: (Double, Double), _ to: (Double, Double)) -> Markup {
    .element(
      "line",
      [
        "class": style, "x1": PlotNumber.coordinate(from.0), "y1": PlotNumber.coordinate(from.1),
        "x2": PlotNumber.coordinate(to.0), "y2": PlotNumber.coordinate(to.1),
      ])
  }

  private func label(_ text: String, _ at: (Double, Double), anchor: String) -> Markup {
    .element(
      "text",
      [
        "x": PlotNumber.coordinate(at.0), "y": PlotNumber.coordinate(at.1), "text-anchor": anchor,
      ], text)
  }
}
