/// One line or one set of bars of a chart.
package struct ChartSeries: Sendable {
  /// A measured value with its interval.
  package struct Point: Sendable, Equatable {
    /// Where it stands on the horizontal axis.
    package let x: Double
    /// The value.
    package let y: Double
    /// The interval's ends, where there is one.
    package let interval: ClosedRange<Double>?

    /// Makes a point.
    package init(x: Double, y: Double, interval: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      self.interval = interval
    }
  }

  /// What the legend calls it.
  package let name: String
  /// The points, from left to right. Values that are not finite are left out of the picture.
  package let points: [Point]

  /// Whose colour and mark it has; `nil` for those of its place in the chart.
  package let look: Int?
  /// Whether its line is dashed: what another series of the same look is compared with.
  package let isDashed: Bool

  /// Makes a series.
  package init(_ name: String, _ points: [Point], look: Int? = nil, isDashed: Bool = false) {
    self.name = name
    self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
    self.look = look
    self.isDashed = isDashed
  }

  /// The class that gives a series its colour; there are eight.
  static func style(_ index: Int) -> String { "s\(index % 8)" }
}

/// A level that all series are compared with, drawn as a dotted line: the unedited model.
package struct ChartReference: Sendable, Equatable {
  /// What the legend calls it.
  package let name: String
  /// The level.
  package let y: Double

  /// Makes a reference.
  package init(_ name: String, y: Double) {
    self.name = name
    self.y = y
  }
}
